// What every page does by itself: count down, tell times, open the sheet, and say what was done.
// Without it everything still works: links open pages, forms are sent, times stand as the server wrote them.

document.documentElement.classList.add("scripted");
const chinese = document.documentElement.lang.startsWith("zh");

// --- time -----------------------------------------------------------------------------------------------
const UNITS = [[86400, "天", "d"], [3600, "小时", "h"], [60, "分钟", "min"], [1, "秒", "s"]];

// As api/pages/wording.py says it: the two largest units, seconds only below a minute.
function duration(seconds) {
  const parts = [];
  let left = Math.floor(Math.max(0, seconds));
  for (const [size, zh, en] of UNITS) {
    const count = Math.floor(left / size);
    left %= size;
    if (count || (size === 1 && !parts.length)) parts.push(chinese ? `${count}${zh}` : `${count} ${en}`);
    if (parts.length === 2 || (parts.length && size === 60)) break;
  }
  return parts.join(chinese ? "" : " ");
}

const ago = new Intl.RelativeTimeFormat(chinese ? "zh-Hans" : "en", { numeric: "always" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[3];
  return ago.format(Math.round(seconds / size), unit);
}

// A light beside a countdown turns when its instant comes: colour, shape and word.
const SHAPES = {
  green: ["circle", { cx: 8, cy: 8, r: 6 }],
  yellow: ["path", { d: "M8 1.5 15 14H1z" }],
  red: ["rect", { x: 2, y: 2, width: 12, height: 12, rx: 2 }],
};
const WORDS = document.body.dataset.lights.split("|");

function turn(light, colour) {
  if (light.classList.contains(`light-${colour}`)) return;
  light.classList.remove("light-green", "light-yellow", "light-red");
  light.classList.add(`light-${colour}`);
  const [kind, measures] = SHAPES[colour];
  const shape = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(measures)) shape.setAttribute(name, value);
  light.querySelector("svg").replaceChildren(shape);
  const word = light.querySelector("span");
  if (word) word.textContent = WORDS[Object.keys(SHAPES).indexOf(colour)];
}

function tick() {
  const now = Date.now();
  for (const shown of document.querySelectorAll("[data-countdown]")) {
    const left = (Date.parse(shown.dataset.red) - now) / 1000;
    const yellow = shown.dataset.yellow ? Date.parse(shown.dataset.yellow) : Infinity;
    const state = left <= 0 ? "is-red" : now >= yellow ? "is-yellow" : "is-green";
    const words = (left > 0 ? shown.dataset.left : shown.dataset.over).replace("{}", duration(Math.abs(left)));
    if (shown.textContent.trim() !== words) shown.textContent = words;
    if (!shown.classList.contains(state)) {
      shown.classList.remove("is-red", "is-yellow", "is-green");
      shown.classList.add(state);
    }
    const light = shown.previousElementSibling;
    if (light?.classList.contains("light")) turn(light, state.slice(3));
  }
  for (const shown of document.querySelectorAll("time[data-relative]")) {
    const words = relative((Date.parse(shown.dateTime) - now) / 1000);
    if (shown.textContent !== words) shown.textContent = words;
  }
}
tick();
setInterval(tick, 1000);

// --- the sheet --------------------------------------------------------------------------------------------
const sheet = document.getElementById("sheet");
let opener = null;

function settle(root) {
  const first = root.querySelector("[data-focus]");
  if (first) first.focus({ preventScroll: false });
}

document.body.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sheet]");
  if (link) opener = link;
});
document.body.addEventListener("htmx:after:swap", (event) => {
  const body = document.getElementById("sheet-body");
  const answered = event.detail?.ctx?.target === body; // a list behind the sheet renews itself without taking the focus
  if (sheet && answered && body.querySelector("form, .notice") && !sheet.open && opener) sheet.showModal();
  if (sheet?.open && answered) settle(body);
  tick();
});
sheet?.addEventListener("close", () => {
  document.getElementById("sheet-body").replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
});
sheet?.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close(); // outside of its contents
});

// A command's form on a page of its own is sent by the browser: there is no sheet to answer into.
for (const form of document.querySelectorAll("main form[data-unless-page]")) {
  for (const name of ["hx-post", "hx-target"]) form.removeAttribute(name);
}

// --- what was done ----------------------------------------------------------------------------------------
const toasts = document.createElement("div");
toasts.className = "toasts";
toasts.setAttribute("role", "status");
document.body.append(toasts);

export function toast(words) {
  const line = document.createElement("p");
  line.className = "toast-line";
  line.textContent = words;
  toasts.append(line);
  setTimeout(() => line.remove(), 4000);
}

document.body.addEventListener("case-changed", (event) => {
  const said = event.detail ?? {};
  if (sheet?.open) sheet.close();
  if (said.words) toast(said.words);
});

// Nothing changes by itself any more: the session is over, and what is being written stays to be copied.
document.getElementById("live")?.addEventListener("end", () => {
  document.getElementById("ended").hidden = false;
});

// --- where am I -------------------------------------------------------------------------------------------
document.body.addEventListener("click", (event) => {
  const button = event.target.closest("[data-locate-button]");
  if (!button) return;
  const around = button.closest("[data-locate]");
  const said = around.querySelector("[data-locate-said]");
  said.textContent = around.dataset.finding;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      around.querySelector("[name=latitude]").value = coords.latitude.toFixed(6);
      around.querySelector("[name=longitude]").value = coords.longitude.toFixed(6);
      said.textContent = around.dataset.found.replace("{}", Math.round(coords.accuracy));
      around.dispatchEvent(new CustomEvent("located", { bubbles: true, detail: coords }));
    },
    () => { said.textContent = around.dataset.denied; },
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
  );
});

settle(document.getElementById("main") ?? document.body);
