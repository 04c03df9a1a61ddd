// Whose phone this is, and the keys of that person. Keys lie in the store as keys that cannot be read out; when they are
// taken away, what was locked with them stays locked until the server gives the same person the same keys again.

import { erase, read, transaction } from "./db.js";

const bytesOf = (/** @type {string} */ hex) => new Uint8Array((hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));

export const isPossible = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

/** The person whose phone this is now, or null. @returns {Promise<string | null>} */
export async function person() {
  return (await read("person")) ?? null;
}

/** The person the server made this page for; null on a page without the server. */
export function personOfPage() {
  return document.querySelector('meta[name="mortise-person"]')?.getAttribute("content") || null;
}

/** The ankle the server made this page about; nothing on a page without the server. */
export function episodeOfPage() {
  return document.querySelector('meta[name="mortise-episode"]')?.getAttribute("content") ?? "";
}

const sealKey = (/** @type {string} */ hex) => crypto.subtle.importKey("raw", bytesOf(hex), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);

/** @param {{person: string, lock_key: string, seal_key: string}} given */
export async function unlock(given) {
  const lock = await crypto.subtle.importKey("raw", bytesOf(given.lock_key), "AES-GCM", false, ["encrypt", "decrypt"]);
  const seal = await sealKey(given.seal_key);
  await transaction("readwrite", async (meta, _, ask) => {
    if (!(await ask(meta.get(`keys:${given.person}`)))) await ask(meta.put({ lock, seal }, `keys:${given.person}`));
    await ask(meta.put(given.person, "person"));
  });
}

/** The plan in an envelope whose parts belong together, else null: nothing is touched for one that was changed on its way. @param {any} given */
export async function planIn(given) {
  if (!(await isSealed(await sealKey(given.seal_key), given.body, given.seal))) return null;
  const plan = JSON.parse(given.body);
  return plan.person === given.person ? plan : null;
}

/** The keys of a person on this phone, or null. @param {string | null} who @returns {Promise<{lock: CryptoKey, seal: CryptoKey} | null>} */
export async function keysOf(who) {
  return who ? ((await read(`keys:${who}`)) ?? null) : null;
}

/** @param {string} who */
export async function forget(who) {
  await erase(`keys:${who}`);
  if ((await person()) === who) await erase("person");
}

/** @param {CryptoKey} key @param {any} value @param {string} bound what the value belongs to; it opens only there */
export async function locked(key, value, bound) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(bound) }, key, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, data };
}

/** @param {CryptoKey} key @param {{iv: BufferSource, data: BufferSource}} box @param {string} bound */
export async function opened(key, box, bound) {
  const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv, additionalData: new TextEncoder().encode(bound) }, key, box.data);
  return JSON.parse(new TextDecoder().decode(data));
}

/** Whether a plan carries this person's seal. @param {CryptoKey} key @param {string} body @param {string} seal */
export function isSealed(key, body, seal) {
  return crypto.subtle.verify("HMAC", key, bytesOf(seal), new TextEncoder().encode(body));
}
