// Administrators' pages: what a script makes easier. Everything works without it.

// --- the first password, copied ------------------------------------------------------------------------------
document.body.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.querySelector("span:not(.icon)")?.remove();
  button.append(Object.assign(document.createElement("span"), { textContent: ` ✓ ${button.dataset.copied}` }));
});

// --- line numbers beside a policy's text, faulty lines marked ---------------------------------------------------
for (const editor of document.querySelectorAll("[data-editor]")) {
  const text = editor.querySelector("textarea");
  const faulty = new Set(editor.dataset.faults.split(" ").filter(Boolean).map(Number));
  const numbers = document.createElement("pre");
  numbers.className = "editor-lines";
  numbers.setAttribute("aria-hidden", "true");
  editor.prepend(numbers);
  editor.classList.add("numbered");

  const number = () => {
    const lines = text.value.split("\n").length;
    if (numbers.childElementCount === lines) return;
    numbers.replaceChildren(...Array.from({ length: lines }, (_, index) => {
      const line = document.createElement(faulty.has(index + 1) ? "b" : "span");
      line.textContent = index + 1;
      return line;
    }));
  };
  const follow = () => {
    numbers.style.height = `${text.clientHeight}px`;
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("input", () => { number(); follow(); });
  text.addEventListener("scroll", follow);
  new ResizeObserver(follow).observe(text);
  number();
  follow();

  // To the first faulty line, where the eye is needed.
  const first = Math.min(...faulty);
  if (Number.isFinite(first)) text.scrollTop = (first - 4) * (text.scrollHeight / text.value.split("\n").length);
}
