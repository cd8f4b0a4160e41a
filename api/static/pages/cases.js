// Cases: the page of a case keeps itself up to date, without moving what is being read: only what has changed is
// changed, what stands open stays open, and scrolling stays where it is.
const page = document.getElementById("case-live");

// Whether a disclosure is open is the reader's business, not the server's.
window.htmx.config.morphIgnore = [...window.htmx.config.morphIgnore, "open"];


if (page) {
  const shown = () => Number(page.querySelector("article.case")?.dataset.version ?? 0);
  let wanted = 0;
  let asking = null;

  const ask = (after) => {
    const address = new URL(location.href);
    if (after) address.searchParams.set("after", `${page.dataset.case}:${after}`);
    const options = { target: page, source: page, swap: "innerMorph" };
    return window.htmx.ajax("GET", address.pathname + address.search, options);
  };

  // One question at a time; what is heard meanwhile is asked for afterwards.
  async function refresh(version = 0) {
    wanted = Math.max(wanted, version);
    if (asking) return;
    do {
      const after = wanted > shown() ? wanted : 0;
      asking = ask(after);
      await asking.catch(() => {}); // no network: the next change, or the next minute, asks again
      asking = null;
      if (wanted === after) break; // answered, or the server has no more yet
    } while (wanted > shown());
  }

  // From the stream it comes as text, from a command of this page as it is.
  const heard = (event) => {
    const told = typeof event.detail?.data === "string" ? JSON.parse(event.detail.data) : event.detail;
    if (told?.number === page.dataset.case && told.version > shown()) refresh(told.version);
  };
  document.body.addEventListener("case", heard);
  document.body.addEventListener("case-changed", heard);
  document.body.addEventListener("reset", (event) => { if (event.detail?.data) refresh(); });

  // Lights turn by time alone, without a new version.
  setInterval(() => { if (!document.hidden) refresh(); }, 60_000);

  // On a narrow screen the picture is scrolled; what happens now is what is looked for first.
  for (const bands of page.querySelectorAll(".bands[data-now]")) {
    const picture = bands.querySelector(".bands-picture");
    const now = (picture.clientWidth * Number(bands.dataset.now)) / 100;
    const labels = bands.querySelector(".bands-labels").clientWidth;
    bands.scrollLeft = Math.max(0, now - (bands.clientWidth - labels) * 0.7);
  }

  page.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
}

// The time on the paper is that of printing; folded parts that the style sheet cannot open are opened here.
let opened = [];
window.addEventListener("beforeprint", () => {
  for (const said of document.querySelectorAll("[data-print-time]")) {
    const now = new Date();
    said.dateTime = now.toISOString();
    said.textContent = now.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
  }
  opened = [...document.querySelectorAll("article.case details:not([open], .bands-words, .deeds-more)")];
  for (const part of opened) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});

// Choosing in a filter is asking: on a desk the list follows at once.
const filters = document.querySelector("[data-filters]");
filters?.addEventListener("change", (event) => {
  if (event.target.matches("select") && matchMedia("(min-width: 48rem)").matches) filters.requestSubmit();
});
// Addresses that are passed on name only what was chosen.
filters?.addEventListener("submit", () => {
  for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
});
