// The outbox: every report is committed here, locked, before anybody is told that it is saved.

import { applyAnswers, counted, deletable, isNotTaken, isIdle, offeredAgain, unsent } from "../core/outbox.js";
import { erase, everything, read, transaction, write } from "./db.js";
import { forget, keysOf, locked, opened, person } from "./vault.js";

export const FIGURES = "mortise-figures";
const NOTES = ["plan", "closed", "draft", "day"]; // what was written and not sent stays, locked
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("mortise") : null;
const listeners = new Set();

/** Be told when the outbox changed, here or in another tab. @param {() => void} listener */
export function onChange(listener) {
  listeners.add(listener);
}
channel?.addEventListener("message", () => listeners.forEach((listener) => listener()));

/** Tell every page of this phone that something changed. */
export function changed() {
  listeners.forEach((listener) => listener());
  channel?.postMessage("changed");
}

/**
 * Keep reports. Resolves when they are on disk; rejects when they are not. The same report again changes nothing. Another one
 * under the same id, as from a second tab, is kept as well, under an id of its own.
 * @param {any[]} facts @param {string} [episode] the ankle they are about
 */
export async function keep(facts, episode = "") {
  const known = await stored(facts, episode);
  if (known.length) await stored(await asOthers(facts, known), episode);
  changed();
}

/** Store what is new; resolves with the ids that were there before. */
async function stored(facts, episode) {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) throw new Error("nobody's phone");
  const now_ms = Date.now();
  const boxes = [];
  for (const fact of facts) {
    const item = { fact, wall_ms: now_ms, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, monotonic_ms: performance.now(), episode };
    boxes.push({ id: fact.id, box: await locked(keys.lock, item, `${who}/${fact.id}`) });
  }
  return transaction("readwrite", async (meta, items, ask) => {
    const known = [];
    let sequence = (await ask(meta.get(`sequence:${who}`))) ?? 0;
    if (!(await ask(meta.get(`device:${who}`)))) await ask(meta.put(crypto.randomUUID(), `device:${who}`));
    for (const { id, box } of boxes) {
      if (await ask(items.get(id))) {
        known.push(id);
        continue;
      }
      sequence += 1;
      await ask(items.add({ id, person: who, sequence, state: "waiting", reason: "", made_ms: now_ms, acked_ms: null, heard_ms: null, box }));
    }
    await ask(meta.put(sequence, `sequence:${who}`));
    return known;
  });
}

const wordsOf = (fact) => JSON.stringify({ ...fact, captured_at: "" });

/** Those of the reports that say something else than what is kept under their id, and what names them, under new ids. */
async function asOthers(facts, known) {
  const kept = new Map((await held()).map((one) => [one.id, one.fact]));
  const isOther = (fact) => known.includes(fact.id) && wordsOf(kept.get(fact.id)) !== wordsOf(fact);
  const names = new Map(facts.filter(isOther).map((fact) => [fact.id, crypto.randomUUID()]));
  const renamed = (fact) => ({ ...fact, id: names.get(fact.id) ?? fact.id, ...(names.has(fact.replacement) ? { replacement: names.get(fact.replacement) } : {}) });
  return facts.filter((fact) => names.has(fact.id)).map(renamed);
}

/** The headers of everything held for a person, oldest first. @param {string} who */
export async function itemsOf(who) {
  const items = await transaction("readonly", (_, store, ask) => ask(store.index("person").getAll(who)));
  return items.sort((a, b) => a.sequence - b.sequence);
}

/** Reports held for this person with their state, oldest first; what cannot be opened is left out. */
export async function held() {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) return [];
  const found = [];
  for (const item of await itemsOf(who)) {
    try {
      found.push({ ...item, ...(await opened(keys.lock, item.box, `${who}/${item.id}`)) });
    } catch {
      // locked under a key that this phone does not have: it stays where it is
    }
  }
  return found;
}

/** How many are not safe on the server and not put away. */
export async function countUnsent() {
  const who = await person();
  return who ? counted(await itemsOf(who)).length : 0;
}

/** Put a report away that the server did not take, or take it out again (null). @param {string} id @param {{isDanger: boolean} | null} how */
export async function putAway(id, how) {
  await transaction("readwrite", async (meta, store, ask) => {
    const item = await ask(store.get(id));
    if (item && isNotTaken(item)) await ask(store.put(away(item, how, (await ask(meta.get("server_ms"))) ?? null)));
  });
  changed();
}

