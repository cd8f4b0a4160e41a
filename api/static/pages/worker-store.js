// What waits on this phone: reports that are being written, and reports that have not been sent yet.
// A classic script, because the service worker takes it with importScripts, which knows no modules.
//
// A report: { key, person, state, at, fields, photos, after, tries, next, reason, faults, signIn }
//   state   draft (being written) · waiting (to be sent) · refused (the server said no; to be mended)
//   fields  what the form's fields hold, by name
//   photos  [{ blob, id }] of the report, `after` those after handling; id once the server has the photo
"use strict";

self.shaodaoStore = (() => {
  const NAME = "shaodao";
  const REPORTS = "reports";
  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(REPORTS, { keyPath: "key" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("blocked"));
    });
    opened.catch(() => { opened = null; });
    return opened;
  }

  async function within(mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(REPORTS, mode);
      const asked = work(transaction.objectStore(REPORTS));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  const put = (report) => within("readwrite", (reports) => reports.put(report));
  const get = (key) => within("readonly", (reports) => reports.get(key));
  const drop = (key) => within("readwrite", (reports) => reports.delete(key));
  const all = async () => (await within("readonly", (reports) => reports.getAll())) ?? [];

  // One person's only: the next one on the same phone neither sees nor sends them.
  const of = async (person, ...states) =>
    (await all())
      .filter((report) => report.person === person && states.includes(report.state))
      .sort((one, other) => one.at - other.at);

  // crypto.randomUUID exists in secure contexts only; a key must be had anywhere.
  const newKey = () =>
    "phone-" + [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

  const bytes = (report) => [...report.photos, ...report.after].reduce((sum, photo) => sum + (photo.blob?.size ?? 0), 0);

  return { put, get, drop, of, all, newKey, bytes };
})();
