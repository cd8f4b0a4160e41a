// The report form: photos go up while the rest is written, the category follows the words, the place comes from
// the phone, and whatever was given is kept on the phone until the server has it.

const store = self.shaodaoStore;
const { alone, sendOne } = self.shaodaoSend;
const outbox = self.shaodaoOutbox;
const form = document.getElementById("report");
const words = form.dataset;
const said = document.getElementById("report-said");
const person = form.elements.person.value;
const FIELDS = ["text", "matter", "unit", "address", "latitude", "longitude", "urgency", "spot_note"];

const after = (pause, work) => {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => work(...given), pause); };
};
const fresh = () => ({ key: store.newKey(), person, state: "draft", at: Date.now(), fields: {}, photos: [], after: [] });
let report = fresh();
let photos = null;

// --- what was given, kept -----------------------------------------------------------------------------------
const checked = (name) => form.querySelector(`[name="${name}"]:checked`);
const value = (name) => checked(name)?.value ?? (form.elements[name]?.type ? form.elements[name].value : "") ?? "";

function collect() {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, value(name).trim()]));
  fields.matterName = checked("matter")?.closest("label").querySelector("strong").textContent ?? "";
  fields.spot = form.elements.spot?.checked ? "on" : "";
  fields.same = checked("same")?.value ?? "";
  report.fields = fields;
  return report;
}

const worth = () => {
  const { text, address, spot_note: done, latitude } = report.fields;
  return Boolean(text || address || done || latitude || report.photos.length || report.after.length);
};
async function keep() {
  collect();
  if (report.state !== "draft") return;
  if (worth()) await store.put({ ...report, at: Date.now() });
  else await store.drop(report.key);
}
const keepSoon = after(400, keep);

function fill({ fields }) {
  for (const name of ["text", "unit", "address", "latitude", "longitude", "spot_note"]) {
    const control = form.elements[name];
    if (!control || !(name in fields)) continue;
    if (name === "unit" && fields.unit && ![...control.options].some((option) => option.value === fields.unit)) continue;
    control.value = fields[name];
  }
  if (fields.matter) choose(fields.matter, { quiet: true });
  const urgency = form.querySelector(`[name=urgency][value="${fields.urgency}"]`);
  if (urgency) { urgency.checked = true; chosenByHand = true; }
  if (form.elements.spot) form.elements.spot.checked = fields.spot === "on";
  const spot = form.querySelector("[data-spot]");
  if (spot && fields.spot) spot.open = true;
  if (fields.latitude) located(+fields.latitude, +fields.longitude);
}

function startOver() {
  report = fresh();
  form.reset();
  for (const name of ["latitude", "longitude"]) form.elements[name].value = "";
  for (const radio of form.querySelectorAll("[name=matter]:checked, [name=urgency]:checked")) radio.checked = false;
  chosenByHand = false;
  document.getElementById("same").replaceChildren();
  document.getElementById("matter-cards").replaceChildren();
  document.getElementById("draft-restored").hidden = true;
  form.querySelector("[data-located]").textContent = "";
  form.querySelector("[data-map]").hidden = true;
  clearFaults();
  photos.begin();
}

