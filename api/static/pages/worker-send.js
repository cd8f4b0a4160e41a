// Sending what waits, once. Used by the pages and, where the browser has Background Sync, by the service worker.
//
// Once, because a report's key is made when it is written: whoever sends it, and however often, the server
// answers with the same case. Photos go first and leave their ids in the store before the report is sent, so
// that a second try says exactly the same as the first.
"use strict";

self.shaodaoSend = (() => {
  const { put, get, drop, of, all } = self.shaodaoStore;
  const PATIENCE = { photo: 120_000, report: 45_000 };
  const PAUSES = [3, 5, 10, 20, 40, 60].map((seconds) => seconds * 1000);

  class Refused extends Error {
    constructor(status, said) {
      super(said?.refusal || said?.detail || said?.title || "");
      this.status = status;
      this.faults = said?.faults ?? {};
      this.same = Boolean(said?.same);
    }
  }
  class SignIn extends Error {}
  class Later extends Error {}

  async function post(address, form, patience) {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        body: form,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual", // to the sign-in page: that is an answer too
        signal: AbortSignal.timeout?.(patience),
      });
    } catch {
      throw new Later();
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignIn();
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Later();
    const said = await answer.json().catch(() => null);
    if (answer.ok && said) return said;
    if (answer.ok) throw new Later(); // something in between answered in the server's place
    if (said?.code === "another_person") throw new SignIn();
    throw new Refused(answer.status, said);
  }

  async function sendPhotos(report) {
    for (const photo of [...report.photos, ...report.after]) {
      if (photo.id) continue;
      const form = new FormData();
      form.append("person", report.person);
      form.append("file", photo.blob, "photo.jpg");
      photo.id = (await post("/report/photos", form, PATIENCE.photo)).id;
      await put(report);
    }
  }

  function formOf(report, unattended) {
    const form = new FormData();
    for (const [name, value] of Object.entries(report.fields)) if (value) form.append(name, value);
    form.set("key", report.key);
    form.set("person", report.person);
    if (unattended) form.set("unattended", "1");
    for (const photo of report.photos) form.append("attachments", photo.id);
    for (const photo of report.after) form.append("after", photo.id);
    return form;
  }

  // What became of it: { sent: answer } · { signIn } · { later } · { refused }. The store says the same.
  async function sendOne(key, { attended = false } = {}) {
    const report = await get(key);
    if (!report || report.state !== "waiting") return {};
    try {
      await sendPhotos(report);
      const answer = await post("/report", formOf(report, !attended), PATIENCE.report);
      await drop(key);
      return { sent: answer };
    } catch (error) {
      if (error instanceof SignIn) {
        await put({ ...report, signIn: true });
        return { signIn: true };
      }
      if (error instanceof Refused) {
        await put({ ...report, state: "refused", reason: error.message, faults: error.faults, signIn: false });
        return { refused: error };
      }
      if (!(error instanceof Later)) throw error;
      const tries = (report.tries ?? 0) + 1;
      const pause = PAUSES[Math.min(tries, PAUSES.length) - 1];
      await put({ ...report, tries, next: Date.now() + pause, signIn: false });
      return { later: true };
    }
  }

  // One at a time, whoever asks: two windows and the service worker would only send the same photos twice.
  const alone = (work) =>
    self.navigator?.locks ? self.navigator.locks.request("shaodao-outbox", work) : work();

  // Send what is due of `person`'s; of everybody's without one: the server asks each time whose it is.
  async function flush({ person = null, now = false, tell = () => {} } = {}) {
    return alone(async () => {
      const waiting = person ? await of(person, "waiting") : (await all()).filter((r) => r.state === "waiting");
      for (const report of waiting) {
        if (!now && !report.signIn && (report.next ?? 0) > Date.now()) continue;
        tell(report.key, { sending: true });
        const outcome = await sendOne(report.key);
        tell(report.key, outcome);
        if (outcome.later) break; // without a network the next one fares no better
      }
      return (person ? await of(person, "waiting") : (await all()).filter((r) => r.state === "waiting")).length;
    });
  }

  return { flush, alone, sendOne };
})();
