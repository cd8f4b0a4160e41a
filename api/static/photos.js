// Photo fields: each photo goes up as soon as it is chosen, with its progress shown; the form then carries its id.
// Without this script the browser sends the files with the form.

const LONGEST = 2560; // pixels: what the server keeps; a phone in the rain need not send more

export async function shrunk(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 1_500_000) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1) return file;
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  } catch {
    return file; // the server reads more formats than this browser
  }
}

export function sendUp(address, blob, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how far an upload has come
    request.open("POST", address);
    request.responseType = "json";
    request.timeout = 60000;
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(request.response) : reject(request.response?.detail));
    request.onerror = request.ontimeout = () => reject();
    const form = new FormData();
    form.append("file", blob, "photo.jpg");
    request.send(form);
  });
}

function removeButton(field, item) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "photo-remove";
  button.textContent = "×";
  button.setAttribute("aria-label", field.dataset.remove);
  button.addEventListener("click", () => {
    const image = item.querySelector("img");
    if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
    item.remove();
    field.querySelector("input[type=file]").focus();
  });
  return button;
}

async function take(field, file) {
  const item = document.createElement("li");
  item.className = "photo";
  const image = document.createElement("img");
  image.width = image.height = 96;
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(image, bar, removeButton(field, item));
  field.querySelector("[data-photo-list]").append(item);
  const blob = await shrunk(file);
  const attempt = async () => {
    item.dataset.pending = "";
    try {
      const kept = await sendUp(field.dataset.upload || "/pictures", blob, (part) => { bar.value = part; });
      const id = document.createElement("input");
      Object.assign(id, { type: "hidden", name: field.dataset.ids, value: kept.id });
      bar.replaceWith(id);
      field.dispatchEvent(new CustomEvent("photo-kept", { bubbles: true, detail: kept }));
    } catch (why) {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn btn-small photo-again";
      again.textContent = why || field.dataset.failed;
      again.addEventListener("click", () => { again.replaceWith(bar); attempt(); });
      bar.replaceWith(again);
    }
    delete item.dataset.pending;
    field.dispatchEvent(new CustomEvent("photo-settled", { bubbles: true }));
  };
  await attempt();
}

document.addEventListener("change", (event) => {
  const field = event.target.closest?.("[data-photos]");
  if (!field || event.target.type !== "file") return;
  const files = [...event.target.files];
  event.target.value = ""; // they go up now, not with the form
  for (const file of files) take(field, file);
});

// A form that is sent while photos are still going up waits for them.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector("[data-pending]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.addEventListener("photo-settled", function waiting() {
    if (form.querySelector("[data-pending]")) return;
    form.removeEventListener("photo-settled", waiting);
    form.requestSubmit();
  });
}, true);
