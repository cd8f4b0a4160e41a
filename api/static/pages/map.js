// The live map. What it shows stands in the page already: the items of `[data-map-items]` are read, drawn, and
// read again whenever htmx has renewed them, so that map and list never tell two different stories.
// Shapes come once: the outlines that somebody has brought, and a schematic for when nobody has.

const L = window.L;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const SIDES = "M2 2h12v12H2z"; // a square, a triangle, a circle: as components/lights.html draws them
const SHAPES = { red: SIDES, yellow: "M8 1 15.5 14.5H.5z", green: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z" };
const WORST = ["red", "yellow", "green"];
const RANK = { red: 2000, yellow: 1000, green: 0 };

const element = (name, className, words = "") => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
};

const lightOf = ({ yellow, red }, now) => {
  if (red && now >= Date.parse(red)) return "red";
  return yellow && now >= Date.parse(yellow) ? "yellow" : "green";
};

function pinIcon({ light, alarming, numbers }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[light]);
  svg.append(path);
  const shown = element("span", "pin-body");
  shown.append(svg);
  if (numbers.length > 1) shown.append(element("b", "pin-count", numbers.length));
  const many = numbers.length > 1 ? " pin-many" : "";
  return L.divIcon({ className: `pin pin-${light}${many}${alarming ? " is-alarming" : ""}`, html: shown, iconSize: null });
}

function label(text, className, href = null) {
  const shown = element(href ? "a" : "span", "map-label", text);
  if (href) {
    shown.href = href;
    shown.tabIndex = -1; // the list of parts has the same links, in order
  }
  return L.divIcon({ className, html: shown, iconSize: null });
}

// In a schematic one unit of length is a hexagon's side, and down is down.
const inSchematic = ([x, y]) => L.latLng(-y, x);
const onGround = ([longitude, latitude]) => L.latLng(latitude, longitude);
const middleOf = (ring) => L.latLngBounds(ring.map(onGround)).getCenter();

class LiveMap {
  constructor(frame, shapes) {
    this.frame = frame;
    this.shapes = shapes;
    this.around = frame.closest(".map-frame");
    this.partOf = new Map(); // cell → the part of the unit it lies in
    for (const region of shapes.schematic.regions) {
      for (const cell of region.cells) this.partOf.set(cell.unit, region.unit);
    }
    this.views = this.around.querySelector("[data-views]");
    this.views.hidden = !(shapes.outlines.length || frame.dataset.tiles);
    for (const button of this.views.querySelectorAll("button")) {
      button.addEventListener("click", () => this.show(button.dataset.view));
    }
    this.show(shapes.outlines.length ? "outlines" : "schematic");
  }

