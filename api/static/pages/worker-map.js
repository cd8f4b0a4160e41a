// The pin on the map. Loaded when the map is opened, and Leaflet with it: not before, a phone pays for both.

const head = document.head;
let leaflet = null;

function load({ script, style, nonce }) {
  leaflet ??= new Promise((resolve, reject) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
    const code = Object.assign(document.createElement("script"), { src: script, nonce });
    sheet.onerror = code.onerror = () => { leaflet = null; reject(new Error("leaflet")); };
    code.onload = () => resolve(self.L);
    head.append(sheet, code);
  });
  return leaflet;
}

// A map in `box` with a pin at the place; `moved(latitude, longitude)` when somebody drags it.
export async function open(box, place, moved, settings) {
  const L = await load(settings);
  const map = L.map(box, { attributionControl: Boolean(settings.tiles), zoomControl: true }).setView(place, 17);
  if (settings.tiles) L.tileLayer(settings.tiles, { maxZoom: 19, attribution: settings.credit }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const icon = L.divIcon({ className: "map-pin", iconSize: [32, 40], iconAnchor: [16, 38], html: settings.pin });
  const pin = L.marker(place, { draggable: true, icon, keyboard: true, alt: settings.alt, autoPan: true }).addTo(map);
  const tell = () => { const at = pin.getLatLng(); moved(at.lat, at.lng); };
  pin.on("dragend", tell);
  map.on("click", (event) => { pin.setLatLng(event.latlng); tell(); });
  let outlines = null;
  return {
    at(latitude, longitude) {
      pin.setLatLng([latitude, longitude]);
      map.panTo([latitude, longitude]);
    },
    draw(shapes) {
      outlines?.remove();
      outlines = L.geoJSON(shapes, {
        style: { className: "map-outline", weight: 2 },
        onEachFeature: (shape, layer) => layer.bindTooltip(shape.properties.name, { permanent: true, direction: "center", className: "map-name" }),
        interactive: false,
      }).addTo(map);
    },
    refresh() { map.invalidateSize(); },
  };
}
