// The steps of a task, in the sheet or on a page of their own.

// Who arrives is asked for the place at once if the browser may tell it without asking; else by the button.
async function locateAtOnce(root) {
  const around = root.querySelector("[data-arrive]");
  if (!around || around.dataset.arrive || around.querySelector("[name=latitude]").value) return;
  around.dataset.arrive = "asked";
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (allowed?.state === "granted") around.querySelector("[data-locate-button]").click();
}

// The reason begins with the ground's words, until somebody writes their own.
document.body.addEventListener("change", (event) => {
  const opening = event.target.dataset?.opening;
  const reason = event.target.form?.elements.reason;
  if (!opening || !reason) return;
  const openings = [...event.target.form.elements.ground].map((ground) => ground.dataset.opening);
  if (!reason.value.trim() || openings.includes(reason.value.trim())) reason.value = opening;
});

// The list is asked for as it is after what was just done, even where the records lag behind: ?after=NUMBER:VERSION.
const lists = document.getElementById("lists");
document.body.addEventListener("case-changed", ({ detail }) => {
  if (lists && detail?.version) lists.dataset.after = `${detail.number}:${detail.version}`;
}, { capture: true });
document.body.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === lists && lists.dataset.after) ctx.request.action += `?after=${lists.dataset.after}`;
});

// What somebody has unfolded stays so when the list renews itself.
let unfolded = [];
document.body.addEventListener("htmx:before:swap", () => {
  unfolded = [...document.querySelectorAll("#lists details[open]")].map((details) => details.id);
});

document.body.addEventListener("htmx:after:swap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  const sheet = document.getElementById("sheet-body");
  if (sheet) locateAtOnce(sheet);
});
locateAtOnce(document.getElementById("main"));
