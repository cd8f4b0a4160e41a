// The outbox on /report and /mine: shows what waits on this phone, and sends it whenever there is a chance.
// Chances: the page opens, the network is back, somebody looks at the page again, or some seconds have passed:
// browsers say “online” when there is a Wi-Fi, not when anything can be reached through it.

const { of, drop, put, bytes } = self.shaodaoStore;
const { flush } = self.shaodaoSend;
const panel = document.getElementById("outbox");
const bar = document.getElementById("offline-bar");
const news = document.getElementById("outbox-news");
const person = panel.dataset.person;
const say = (name, ...values) => values.reduce((text, value) => text.replace(/\{\w*\}/, value), panel.dataset[name]);
const inShell = panel.dataset.shell === "yes";
const pictures = new Map(); // addresses of blobs, by report and place, so that they are made and freed once

// --- what is shown ----------------------------------------------------------------------------------------
const size = (count) => (count >= 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(count / 1e3))} KB`);

function stateOf(report, sending) {
  if (report.state === "refused") {
    const why = [report.reason, ...Object.values(report.faults ?? {})].filter(Boolean).join("；");
    return say("sayRefused", why || say("sayUnknown"));
  }
  if (report.key === sending) return say("saySending");
  return say(report.signIn ? "saySignin" : "sayWaiting");
}

function thumbs(report) {
  return [...report.photos, ...report.after].slice(0, 3).map((photo, place) => {
    const name = `${report.key}/${place}`;
    if (photo.blob && !pictures.has(name)) pictures.set(name, URL.createObjectURL(photo.blob));
    const image = document.createElement("img");
    image.src = pictures.get(name) ?? `/pictures/${photo.id}`;
    image.alt = "";
    image.width = image.height = 48;
    return image;
  });
}

function itemOf(report, sending) {
  const item = document.getElementById("outbox-item").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-${name}]`);
  const photos = report.photos.length + report.after.length;
  item.dataset.key = report.key;
  item.classList.toggle("is-refused", report.state === "refused");
  part("name").textContent = report.fields.matterName || say("sayUnnamed");
  part("about").textContent = [report.fields.text, report.fields.address, photos ? say("sayPhotos", photos) : ""]
    .filter(Boolean)
    .join(" · ");
  part("state").textContent = stateOf(report, sending);
  part("thumbs").replaceChildren(...thumbs(report));
  part("edit").href = panel.dataset.edit + encodeURIComponent(report.key);
  part("edit").hidden = report.state !== "refused";
  part("delete").addEventListener("click", () => ask(report.key));
  return item;
}

let sending = null;
async function show() {
  const reports = await of(person, "waiting", "refused");
  panel.hidden = !reports.length;
  const total = reports.reduce((sum, report) => sum + bytes(report), 0);
  panel.querySelector("[data-outbox-count]").textContent = say("sayCount", reports.length, size(total));
  panel.querySelector("[data-outbox-list]").replaceChildren(...reports.map((report) => itemOf(report, sending)));
  panel.querySelector("[data-outbox-signin]").hidden = !reports.some((report) => report.signIn);
  panel.querySelector("[data-outbox-retry]").hidden = !reports.some((report) => report.state === "waiting");
  again(reports);
  const keys = new Set(reports.map((report) => report.key));
  for (const [name, address] of pictures) {
    if (keys.has(name.split("/")[0])) continue;
    URL.revokeObjectURL(address);
    pictures.delete(name);
  }
}

function ask(key) {
  const dialog = document.getElementById("outbox-ask");
  dialog.returnValue = "";
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue === "delete") await drop(key);
    show();
  }, { once: true });
  dialog.showModal();
}

// --- sending ------------------------------------------------------------------------------------------------
let timer = null;

// Try again when the first of them is due.
function again(reports) {
  clearTimeout(timer);
  const due = reports.filter((report) => report.state === "waiting" && !report.signIn).map((report) => report.next ?? 0);
  if (due.length) timer = setTimeout(() => send(), Math.max(1000, Math.min(...due) - Date.now()));
}

function tell(key, outcome) {
  sending = outcome.sending ? key : null;
  if (outcome.sent) {
    const line = document.createElement("p");
    const link = document.createElement("a");
    link.href = `/cases/${outcome.sent.number}`;
    link.textContent = say("saySent", outcome.sent.number);
    line.className = "notice";
    line.append(link);
    news.append(line);
    document.body.dispatchEvent(new CustomEvent("case-changed", { detail: outcome.sent }));
  }
  show();
}

let busy = false;
async function send(now = false) {
  if (busy) return;
  busy = true;
  try {
    await flush({ person, now, tell });
  } finally {
    busy = false;
    sending = null;
    await show();
  }
}

// Where the browser has it, the report goes even after the page is closed.
async function sendLater() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("outbox").catch(() => {});
}

// For worker-report.js: an import would make a second outbox, for addresses carry versions.
self.shaodaoOutbox = { show, sendLater };

function network() {
  bar.hidden = navigator.onLine && !inShell;
}

async function begin() {
  network();
  await show();
  panel.querySelector("[data-outbox-retry]").addEventListener("click", () => send(true));
  addEventListener("online", () => { network(); send(true); });
  addEventListener("offline", network);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  navigator.serviceWorker?.addEventListener("message", (event) => "outbox" in (event.data ?? {}) && show());
  // Somebody has signed in again, or was never out: what waited for that may go now.
  if (!inShell) for (const report of await of(person, "waiting")) if (report.signIn) await put({ ...report, signIn: false, next: 0 });
  send();
}

// The store may be missing (private windows of some browsers): then the form is sent as a plain form.
begin().catch((error) => console.warn("outbox", error));

// --- without a network ----------------------------------------------------------------------------------------
async function keepPages() {
  const registration = await navigator.serviceWorker.register(panel.dataset.worker);
  const worker = (await navigator.serviceWorker.ready).active ?? registration.active;
  // The assets' addresses carry their content: another set of them is another version.
  const assets = [...document.querySelectorAll("link[href^='/static/'], script[src^='/static/']")];
  const version = assets.map((asset) => asset.href || asset.src).join(" ");
  worker?.postMessage({ keep: { person, version: document.documentElement.lang + version } });
}
if ("serviceWorker" in navigator && !inShell) {
  // After everything the page itself needs.
  const idle = self.requestIdleCallback ?? ((work) => setTimeout(work, 1500));
  const start = () => idle(() => keepPages().catch((error) => console.warn("service worker", error)));
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
}
