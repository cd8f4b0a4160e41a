// The desk keeps itself up to date without moving what is being read, and can be worked from the keyboard.
// Without it the list is as good as when it was loaded, and every action is a link or a form.

const byId = (id) => document.getElementById(id);
const live = byId("live");
const rowsIn = (id) => [...(byId(id)?.querySelectorAll(".work") ?? [])];
const rowOf = (element) => element?.closest?.("#works .work");

// --- hearing what has changed ---------------------------------------------------------------------------
const heard = new Map(); // newest version by case number
let everything = false; // something may have been missed: the whole list is to be compared
let asking = false;
let timer = 0;

function soon(after = 300) {
  timer ||= setTimeout(() => { timer = 0; ask(); }, after);
}

// Asks with a form of the page, so that htmx puts the answer's parts where they belong.
function ask() {
  const form = byId("changes");
  if (asking || document.hidden || !form || (!everything && !heard.size)) return;
  asking = true;
  const shown = [...rowsIn("works"), ...rowsIn("works-fresh")];
  form.elements.shown.value = shown.map((row) => `${row.dataset.number}:${row.dataset.version}`).join(" ");
  form.elements.changed.value = everything ? "" : [...heard].map((pair) => pair.join(":")).join(" ");
  heard.clear();
  everything = false;
  window.htmx.trigger(form, "desk-ask");
}

function hear({ number, version }) {
  if (!number) return;
  heard.set(number, Math.max(version ?? 0, heard.get(number) ?? 0));
  soon();
}

live.addEventListener("case", (event) => hear(JSON.parse(event.detail.data)));
live.addEventListener("reset", () => { everything = true; soon(); });
document.body.addEventListener("case-changed", (event) => hear(event.detail ?? {}));
document.addEventListener("visibilitychange", () => { if (!document.hidden) { everything = true; soon(0); } });
document.body.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.sourceElement?.id !== "changes") return;
  asking = false;
  const answered = event.detail.ctx.response?.status === 200;
  if (!answered) everything = true;
  if (everything || heard.size) soon(answered ? 300 : 5000);
});

const state = byId("live-state");
function connected(yes) {
  state.textContent = yes ? state.dataset.on : state.dataset.off;
  state.classList.toggle("is-off", !yes);
}
live.addEventListener("htmx:sse:after:connection", () => connected(true));
live.addEventListener("htmx:sse:error", () => connected(false));

// --- taking it in without moving what is read ------------------------------------------------------------
const before = (one, other) => one.dataset.order < other.dataset.order;

// Whether the reader is in the middle of the list: then nothing above it may push it down.
function reading() {
  const list = byId("works");
  return list.getBoundingClientRect().top < 0 || list.contains(document.activeElement) ||
    document.querySelector("dialog[open], :popover-open") !== null;
}

function insert(row) {
  row.classList.add("work-new");
  const next = rowsIn("works").find((other) => before(row, other)) ?? byId("works-more");
  byId("works").insertBefore(row, next);
}

function takeIn() {
  const last = rowsIn("works").at(-1);
  let inserted = 0;
  for (const row of rowsIn("works-fresh")) {
    const next = rowsIn("works").find((other) => before(row, other));
    const beyond = !next && byId("works-more") && last; // it comes with the rows that are not loaded yet
    if (row.hasAttribute("data-left") || beyond) row.remove();
    else if (!reading() || !next || next.getBoundingClientRect().top > window.innerHeight) { insert(row); inserted += 1; }
  }
  const waiting = rowsIn("works-fresh").length;
  const bar = byId("fresh");
  const button = bar.querySelector("button");
  button.textContent = button.dataset.words.replace("{}", waiting);
  const said = byId("desk-said");
  if (inserted || (waiting && bar.hidden)) said.textContent = said.dataset.new.replace("{}", inserted + waiting);
  bar.hidden = !waiting;
}

function showFresh() {
  const fresh = rowsIn("works-fresh").filter((row) => !row.hasAttribute("data-left"));
  for (const row of rowsIn("works").filter((row) => row.hasAttribute("data-left"))) row.remove();
  const all = [...rowsIn("works"), ...fresh].sort((one, other) => (before(one, other) ? -1 : 1));
  for (const row of fresh) row.classList.add("work-new");
  byId("works").prepend(...all);
  byId("fresh").hidden = true;
  const first = all.find((row) => fresh.includes(row));
  if (first) go(first);
}

// Rows that somebody else has taken are gone a little later, unless that would move what is read.
setInterval(() => {
  for (const row of rowsIn("works").filter((row) => row.hasAttribute("data-left"))) {
    row.dataset.since ??= Date.now();
    if (Date.now() - row.dataset.since > 15000 && !reading()) row.remove();
  }
}, 3000);

