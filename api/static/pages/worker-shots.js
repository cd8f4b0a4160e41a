// The photos of a report on the page: chosen, made smaller, sent up at once with their progress shown, removed.

const KINDS = { photos: "attachments", after: "after" }; // in the store, and in the form
const addresses = new WeakMap();

// `page` lends what belongs to the form: { form, words, person, report(), keep(), fault(), clearFaults() }.
self.shaodaoShots = function shots(page) {
  const { form, words } = page;
  const uploads = new Map(); // by photo
  const known = new WeakMap(); // what only this page needs of a photo: { item, done, fault }
  const of = (photo) => {
    if (!known.has(photo)) known.set(photo, {});
    return known.get(photo);
  };
  let shrinking = null;

  function address(photo) {
    if (!photo.blob) return `/pictures/${photo.id}`;
    if (!addresses.has(photo.blob)) addresses.set(photo.blob, URL.createObjectURL(photo.blob));
    return addresses.get(photo.blob);
  }

  function progress(photo) {
    const { item, done, fault } = of(photo);
    if (!item) return;
    const bar = item.querySelector("[data-progress]");
    bar.hidden = Boolean(photo.id || fault || !uploads.has(photo));
    bar.value = done ?? 0;
    item.querySelector("[data-state]").textContent = fault ?? (photo.id || uploads.has(photo) ? "" : words.sayKept);
    item.classList.toggle("is-bad", Boolean(fault));
    item.classList.toggle("is-up", Boolean(photo.id));
  }

  function draw(kind) {
    const list = form.querySelector(`[data-shots="${KINDS[kind]}"] [data-shot-list]`);
    if (!list) return;
    list.replaceChildren(...page.report()[kind].map((photo, place) => {
      const item = document.getElementById("shot-item").content.firstElementChild.cloneNode(true);
      const called = (words) => words.replace("{}", place + 1);
      const image = item.querySelector("[data-image]");
      image.src = address(photo);
      image.alt = called(words.sayPhoto);
      item.querySelector("[data-progress]").setAttribute("aria-label", called(words.sayProgress));
      const button = item.querySelector("[data-remove]");
      button.setAttribute("aria-label", called(words.sayRemove));
      button.addEventListener("click", () => remove(kind, photo));
      of(photo).item = item;
      progress(photo);
      return item;
    }));
    list.closest("[data-shots]").classList.toggle("has-shots", page.report()[kind].length > 0);
  }

  async function add(kind, files) {
    page.clearFaults();
    shrinking ??= import(words.photoModule).catch(() => ({ shrink: (plain) => plain }));
    const { shrink } = await shrinking;
    for (const file of files) {
      if (page.report()[kind].length >= Number(words.most)) {
        page.fault(KINDS[kind], words.sayToomany);
        break;
      }
      const photo = { blob: await shrink(file), id: null };
      page.report()[kind].push(photo);
      await page.keep();
      upload(kind, photo);
    }
  }

  // XMLHttpRequest, because fetch tells nothing of an upload's progress.
  function upload(kind, photo) {
    const request = new XMLHttpRequest();
    const mine = page.report();
    const going = new Promise((resolve) => {
      request.upload.onprogress = (event) => {
        of(photo).done = event.loaded / event.total;
        progress(photo);
      };
      request.onloadend = async () => {
        uploads.delete(photo);
        const { status, response } = request;
        if (status === 201) {
          photo.id = response.id;
          if (mine === page.report()) await page.keep();
        } else if (status >= 400 && status < 500 && ![401, 408, 429].includes(status)) {
          of(photo).fault = response?.refusal ?? response?.detail ?? "";
        }
        progress(photo);
        resolve();
      };
    });
    const body = new FormData();
    body.append("person", page.person);
    body.append("file", photo.blob, "photo.jpg");
    request.open("POST", "/report/photos");
    request.responseType = "json";
    request.timeout = 120_000;
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
    uploads.set(photo, { going, request });
    draw(kind);
  }

  function remove(kind, photo) {
    uploads.get(photo)?.request.abort();
    uploads.delete(photo);
    const photos = page.report()[kind];
    photos.splice(photos.indexOf(photo), 1);
    if (photo.blob && addresses.has(photo.blob)) URL.revokeObjectURL(addresses.get(photo.blob));
    draw(kind);
    page.keep();
  }

  for (const [kind, name] of Object.entries(KINDS)) {
    for (const input of form.querySelectorAll(`[data-shots="${name}"] input[type=file]`)) {
      input.addEventListener("change", () => {
        const files = [...input.files];
        input.value = ""; // the same photo may be chosen again after it was removed
        add(kind, files);
      });
    }
  }

  return {
    // Show the report's photos, and send up what is not there yet.
    begin() {
      for (const kind of Object.keys(KINDS)) {
        draw(kind);
        for (const photo of page.report()[kind]) if (!photo.id) upload(kind, photo);
      }
    },
    // What the server has put into the form as ids, after a fault without a script.
    adopt() {
      for (const [kind, name] of Object.entries(KINDS)) {
        const ids = form.querySelectorAll(`input[type=hidden][name="${name}"]`);
        page.report()[kind] = [...ids].map((input) => ({ blob: null, id: input.value }));
      }
    },
    // Until what is on its way has arrived, or has failed; without a network there is nothing to wait for.
    async settled() {
      if (!navigator.onLine) for (const { request } of uploads.values()) request.abort();
      await Promise.all([...uploads.values()].map(({ going }) => going));
    },
  };
};
