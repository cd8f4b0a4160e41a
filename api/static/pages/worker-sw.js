// The service worker: the report page opens without a network, and what waits is sent when the network is back.
// The server puts PARTS before this text. Kept are only the pages' shells, which hold no case and nobody's data
// but the name of who is signed in, and the assets they name; all of it goes at sign-out.
"use strict";

importScripts(...PARTS);

const SHELLS = "shaodao-shells";
const PAGES = { "/report": "/report/shell", "/mine": "/mine/shell" };
const WHO = "/report/who";
const HURRY = 6000;
const LAZY = /\/(leaflet|echarts)-/; // big, and of no use without a network

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});
self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendInBackground());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") {
    event.waitUntil(caches.delete(SHELLS));
    return;
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && PAGES[url.pathname]) event.respondWith(open(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

// Without making a cache where there is none.
const found = (request) => caches.match(request, { cacheName: SHELLS });

// From the network, unless there is none or it makes one wait in the rain.
async function open(request, page) {
  const kept = await found(page);
  if (!kept) return fetch(request);
  let hurry;
  const late = new Promise((resolve) => { hurry = setTimeout(() => resolve(kept), HURRY); });
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return kept;
  } finally {
    clearTimeout(hurry);
  }
}

async function asset(request) {
  return (await found(request)) ?? fetch(request);
}

// Keep both shells and their assets for this person and this version; whatever else was kept goes.
async function keep({ person, version }) {
  const known = await found(WHO).then((said) => said?.json());
  if (known?.person === person && known?.version === version) return;
  if (known && known.person !== person) await caches.delete(SHELLS);
  const cache = await caches.open(SHELLS);
  const wanted = new Set([WHO, ...Object.keys(PAGES)]);
  try {
    for (const [page, shell] of Object.entries(PAGES)) {
      const answer = await fetch(shell, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) return;
      for (const [, name] of (await answer.clone().text()).matchAll(/"(\/static\/[^"#]+)/g)) {
        if (LAZY.test(name)) continue;
        wanted.add(name);
        if (!(await cache.match(name))) await cache.add(name);
      }
      await cache.put(page, answer);
    }
  } catch {
    return; // the network went meanwhile: what was kept before is still whole, for assets carry their version
  }
  await cache.put(WHO, new Response(JSON.stringify({ person, version })));
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) await cache.delete(request);
  }
}

async function sendInBackground() {
  const left = await self.shaodaoSend.flush({ now: true });
  for (const client of await self.clients.matchAll()) client.postMessage({ outbox: left });
  if (left) throw new Error("not all is sent"); // the browser tries again later
}