// --- focus stays where it was -----------------------------------------------------------------------------
let lastRow = null;
document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row) lastRow = row.id;
  else if (!event.target.closest("dialog, #work-more")) lastRow = null;
});
document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".work, dialog, #work-more")) lastRow = null; });

// The row the keys are about. While the list is put in anew nothing has the focus for a moment.
function rowInHand() {
  const focused = document.activeElement;
  return rowOf(focused) ?? (focused === document.body && lastRow ? byId(lastRow) : null);
}

// The button that was pressed may be gone from its row: then its row has the focus.
function keepFocus() {
  if (lastRow && document.activeElement === document.body) byId(lastRow)?.querySelector(".work-link")?.focus({ preventScroll: true });
}
byId("sheet")?.addEventListener("close", () => setTimeout(keepFocus));
document.body.addEventListener("htmx:after:swap", () => {
  keepFocus(); // first: whoever has the focus in the list is reading it
  if (byId("works")) takeIn();
});

// --- the menu of seldom used actions, one for all rows --------------------------------------------------
const menu = byId("work-more");
let opened = 0;

function open(command, number) {
  const href = `/cases/${number}/do/${command}?back=${encodeURIComponent(location.pathname + location.search)}`;
  const link = menu.querySelector(`[data-command="${command}"]`);
  link.href = href;
  return link;
}

function showMenu(button) {
  const offered = button.dataset.more.split(" ");
  const { number } = button.closest(".work").dataset;
  for (const link of menu.querySelectorAll("a")) {
    link.hidden = !offered.includes(link.dataset.command);
    if (!link.hidden) open(link.dataset.command, number);
  }
  menu.showPopover();
  opened = performance.now();
  const phone = window.matchMedia("(max-width: 47.99rem)").matches;
  const { bottom, right, top } = button.getBoundingClientRect();
  const below = bottom + menu.offsetHeight + 8 < window.innerHeight;
  menu.style.left = phone ? "" : `${right - menu.offsetWidth}px`;
  menu.style.top = phone ? "" : `${below ? bottom + 4 : top - menu.offsetHeight - 4}px`;
  menu.querySelector("a:not([hidden])").focus();
}

function follow(link) {
  if (menu.matches(":popover-open")) menu.hidePopover();
  window.htmx.ajax("GET", link.getAttribute("href"), { target: "#sheet-body", swap: "innerHTML" });
}

// The row that was pressed may still be on its way into view: that scrolling is not the reader's.
window.addEventListener("scroll", () => {
  if (menu.matches(":popover-open") && performance.now() - opened > 400) menu.hidePopover();
}, { passive: true });
document.body.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into a new tab, as any link
  const button = event.target.closest("[data-more]");
  const link = event.target.closest("#work-more a");
  if (button || link) event.preventDefault();
  if (button) showMenu(button);
  if (link) follow(link);
  if (event.target.closest("#fresh button")) showFresh();
  if (event.target.closest("[data-help]")) byId("keys").showModal();
});

// --- keys ---------------------------------------------------------------------------------------------------
const OFF = "desk-keys-off";
const stored = (value) => {
  try {
    if (value === undefined) return localStorage.getItem(OFF) === "yes";
    localStorage.setItem(OFF, value ? "yes" : "no");
  } catch { /* a browser that keeps nothing: the keys are on, as at first */ }
  return Boolean(value);
};
const tick = byId("keys-on");
tick.checked = !stored();
tick.addEventListener("change", () => stored(!tick.checked));

function go(row) {
  row?.querySelector(".work-link").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const rows = rowsIn("works");
  const here = rows.indexOf(rowInHand());
  go(rows[here < 0 ? 0 : Math.min(Math.max(here + by, 0), rows.length - 1)]);
}

const COMMANDS = { c: "claim", a: "arrive", h: "handle", r: "return" };
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  n: () => { if (!byId("fresh").hidden) showFresh(); },
  "/": () => byId("desk-words").select(),
  "?": () => byId("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = rowInHand();
  if (arrow && row) { // elsewhere the arrows scroll, as always
    event.preventDefault();
    step(arrow);
  } else if (tick.checked && event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (tick.checked && row && event.key in COMMANDS && !event.repeat) {
    const command = COMMANDS[event.key];
    const button = row.querySelector(`[data-command="${command}"]`);
    const more = row.querySelector("[data-more]")?.dataset.more.split(" ") ?? [];
    if (button) { event.preventDefault(); button.click(); }
    else if (more.includes(command)) { event.preventDefault(); open(command, row.dataset.number).click(); }
  }
});
