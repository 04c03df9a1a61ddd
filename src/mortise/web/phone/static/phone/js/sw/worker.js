// The service worker. It keeps the shell and nothing else: no page with a person's data is ever in a cache.
// The server writes `self.MORTISE` (version, list of files, whether it is switched off) above this line.

/** @type {{version: string, assets: string[], is_off: boolean, shell: string}} */
const MORTISE = self.MORTISE;
const PREFIX = "mortise-shell-";
const NAME = PREFIX + MORTISE.version;
const FIGURES = "mortise-figures";
const EXPORT = "/phone/export/";
const PATIENCE_MS = 10_000;
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;

self.addEventListener("install", (event) => {
  if (MORTISE.is_off) self.skipWaiting();
  else event.waitUntil(fill());
});

async function fill() {
  // All or nothing: a shell of which one file is missing is never used. A name with a hash is never another file.
  const found = await Promise.all(MORTISE.assets.map(async (url) => [url, await fetched(url)]));
  const cache = await caches.open(NAME);
  for (const [url, response] of found) await cache.put(url, response);
}

/** One file of the shell; a page that a network puts in its place (to sign in, say) is none. */
async function fetched(url) {
  const response = await fetch(url, { cache: HASHED.test(url) ? "default" : "reload", redirect: "error" });
  const isPage = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (!response.ok || isPage !== (url === MORTISE.shell)) throw new Error(`not the file ${url}`);
  return response;
}

self.addEventListener("activate", (event) => event.waitUntil(MORTISE.is_off ? leave() : takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

async function leave() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name);
  await self.registration.unregister();
}

self.addEventListener("message", (event) => {
  if (event.data === "use") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (MORTISE.is_off || url.origin !== self.location.origin) return;
  if (url.pathname === EXPORT) return; // made while one waits, as long as that takes
  if (event.request.mode === "navigate") {
    event.respondWith(event.request.method === "GET" ? page(event.request) : sent(event.request, url));
  } else if (event.request.method === "GET" && MORTISE.assets.includes(url.pathname)) {
    event.respondWith(HASHED.test(url.pathname) ? kept(event.request) : newest(event.request, NAME));
  } else if (event.request.method === "GET" && url.pathname.startsWith("/phone/figure/")) {
    event.respondWith(newest(event.request, FIGURES));
  }
});

/** A page: the server's when it answers whole and in time, else the shell. What is no page (a download) takes its time. */
async function page(request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(request, { signal: patience.signal });
    const isPage = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
    if (response.status < 502 || response.status > 504) return isPage && !response.redirected ? await whole(response) : response;
  } catch {
    // no connection, or none worth the name
  } finally {
    clearTimeout(timer);
  }
  return (await caches.match(MORTISE.shell, { cacheName: NAME })) ?? Response.error();
}

async function whole(response) {
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

/** A form that was sent without scripts reaching the server: back to its page, which then comes from the shell. */
async function sent(request, url) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(url.pathname, 303);
  }
}

async function kept(request) {
  return (await caches.match(request, { cacheName: NAME })) ?? fetch(request);
}

async function newest(request, cacheName) {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await caches.match(request, { cacheName });
    if (known) return known;
    throw error;
  }
}