  show(view) {
    this.map?.remove();
    this.view = this.frame.dataset.view = view;
    this.pins = new Map();
    this.cells = new Map(); // unit → the layer that carries the colour of the cases in it
    this.names = new Map(); // part of the unit → the marker with its name
    this.spots = new Map(); // unit → where a case lies of which nothing better is known
    const schematic = view === "schematic";
    this.map = L.map(this.frame, {
      crs: schematic ? L.CRS.Simple : L.CRS.EPSG3857,
      zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: schematic ? -2 : 3, maxZoom: schematic ? 8 : 19,
      zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
    });
    const { zoomIn, zoomOut } = this.frame.dataset;
    L.control.zoom({ position: "bottomright", zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(this.map);
    this.map.on("zoomend", () => { this.measure(); this.read(); });
    // Before a view is set nothing can be added that asks where it lies.
    const bounds = schematic ? this.schematicBounds() : this.outlineBounds();
    const fit = () => this.map.fitBounds(bounds, { paddingTopLeft: [8, 8], paddingBottomRight: [8, 36], animate: false });
    fit();
    if (schematic) this.drawSchematic(); else this.drawOutlines();
    new ResizeObserver(() => { if (this.view === view) { this.map.invalidateSize({ animate: false }); fit(); } }).observe(this.frame);
    this.around.querySelector("[data-honest]").hidden = !schematic;
    for (const button of this.views.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    this.measure();
    this.read();
  }

  schematicBounds() {
    const { centre, regions } = this.shapes.schematic;
    const points = [centre.at, ...regions.flatMap((region) => region.outline.flat())];
    return L.latLngBounds(points.map(inSchematic)).pad(points.length > 1 ? 0.01 : 1);
  }

  outlineBounds() {
    const rings = this.shapes.outlines.flatMap((outline) => outline.ring);
    const cases = this.items().filter((item) => item.dataset.lng).map((item) => [+item.dataset.lng, +item.dataset.lat]);
    const points = rings.length ? rings : cases;
    if (points.length) return L.latLngBounds(points.map(onGround)).pad(rings.length ? 0.02 : 0.3);
    return L.latLngBounds([[28.1, 105.2], [32.3, 110.3]]); // Chongqing
  }

  drawSchematic() {
    const { hexagon, centre, regions } = this.shapes.schematic;
    const hex = (cell, className) => L.polygon(
      hexagon.map(([x, y]) => inSchematic([cell.at[0] + x, cell.at[1] + y])), { className, fill: true },
    ).addTo(this.map);
    for (const region of regions) {
      region.cells.forEach((cell, place) => {
        this.spots.set(cell.unit, { at: inSchematic(cell.at), size: 1 });
        const words = place ? `${region.name} ${cell.name}` : region.name;
        const short = cell.name.replace(/网格$/, "");
        if (place) this.mark(inSchematic(cell.at), short, short.length < 3 ? "map-spot map-spot-short" : "map-spot");
        this.cells.set(cell.unit, this.unit(hex(cell, place ? "cell" : "cell cell-own"), cell.unit, words));
      });
    }
    for (const ring of regions.flatMap((region) => region.outline)) {
      L.polygon(ring.map(inSchematic), { className: "region", interactive: false, fill: false }).addTo(this.map);
    }
    this.spots.set(centre.unit, { at: inSchematic(centre.at), size: 1 });
    this.unit(hex(centre, "cell cell-centre"), centre.unit, centre.name);
    if (regions.length) this.mark(inSchematic(centre.at), centre.name, "map-name map-name-centre");
    for (const region of regions) this.name(inSchematic(region.middle), region, region.outline.flat().map(inSchematic));
  }

  drawOutlines() {
    const { tiles, attribution } = this.frame.dataset;
    if (tiles) {
      L.tileLayer(tiles, { maxZoom: 19 }).addTo(this.map);
      if (attribution) L.control.attribution({ prefix: false, position: "bottomleft" }).addAttribution(attribution.replace(/[<&]/g, "")).addTo(this.map);
    }
    for (const { unit, name, depth, ring } of [...this.shapes.outlines].sort((one, other) => one.depth - other.depth)) {
      const layer = L.polygon(ring.map(onGround), { className: `region depth-${depth}`, fill: depth > 0 }).addTo(this.map);
      this.spots.set(unit, { at: middleOf(ring), size: 0 });
      if (!depth) continue;
      this.cells.set(unit, this.unit(layer, unit, name));
      if (depth === 1) this.name(middleOf(ring), { unit, name }, ring.map(onGround));
    }
  }

  unit(layer, id, words) {
    layer.bindTooltip(element("span", "", words), { sticky: true, direction: "top" });
    layer.on("click", () => showPeople(this.frame.dataset.people, id));
    return layer;
  }

  name(at, { unit, name }, around) {
    const marker = this.mark(at, name, "map-name", `${location.pathname}?unit=${encodeURIComponent(unit)}`);
    this.names.set(unit, { marker, bounds: L.latLngBounds(around) });
  }

  mark(at, words, className, href = null) {
    return L.marker(at, { icon: label(words, className, href), keyboard: false, interactive: false }).addTo(this.map);
  }

  // Letters grow with the hexagons; where they would be too small to read, they are left out.
  measure() {
    const [here, there] = [[0, 0], [1, 0]].map((point) => this.map.latLngToLayerPoint(inSchematic(point)));
    const side = this.view === "schematic" ? here.distanceTo(there) : 26;
    this.room = side < 22 ? 1 : side < 44 ? 3 : 7; // cases that a cell shows one by one
    this.frame.style.setProperty("--side", `${side}px`);
    this.frame.classList.toggle("is-far", side < 34);
    this.frame.classList.toggle("is-farther", side < 20);
    for (const { marker, bounds } of this.names.values()) {
      const [west, east] = [bounds.getNorthWest(), bounds.getNorthEast()].map((corner) => this.map.latLngToLayerPoint(corner));
      const shown = marker.getElement();
      shown?.classList.toggle("is-tight", shown.firstChild.scrollWidth > (east.x - west.x) * 1.15);
    }
  }

  items() {
    return [...document.querySelectorAll("[data-map-items] > [data-case]")];
  }

  read() {
    const { wanted, placeless } = this.wanted();
    for (const [key, pin] of this.pins) {
      if (!wanted.has(key)) { pin.marker.remove(); this.pins.delete(key); }
    }
    for (const [key, pin] of wanted) this.pin(key, pin);
    const lost = this.around.querySelector("[data-placeless]");
    lost.hidden = !placeless;
    lost.textContent = lost.dataset.words.replace("{}", placeless);
    this.tint();
  }

  // What is to be seen where: one pin a case, or one for all of a cell that has no room for them.
  wanted() {
    const now = Date.now(), cells = new Map(), wanted = new Map();
    const add = (at, items) => {
      const lights = items.map((item) => lightOf(item.dataset, now));
      const numbers = items.map((item) => item.dataset.case);
      const light = WORST.find((each) => lights.includes(each));
      const alarming = items.some((item) => "alarming" in item.dataset);
      wanted.set(numbers.length > 1 ? `cell ${items[0].dataset.cell}` : numbers[0], { at, light, alarming, numbers });
    };
    let placeless = 0;
    for (const item of this.items()) {
      const { lng, lat, cell } = item.dataset;
      if (this.view === "outlines" && lng) add(onGround([+lng, +lat]), [item]);
      else cells.set(cell, [...(cells.get(cell) ?? []), item]);
    }
    for (const [cell, items] of cells) {
      const spot = this.spots.get(cell) ?? this.spots.get(this.partOf.get(cell)) ?? (this.view === "schematic" && this.spots.get(this.shapes.unit));
      if (!spot) placeless += items.length;
      else if (items.length > this.room || !spot.size) add(beside(spot, 0, 1), items);
      else items.forEach((item, place) => add(beside(spot, place, items.length), [item]));
    }
    return { wanted, placeless };
  }

  pin(key, { at, light, alarming, numbers }) {
    const look = `${light} ${alarming} ${numbers.length}`;
    let pin = this.pins.get(key);
    if (!pin) {
      const marker = L.marker(at, { icon: pinIcon({ light, alarming, numbers }), keyboard: false, riseOnHover: true }).addTo(this.map);
      pin = { marker };
      marker.bindPopup(() => wordsOf(pin.numbers), { className: "map-popup", maxWidth: 340, minWidth: 240, maxHeight: 320 });
      marker.on("popupopen", ({ popup }) => {
        popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", this.frame.dataset.close);
      });
      this.pins.set(key, pin);
    } else if (pin.look !== look) {
      pin.marker.setIcon(pinIcon({ light, alarming, numbers }));
    }
    Object.assign(pin, { look, numbers });
    pin.marker.setLatLng(at).setZIndexOffset(RANK[light]);
  }

  // Each cell in the colour of its worst case; behind each name how many are open there.
  tint() {
    const now = Date.now(), worst = new Map();
    for (const { dataset } of this.items()) {
      for (const unit of [dataset.cell, this.partOf.get(dataset.cell)]) {
        const light = lightOf(dataset, now);
        if (!worst.has(unit) || RANK[light] > RANK[worst.get(unit)]) worst.set(unit, light);
      }
    }
    for (const [unit, layer] of this.cells) {
      // On the schematic a part's own hexagon is one cell among others; an outline is the whole part.
      const light = this.view === "schematic" && this.names.has(unit) ? this.own(unit, now) : worst.get(unit);
      for (const each of WORST) layer.getElement()?.classList.toggle(`lit-${each}`, each === light);
    }
    for (const [unit, { marker }] of this.names) {
      const count = document.querySelector(`[data-map-counts] > [data-part="${CSS.escape(unit)}"]`)?.dataset;
      const total = count ? WORST.reduce((sum, light) => sum + Number(count[light]), 0) : 0;
      const light = count && WORST.find((each) => Number(count[each]));
      marker.getElement()?.classList.toggle("has-cases", total > 0);
      const shown = marker.getElement()?.querySelector(".map-label");
      shown?.querySelector("b")?.remove();
      if (total) shown?.append(element("b", `map-count lit-${light}`, total));
    }
  }

  own(unit, now) {
    const lights = this.items().filter((item) => item.dataset.cell === unit).map((item) => lightOf(item.dataset, now));
    return WORST.find((each) => lights.includes(each));
  }

  open(number) {
    const pin = [...this.pins.values()].find((each) => each.numbers.includes(number));
    if (!pin) return;
    this.frame.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    pin.numbers = [number, ...pin.numbers.filter((each) => each !== number)]; // the one asked for is told first
    pin.marker.closePopup().openPopup();
  }
}

// Side by side below the middle of a cell, where its name does not stand.
function beside({ at, size }, place, together) {
  const angle = (2 * Math.PI * place) / together + Math.PI, apart = together > 1 ? 0.45 : 0;
  return L.latLng(at.lat + (Math.sin(angle) * apart - 0.12) * size, at.lng + Math.cos(angle) * apart * size);
}

function wordsOf(numbers) {
  const all = element("div", "map-told");
  for (const number of numbers) {
    const words = document.getElementById(`on-map-${number}`)?.querySelector(".map-words");
    if (words) all.append(words.cloneNode(true));
  }
  return all;
}

function showPeople(address, unit) {
  const people = document.getElementById("map-people");
  if (!people) return;
  document.getElementById("tab-people").open = true;
  window.htmx.ajax("GET", `${address}?unit=${encodeURIComponent(unit)}`, { source: people, target: people, swap: "innerHTML" });
}

const maps = [];
for (const frame of document.querySelectorAll("[data-map]")) {
  const answer = await fetch(frame.dataset.shapes);
  if (answer.ok) maps.push(new LiveMap(frame, await answer.json()));
}
document.body.addEventListener("htmx:after:swap", () => maps.forEach((map) => map.read()));
setInterval(() => maps.forEach((map) => map.read()), 15_000); // a light turns without anybody doing anything
document.body.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (button) maps.forEach((map) => map.open(button.dataset.show));
});

// Whether a disclosure is open is the reader's business, not the server's.
window.htmx.config.morphIgnore = [...window.htmx.config.morphIgnore, "open"];
