// The queue by keyboard: j and k (or the arrows) move along it, Enter opens. Nothing fires while somebody types.

const queue = document.getElementById("queue");

function move(step) {
  const lines = [...queue.querySelectorAll(".queue-line")];
  if (!lines.length) return;
  const here = lines.indexOf(document.activeElement);
  const from = here >= 0 ? here : lines.findIndex((line) => line.hasAttribute("aria-current")) - (step > 0 ? 1 : -1) + step;
  lines[Math.min(lines.length - 1, Math.max(0, here >= 0 ? here + step : from))].focus();
}

queue?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  move(step);
});
