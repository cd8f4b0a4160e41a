// The wall screen: a clock, charts drawn from the tables behind them, and whether what is shown is still true.
// The figures themselves come with the page; htmx renews them when the stream says that a case has changed.

const chinese = document.documentElement.lang.startsWith("zh");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const head = document.querySelector(".wall-head");
const board = document.getElementById("board");

// --- the city's clock: the server's, whatever this machine believes ----------------------------------------
const ahead = Date.parse(head.dataset.now) - Date.now();
const clock = document.querySelector("[data-clock]");
const parts = new Intl.DateTimeFormat(chinese ? "zh-CN" : "en-GB", {
  timeZone: "Asia/Shanghai", month: chinese ? "long" : "short", day: "numeric", weekday: chinese ? "long" : "short",
});
const hands = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit" });
clock.replaceChildren(document.createElement("span"), document.createElement("strong"));
function tick() {
  const now = new Date(Date.now() + ahead);
  clock.firstChild.textContent = parts.format(now);
  clock.lastChild.textContent = hands.format(now);
  clock.dateTime = now.toISOString();
}
tick();
setInterval(tick, 1000);

// --- still true? -------------------------------------------------------------------------------------------
const line = document.getElementById("wall-line");
const OLD = 90_000; // three renewals that did not come
let streaming = true, renewing = true;

function say() {
  const asOf = document.querySelector("[data-as-of]");
  const live = streaming && renewing && Date.now() + ahead - Date.parse(asOf.dateTime) < OLD;
  const { live: good, lost, old } = line.dataset;
  const words = live ? good : `${lost} · ${old.replace("{}", asOf.textContent.slice(-8))}`;
  line.classList.toggle("is-live", live);
  line.classList.toggle("is-lost", !live);
  const shown = line.querySelector("span");
  if (shown.textContent !== words) shown.textContent = words;
}
function is(what) {
  if ("streaming" in what) streaming = what.streaming;
  if ("renewing" in what) renewing = what.renewing;
  say();
}
const body = document.body;
body.addEventListener("htmx:sse:after:connection", () => is({ streaming: true }));
body.addEventListener("htmx:sse:before:connection", ({ detail }) => { if (detail.connection?.attempt) is({ streaming: false }); });
for (const gone of ["htmx:sse:error", "htmx:sse:close"]) body.addEventListener(gone, () => is({ streaming: false }));
body.addEventListener("htmx:error", ({ target }) => { if (target === board) is({ renewing: false }); });
body.addEventListener("htmx:after:swap", ({ detail }) => {
  const { sourceElement, response } = detail.ctx ?? {};
  if (response?.status === 200 && sourceElement?.matches?.(".pin-form")) document.querySelector(".pin-form")?.reset();
  is({ renewing: true });
  draw();
  passing();
});
window.addEventListener("offline", () => is({ renewing: false }));
window.addEventListener("online", () => window.htmx.trigger(board, "wall-again"));
setInterval(say, 5000);

// --- the whole screen, and rest for the eyes ---------------------------------------------------------------
const full = document.getElementById("wall-full");
full.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));

const still = document.getElementById("wall-still");
function rest(wanted) {
  document.documentElement.classList.toggle("is-still", wanted);
  still.setAttribute("aria-pressed", String(wanted));
}
rest(localStorage.getItem("wall-still") === "yes");
still.addEventListener("click", () => {
  const wanted = still.getAttribute("aria-pressed") !== "true";
  localStorage.setItem("wall-still", wanted ? "yes" : "no");
  rest(wanted);
});

// --- lists that are longer than their tile turn over, as nobody scrolls a wall --------------------------------
setInterval(() => {
  for (const list of document.querySelectorAll(".orders, .whistles")) {
    if (list.scrollHeight <= list.clientHeight + 8 || list.matches(":hover, :focus-within")) continue;
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
    list.scrollTo({ top: atEnd ? 0 : list.scrollTop + list.clientHeight * 0.8, behavior: calm.matches ? "auto" : "smooth" });
  }
}, 8000);

