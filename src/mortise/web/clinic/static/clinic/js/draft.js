// What was typed and not taken by the server yet, as it is kept on the device. Pure: no page, no clock of its own.

export const PREFIX = "mortise.keep.";
export const OLDEST_MS = 7 * 24 * 3600 * 1000;

/** @typedef {{was: string, now: string}} Field */
/** @typedef {{at: number, fields: Record<string, Field>}} Draft */

/**
 * Name the place of a draft: by person, page and when, relative to treatment, its values were taken.
 * @param {string} person @param {string} path @param {string} context
 */
export function draftKey(person, path, context) {
  return `${PREFIX}${person}.${path}.${context}`;
}

/** @param {number} at @param {number} [now] */
export function isFresh(at, now = Date.now()) {
  return now - at <= OLDEST_MS;
}

/**
 * Say what of a draft can be put back: only where the record still says what it said when it was typed.
 * @param {string} text @param {Record<string, string>} here @param {(at: number) => boolean} fresh
 * @returns {{fields: Record<string, string>, left: string[]}}
 */
export function brought(text, here, fresh) {
  /** @type {Draft} */
  let draft;
  try {
    draft = JSON.parse(text);
  } catch {
    return { fields: {}, left: [] };
  }
  if (!draft || typeof draft.at !== "number" || !fresh(draft.at)) return { fields: {}, left: [] };
  /** @type {Record<string, string>} */
  const fields = {};
  const left = [];
  for (const [name, { was, now }] of Object.entries(draft.fields ?? {})) {
    if (name.startsWith("ok-") || (here[name] ?? "") === now) continue;
    if ((here[name] ?? "") === was) fields[name] = now;
    else left.push(name);
  }
  return { fields, left };
}

/**
 * Forget drafts that are too old to be believed.
 * @param {{length: number, key(index: number): string | null, getItem(key: string): string | null, removeItem(key: string): void}} store
 * @param {number} [now]
 */
export function pruned(store, now = Date.now()) {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
  for (const key of keys) {
    if (!key?.startsWith(PREFIX)) continue;
    try {
      if (isFresh(JSON.parse(store.getItem(key) ?? "").at, now)) continue;
    } catch { /* nothing that can be read */ }
    store.removeItem(key);
  }
}

/** @param {number} n */
export function keptWords(n) {
  return `Not sent yet: ${n} ${n === 1 ? "answer" : "answers"} kept on this device, tried again until the line is back`;
}

/** @param {number} n */
export function leftWords(n) {
  return `Saved, but for ${n} that ${n === 1 ? "needs" : "need"} another look`;
}