/** @param {any} item @param {{isDanger: boolean} | null} how @param {number | null} server_ms what the server's clock said last */
export function away(item, how, server_ms) {
  return { ...item, away_ms: how ? Date.now() : null, away_heard_ms: how ? server_ms : null, away_stays: Boolean(how?.isDanger) };
}

/** The server broke at this one: the others go first the next time. @param {string} id */
export async function failed(id) {
  await transaction("readwrite", async (_, store, ask) => {
    const item = await ask(store.get(id));
    if (item) await ask(store.put({ ...item, n_failed: (item.n_failed ?? 0) + 1 }));
  });
}

/** @param {string} who */
export async function sender(who) {
  return transaction("readonly", async (meta, _, ask) => ({
    device: await ask(meta.get(`device:${who}`)),
    last_sequence: (await ask(meta.get(`sequence:${who}`))) ?? 0,
    epoch: (await ask(meta.get(`epoch:${who}`))) ?? "",
  }));
}

/**
 * Write down an answer of the server: what became of each item, and its epoch. Under another epoch all is offered again,
 * recordings too; resolves whether it was another.
 * @param {string} who @param {any[]} answers @param {string} epoch @param {number} [heard_ms] by the server's clock
 */
export async function answered(who, answers, epoch, heard_ms = Date.now()) {
  const isNew = await everything("readwrite", async (meta, store, recorded, ask) => {
    const known = await ask(meta.get(`epoch:${who}`));
    const isOther = Boolean(known) && known !== epoch;
    // all at once with the epoch: half of it would never be offered again
    for (const one of isOther ? [store, recorded] : []) for (const item of offeredAgain(await ask(one.index("person").getAll(who)))) await ask(one.put(item));
    const now = await ask(store.index("person").getAll(who));
    for (const item of applyAnswers(now, answers, Date.now(), heard_ms)) await ask(store.put(item));
    await ask(meta.put(epoch, `epoch:${who}`));
    return isOther;
  });
  changed();
  return isNew;
}

/** Offer all again that this phone still holds, recordings too: the server does not know what it once acknowledged. @param {string} who */
export async function offerAgain(who) {
  await everything("readwrite", async (_, store, recorded, ask) => {
    for (const one of [store, recorded]) for (const item of offeredAgain(await ask(one.index("person").getAll(who)))) await ask(one.put(item));
  });
  changed();
}

/** Delete what the server named thirty days ago; after thirty idle days also the plan. Never what is unsent. */
export async function tidy() {
  const now_ms = Date.now();
  const seen_ms = (await read("seen_ms")) ?? null;
  const who = await person();
  await transaction("readwrite", async (meta, store, ask) => {
    const server_ms = (await ask(meta.get("server_ms"))) ?? null;
    for (const item of deletable(await ask(store.getAll()), now_ms, server_ms)) await ask(store.delete(item.id));
    if (who && isIdle(seen_ms, now_ms)) for (const name of NOTES) await ask(meta.delete(`${name}:${who}`));
    await ask(meta.put(now_ms, "seen_ms"));
  });
  if (isIdle(seen_ms, now_ms)) await globalThis.caches?.delete(FIGURES);
}

/** On signing out: everything safe elsewhere goes, and the keys; what is unsent stays locked. */
export async function signOut() {
  const who = await person();
  if (!who) return;
  await everything("readwrite", async (meta, items, recorded, ask) => {
    for (const store of [items, recorded]) {
      const all = await ask(store.index("person").getAll(who));
      const keeps = new Set(unsent(all).map((item) => item.id)); // also what another tab wrote down this moment
      for (const item of all) if (!keeps.has(item.id)) await ask(store.delete(item.id));
    }
    for (const name of NOTES) await ask(meta.delete(`${name}:${who}`));
  });
  await forget(who);
  await globalThis.caches?.delete(FIGURES);
  for (const key of Object.keys(localStorage)) if (key.startsWith("mortise-")) localStorage.removeItem(key);
  changed();
}

/** A small locked note of this person, such as a check under way. @param {string} name */
export async function note(name) {
  const who = await person();
  const keys = await keysOf(who);
  const box = who && keys ? await read(`${name}:${who}`) : null;
  if (!who || !keys || !box) return null;
  try {
    return await opened(keys.lock, box, `${who}/${name}`);
  } catch {
    await erase(`${name}:${who}`);
    return null;
  }
}

/** @param {string} name @param {any} value null erases it */
export async function setNote(name, value) {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) return;
  if (value === null) await erase(`${name}:${who}`);
  else await write(`${name}:${who}`, await locked(keys.lock, value, `${who}/${name}`));
}