// --- faults ---------------------------------------------------------------------------------------------------
function clearFaults() {
  said.replaceChildren();
  for (const fault of form.querySelectorAll(".fault")) fault.remove();
  for (const wrong of form.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
}

function fault(name, message) {
  const control = form.querySelector(`[data-shots="${name}"]`) ?? form.querySelector(`[name="${name}"]`)
    ?? (name === "on_the_spot" ? form.elements.spot : null);
  const around = control?.closest(".field, [data-spot], #same");
  if (!around) return top(message);
  const line = Object.assign(document.createElement("p"), { className: "fault", id: `fault-${name}`, textContent: message });
  around.append(line);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", line.id);
  return undefined;
}

function top(message) {
  const line = Object.assign(document.createElement("p"), { className: "notice notice-wrong", textContent: message });
  said.append(line);
}

function lookAtFault() {
  const first = said.firstElementChild ?? form.querySelector(".fault");
  const around = first?.closest(".field, [data-spot], #same");
  if (around?.matches("[data-spot]")) around.open = true;
  const control = around?.querySelector("input:not([type=hidden]):not(.for-ears), textarea, select") ?? around;
  (control ?? first)?.scrollIntoView({ block: "center" });
  control?.focus?.({ preventScroll: true });
}

// --- the category ---------------------------------------------------------------------------------------------------
const cards = document.getElementById("matter-cards");
const list = form.querySelector("[data-matter-list]");
const every = [...list.querySelectorAll("label")];
let chosenByHand = false;

function choose(key, { quiet = false } = {}) {
  const listed = every.find((label) => label.querySelector("input").value === key);
  if (!listed) return;
  let card = [...cards.querySelectorAll("input")].find((input) => input.value === key);
  if (!card) {
    const copy = listed.cloneNode(true);
    copy.classList.remove("choice-row");
    copy.hidden = false;
    cards.prepend(copy);
    card = copy.querySelector("input");
  }
  card.checked = true;
  form.querySelector("[data-matters-all]").open = false;
  if (!chosenByHand) {
    const urgency = form.querySelector(`[name=urgency][value="${card.dataset.urgency}"]`);
    if (urgency) urgency.checked = true;
  }
  if (!quiet) { document.getElementById("fault-matter")?.remove(); lookForSame(); }
}

const suggest = after(350, async () => {
  const text = value("text").trim();
  if (!text) return;
  let html = null;
  try {
    const answer = await fetch(`${words.matters}?text=${encodeURIComponent(text.slice(0, 500))}`, { redirect: "error" });
    if (answer.ok) html = await answer.text();
  } catch { /* without a network the list itself is searched, below */ }
  if (value("text").trim() !== text) return; // more has been typed; its own answer is on its way
  const chosen = checked("matter")?.value;
  if (html !== null) cards.innerHTML = html;
  else cards.replaceChildren(...every.filter((label) => fits(label, text)).slice(0, 3).map((label) => {
    const copy = label.cloneNode(true);
    copy.classList.remove("choice-row");
    copy.hidden = false;
    return copy;
  }));
  if (chosen) choose(chosen, { quiet: true });
});

// What people call it stands somewhere in what was typed.
const fits = (label, text) => label.dataset.search.split(" ").some((term) => term.length > 1 && text.toLowerCase().includes(term));

form.querySelector("[data-matter-search]").addEventListener("input", (event) => {
  const typed = event.target.value.trim().toLowerCase();
  for (const label of every) label.hidden = Boolean(typed) && !label.dataset.search.includes(typed);
  for (const section of list.querySelectorAll("section")) section.hidden = !section.querySelector("label:not([hidden])");
});

// --- the place ----------------------------------------------------------------------------------------------------------
const locatedSaid = form.querySelector("[data-located]");
const mapBox = form.querySelector("[data-map]");
let map = null;

function setPlace(latitude, longitude) {
  form.elements.latitude.value = latitude.toFixed(6);
  form.elements.longitude.value = longitude.toFixed(6);
}

async function located(latitude, longitude, accuracy = null) {
  setPlace(latitude, longitude);
  mapBox.hidden = false;
  map?.at(latitude, longitude);
  const parts = [accuracy === null ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` : words.sayLocated.replace("{}", Math.round(accuracy))];
  locatedSaid.textContent = parts[0];
  try {
    const answer = await fetch(`${words.place}?latitude=${latitude}&longitude=${longitude}`, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { unit, name } = await answer.json();
      if (unit) inUnit(unit, name);
      parts.push(unit ? words.sayIngrid.replace("{}", name) : words.sayNogrid);
    }
  } catch { /* without a network the server finds the grid when it gets the report */ }
  locatedSaid.textContent = parts.join(" · ");
  keepSoon();
  lookForSame();
}

function inUnit(unit, name) {
  const select = form.elements.unit;
  if (![...select.options].some((option) => option.value === unit)) select.add(new Option(name, unit));
  select.value = unit;
}

form.querySelector("[data-locate]").addEventListener("click", () => {
  locatedSaid.textContent = words.sayLocating;
  const failed = (error) => { locatedSaid.textContent = error?.code === 1 ? words.sayDenied : words.sayNowhere; };
  if (!navigator.geolocation) { failed({ code: 1 }); return; }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => located(coords.latitude, coords.longitude, coords.accuracy),
    failed,
    { enableHighAccuracy: true, timeout: 12_000, maximumAge: 20_000 },
  );
});

mapBox.addEventListener("toggle", async () => {
  if (!mapBox.open) return;
  const place = [Number(form.elements.latitude.value), Number(form.elements.longitude.value)];
  try {
    if (!map) {
      const { open } = await import(words.mapModule);
      const { leafletScript: script, leafletStyle: style, tiles, credit } = mapBox.dataset;
      const pin = mapBox.querySelector("template").innerHTML;
      const settings = { script, style, tiles, credit, pin, alt: mapBox.dataset.pin };
      map = await open(mapBox.querySelector("[data-map-here]"), place, (latitude, longitude) => located(latitude, longitude), settings);
    }
    map.refresh();
    map.at(...place);
    const answer = await fetch(`${mapBox.dataset.outlines}?latitude=${place[0]}&longitude=${place[1]}`, { headers: { Accept: "application/json" } });
    if (answer.ok) map.draw(await answer.json());
  } catch {
    locatedSaid.textContent = words.sayNomap;
    mapBox.open = false;
  }
});

// --- the same matter? -----------------------------------------------------------------------------------------------------
const samePanel = document.getElementById("same");
let asked = "";

const lookForSame = after(250, async ({ again = false } = {}) => {
  const where = { matter: value("matter"), unit: value("unit"), latitude: value("latitude"), longitude: value("longitude") };
  const query = new URLSearchParams(Object.entries(where).filter(([, typed]) => typed)).toString();
  if (!where.matter || (query === asked && !again)) return;
  asked = query;
  try {
    const answer = await fetch(`${words.same}?${query}`, { redirect: "error" });
    if (answer.ok && query === asked) samePanel.innerHTML = await answer.text();
  } catch {
    samePanel.replaceChildren(); // the server asks when the report is sent, or who takes it in looks
  }
});

// --- sending ------------------------------------------------------------------------------------------------------------------
function check() {
  clearFaults();
  collect();
  if (!report.fields.text && !report.photos.length) fault("text", words.saySomething);
  if (!report.fields.matter) fault("matter", words.sayMatter);
  if (report.fields.spot && !report.fields.spot_note) fault("spot_note", words.sayDone);
  if (samePanel.querySelector("[name=same]") && !report.fields.same) fault("same", words.saySame);
  return !form.querySelector(".fault");
}

const button = form.querySelector("[data-send]");

async function submit() {
  if (button.disabled) return;
  if (!check()) { lookAtFault(); return; }
  button.disabled = true;
  try {
    // First it is kept, then it is tried: whatever happens from here on, it is not lost.
    report.state = "waiting";
    await store.put({ ...report, at: Date.now(), tries: 0, next: 0, signIn: false });
    await photos.settled();
    await store.put({ ...report, at: Date.now(), tries: 0, next: 0, signIn: false });
    const outcome = await alone(() => sendOne(report.key, { attended: true }));
    if (outcome.sent) { location.assign(outcome.sent.at); return; }
    if (outcome.refused) { await refused(outcome.refused); return; }
    startOver();
    await outbox.show();
    await outbox.sendLater();
    document.getElementById("outbox").scrollIntoView({ block: "start" });
  } finally {
    button.disabled = false;
  }
}

// The server has looked at it and said why not: back to the form, where everything still is.
async function refused(error) {
  report.state = "draft";
  await store.put({ ...report });
  for (const [name, message] of Object.entries(error.faults)) if (name !== "same") fault(name, message);
  if (error.message) top(error.message);
  if (error.same) {
    const answer = await fetch(`${words.same}?${new URLSearchParams(Object.entries(report.fields).filter(([name, typed]) => typed && ["matter", "unit", "latitude", "longitude"].includes(name)))}`);
    samePanel.innerHTML = await answer.text();
    fault("same", words.saySame);
  }
  await outbox.show();
  lookAtFault();
}

// --- beginning ----------------------------------------------------------------------------------------------------------------
async function begin() {
  photos = self.shaodaoShots({ form, words, person, report: () => report, keep, fault, clearFaults });
  const query = new URLSearchParams(location.search);
  const wanted = query.get("edit") ? await store.get(query.get("edit")) : null;
  const before = wanted?.person === person ? wanted : (await store.of(person, "draft")).at(-1);
  if (before) {
    report = { ...before, state: "draft" };
    await store.put(report);
    fill(report);
    document.getElementById("draft-restored").hidden = wanted !== null && wanted !== undefined;
    for (const [name, message] of Object.entries(before.faults ?? {})) fault(name, message);
    if (before.reason) top(before.reason);
    if (wanted) history.replaceState(null, "", location.pathname);
  } else {
    photos.adopt();
  }
  photos.begin();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit().catch((error) => { console.warn("report", error); top(error.message); });
  });
  form.addEventListener("input", keepSoon);
  form.elements.text.addEventListener("input", suggest);
  form.addEventListener("change", (event) => {
    const { name } = event.target;
    if (name === "matter") choose(event.target.value);
    if (name === "urgency") chosenByHand = true;
    if (name === "unit") lookForSame();
    keepSoon();
  });
  addEventListener("pagehide", () => { if (report.state === "draft") keep(); });
  form.querySelector("[data-spot]")?.addEventListener("toggle", (event) => {
    if (event.target.open && !report.fields.spot_note && !report.after.length) form.elements.spot.checked = true;
  });
  document.querySelector("[data-draft-clear]").addEventListener("click", async () => {
    await store.drop(report.key);
    startOver();
  });
  if (value("matter")) choose(value("matter"), { quiet: true });
  form.classList.add("is-ready");
}

// Without a store on the phone the form stays what it is without a script: photos go along with it.
store.all().then(begin, (error) => console.warn("store", error));
