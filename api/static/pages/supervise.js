// The overdue board: ticking many rows, pressing them a few at a time, and hearing of changes without moving
// what is being read. Without this script the form sends all ticked cases at once, and answers with a page.

const STEP = 6; // cases a request: few enough to show progress, many enough to be quick

const form = document.querySelector("[data-batch]");

function boxes() {
  return [...document.querySelectorAll('input[name="case"][form="batch"]')];
}

function fill(template, ...values) {
  return values.reduce((text, value) => text.replace("{}", value), template);
}

// --- ticking ----------------------------------------------------------------------------------------------
if (form) {
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-count]");
  const unticked = count.textContent;

  const settle = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
    count.textContent = ticked ? fill(form.dataset.picked, ticked) : unticked;
    form.classList.toggle("is-active", ticked > 0);
  };
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    settle();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.('input[name="case"]')) settle();
  });
  settle();

  // --- pressing -------------------------------------------------------------------------------------------
  const around = document.querySelector("[data-progress]");
  const said = around.querySelector("[data-said]");
  const bar = around.querySelector("progress");
  const results = around.querySelector("[data-results]");
  const retry = around.querySelector("[data-retry]");
  const finished = around.querySelector("[data-finished]");
  let left = [];
  let total = 0;
  let command = "";

  async function send(numbers) {
    const data = new URLSearchParams(new FormData(form));
    data.delete("case");
    data.set("command", command);
    for (const number of numbers) data.append("case", number);
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const list = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...list.querySelectorAll(".result")];
  }

  // What was not answered for keeps its key: sent again, it does nothing twice.
  async function press() {
    retry.hidden = finished.hidden = true;
    for (const control of form.elements) control.disabled = control.name !== "key" && control.name !== "back" && control.name !== "text";
    const unsure = [];
    while (left.length) {
      const numbers = left.slice(0, STEP);
      let lines;
      try {
        lines = await send(numbers);
      } catch {
        break;
      }
      left = left.slice(numbers.length);
      for (const line of lines) {
        results.querySelector(`[data-number="${line.dataset.number}"]`)?.remove();
        results.append(document.adoptNode(line));
        if ("again" in line.dataset) unsure.push(line.dataset.number);
      }
      bar.value = total - left.length;
      said.textContent = fill(form.dataset.working, total - left.length, total);
    }
    if (left.length) said.textContent = fill(form.dataset.lost, left.length);
    left.push(...unsure);
    retry.hidden = left.length === 0;
    finished.hidden = false;
    (retry.hidden ? finished : retry).focus();
  }

  form.addEventListener("submit", (event) => {
    const ticked = boxes().filter((box) => box.checked).map((box) => box.value);
    const text = form.elements.text;
    command = event.submitter?.value ?? "";
    // What is missing is said by the server, beside its field.
    if (!ticked.length || !command || (command === "supervise" && !text.value.trim())) return;
    event.preventDefault();
    left = ticked;
    total = bar.max = ticked.length;
    bar.value = 0;
    results.replaceChildren();
    around.hidden = false;
    around.scrollIntoView({ block: "nearest" });
    press();
  });
  retry.addEventListener("click", press);
}

// --- what has changed -------------------------------------------------------------------------------------
const rows = new Set([...document.querySelectorAll(".late-row")].map((row) => row.dataset.number));
const changed = document.querySelector("[data-changed]");
document.body.addEventListener("case", (event) => {
  const number = event.detail?.number;
  if (changed && (!number || rows.has(number))) changed.hidden = false;
});
document.body.addEventListener("case-changed", (event) => {
  const row = document.querySelector(`.late-row[data-number="${event.detail?.number}"]`);
  row?.classList.add("is-pressed");
});
