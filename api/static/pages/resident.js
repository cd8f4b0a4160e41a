// Residents' pages. Without it everything works: photos are sent as they are, the page reloads itself.

// --- photos: shown before they are sent, and made small enough for a weak network ---------------------------
const LONGEST_SIDE = 1920;
const SMALL_ENOUGH = 600_000; // bytes: below this there is nothing to win

async function smaller(file) {
  if (file.size < SMALL_ENOUGH || !window.createImageBitmap) return file;
  try {
    // The server turns pictures upright by their EXIF, which a canvas drops: so it is done here.
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // a kind of picture this browser cannot draw: the server may
  }
}

for (const field of document.querySelectorAll("[data-shots]")) {
  const input = field.querySelector("[data-shot-input]");
  const list = field.querySelector("[data-shot-list]");
  const said = field.querySelector("[data-shot-said]");
  const most = Number(field.dataset.most);
  let chosen = [];

  const show = () => {
    const carried = new DataTransfer();
    chosen.forEach((file) => carried.items.add(file));
    input.files = carried.files;
    list.replaceChildren(...chosen.map((file, place) => {
      const item = document.createElement("li");
      item.className = "shot";
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `${field.dataset.remove} ${place + 1}`);
      remove.addEventListener("click", () => {
        chosen = chosen.filter((other) => other !== file);
        show();
      });
      item.append(picture, remove);
      return item;
    }));
  };

  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].filter((file) => !chosen.includes(file)).map(smaller));
    said.textContent = chosen.length + added.length > most ? field.dataset.toomany : "";
    chosen = [...chosen, ...added].slice(0, most);
    show();
  });
}

// --- a form is sent once ------------------------------------------------------------------------------------
for (const form of document.querySelectorAll("form[data-once]")) once(form);

function once(form) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    button.querySelector("span").textContent = form.dataset.once;
  });
}
// Back from the next page, an old browser shows the form as it was left.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// --- the code, to take along ----------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    getSelection().selectAllChildren(document.getElementById("code")); // then by hand
    return;
  }
  button.querySelector("span").textContent = button.dataset.copied;
});

// --- following: the page asks now and then whether there is anything new ------------------------------------
const live = document.querySelector("[data-live]");
const EVERY = 10_000;

function busy() {
  // Nothing is taken from under the hands of somebody who is answering.
  return [...live.querySelectorAll("textarea, input[type=radio]")].some((field) =>
    field.type === "radio" ? field.checked : field.value !== "",
  );
}

async function look() {
  if (document.hidden || busy()) return;
  const seen = live.querySelector("[data-seen]").dataset.seen;
  try {
    const answer = await fetch(`${live.dataset.live}?seen=${encodeURIComponent(seen)}`, {
      headers: { "HX-Request": "true" },
    });
    if (answer.status !== 200 || busy()) return;
    live.innerHTML = await answer.text();
    live.querySelectorAll("form[data-once]").forEach(once);
  } catch {
    // no network: the next time
  }
}
if (live) {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