// --- what was just done is said for a while ------------------------------------------------------------------
let leaving;
function passing() {
  clearTimeout(leaving);
  leaving = setTimeout(() => document.querySelectorAll(".wall-said").forEach((words) => words.remove()), 6000);
}
passing();

// --- charts ------------------------------------------------------------------------------------------------
const charts = new Map();
const css = getComputedStyle(document.body);
const colour = (name) => css.getPropertyValue(`--${name}`).trim();
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const rows = (table) => [...table.tBodies[0].rows].map((row) => [...row.cells]);
const numbers = (table, column) => rows(table).map((cells) => Number(cells[column].textContent));

const text = () => ({ color: colour("quiet"), fontSize: 0.95 * rem(), fontFamily: css.fontFamily });
const OPTIONS = {
  flow(table) {
    const bar = (column, name) => ({ type: "bar", data: numbers(table, column), itemStyle: { color: colour(name), borderRadius: [3, 3, 0, 0] }, barGap: "10%", barCategoryGap: "30%" });
    const before = (column, name, type) => ({ type: "line", data: numbers(table, column), symbol: "none", smooth: 0.25, lineStyle: { color: colour(name), width: 0.12 * rem(), type } });
    const largest = Math.max(...[1, 2, 3, 4].flatMap((column) => numbers(table, column)));
    return {
      grid: { left: 2.4 * rem(), right: 0.6 * rem(), top: 0.8 * rem(), bottom: 1.9 * rem() },
      xAxis: { type: "category", data: rows(table).map(([hour]) => hour.textContent), axisLine: { lineStyle: { color: colour("line") } }, axisTick: { show: false }, axisLabel: { ...text(), interval: 2 } },
      yAxis: { type: "value", max: largest <= 4 ? 4 : undefined, minInterval: 1, splitNumber: 3, axisLabel: text(), splitLine: { lineStyle: { color: colour("line") } } },
      series: [bar(1, "came"), bar(2, "closed"), before(3, "came", "dashed"), before(4, "closed", "dotted")],
    };
  },
  slow(table) {
    const seconds = (column) => rows(table).map((cells) => Number(cells[column].dataset.seconds));
    const words = rows(table).map(([, cases, median]) => `${median.textContent} · ${cases.textContent}${chinese ? "件" : ""}`);
    const shared = { type: "bar", barGap: "-100%" };
    return {
      grid: { left: 8.8 * rem(), right: 0.5 * rem(), top: 0.2 * rem(), bottom: 0.2 * rem() },
      xAxis: { type: "value", show: false, max: Math.max(...seconds(3)) * 1.02 },
      yAxis: { type: "category", inverse: true, data: rows(table).map(([desk]) => desk.textContent), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { ...text(), color: colour("ink"), width: 8.3 * rem(), overflow: "truncate" } },
      series: [
        { ...shared, data: seconds(3), barWidth: "58%", itemStyle: { color: colour("longest"), borderRadius: 3 } },
        { ...shared, data: seconds(2), barWidth: "58%", itemStyle: { color: colour("median"), borderRadius: 3 },
          label: { show: true, position: "insideLeft", ...text(), color: colour("ink"), formatter: ({ dataIndex }) => words[dataIndex] } },
      ],
    };
  },
};

function draw() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const table = place.parentElement.querySelector("table");
    let chart = charts.get(place);
    if (!chart) {
      chart = window.echarts.init(place, null, { renderer: "canvas" });
      charts.set(place, chart);
      new ResizeObserver(() => { chart.resize(); chart.setOption(optionOf(place, table)); }).observe(place);
    }
    chart.setOption(optionOf(place, place.parentElement.querySelector("table")));
  }
  for (const [place, chart] of charts) {
    if (!place.isConnected) { chart.dispose(); charts.delete(place); }
  }
}
function optionOf(place, table) {
  return { animation: !calm.matches, animationDuration: 400, ...OPTIONS[place.dataset.chart](table) };
}
draw();
say();
