// Recordings of the phone's sensors: kept locked on the phone before anybody is told so, sent one by one, deleted 30 days
// after the server named them.

import { deletable, offeredAgain, unsent } from "../core/outbox.js";
import { recordings, read } from "./db.js";
import { changed } from "./outbox.js";
import { keysOf, locked, opened, person } from "./vault.js";

/** Keep one recording. Resolves when it is on disk. @param {any} log @param {string} test @param {string} side */
export async function keepRecording(log, test, side) {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) throw new Error("nobody's phone");
  const id = crypto.randomUUID();
  const box = await locked(keys.lock, { log: JSON.stringify(log), test, side }, `${who}/${id}`);
  await recordings("readwrite", (store, ask) => ask(store.add({ id, person: who, state: "waiting", reason: "", made_ms: Date.now(), acked_ms: null, heard_ms: null, box })));
  changed();
  return id;
}

/** @param {string} who */
async function itemsOf(who) {
  return recordings("readonly", (store, ask) => ask(store.index("person").getAll(who)));
}

/** How many recordings of this person the server does not have. */
export async function countRecordings() {
  const who = await person();
  return who ? unsent(await itemsOf(who)).length : 0;
}

/** Send what waits, oldest first; one tab at a time. Resolves with the server's answers by id. @returns {Promise<Record<string, any>>} */
export async function sendRecordings() {
  return navigator.locks ? navigator.locks.request("mortise-recordings", sendAll) : sendAll();
}

async function sendAll() {
  const who = await person();
  const keys = await keysOf(who);
  /** @type {Record<string, any>} */
  const answers = {};
  if (!who || !keys) return answers;
  const waiting = (await itemsOf(who)).filter((one) => one.state === "waiting").sort((a, b) => a.made_ms - b.made_ms);
  for (const item of waiting) {
    const kept = await opened(keys.lock, item.box, `${who}/${item.id}`);
    const answer = await post(who, item.id, kept);
    if (!answer) return answers;
    answers[item.id] = answer;
    const isTaken = answer.outcome === "stored" || answer.outcome === "already";
    const state = isTaken ? "acknowledged" : "refused";
    await recordings("readwrite", (store, ask) => ask(store.put({ ...item, state, reason: answer.reason ?? "", acked_ms: isTaken ? Date.now() : null, heard_ms: answer.now_ms })));
    changed();
  }
  return answers;
}

async function post(who, id, { log, test, side }) {
  const form = new FormData();
  form.set("person", who);
  form.set("test", test);
  form.set("side", side);
  form.set("log", new Blob([log], { type: "application/json" }), `${test}${test === "balance" ? "-single-leg" : ""}-${id}.json`);
  try {
    const response = await fetch("/phone/recording/", { method: "POST", body: form, headers: { Accept: "application/json" }, cache: "no-store" });
    return response.ok ? await response.json() : response.status === 413 ? { outcome: "refused", reason: response.statusText } : null;
  } catch {
    return null;
  }
}

/** A server that was restored may have forgotten them: all that is held is offered again. @param {string} who */
export async function offerRecordings(who) {
  await recordings("readwrite", async (store, ask) => {
    for (const item of offeredAgain(await ask(store.index("person").getAll(who)))) await ask(store.put(item));
  });
}

/** Delete what the server has had for 30 days; on signing out all that it has. @param {boolean} isLeaving */
export async function tidyRecordings(isLeaving = false) {
  const who = (await read("person")) ?? null;
  await recordings("readwrite", async (store, ask) => {
    const all = await ask(store.getAll());
    const gone = isLeaving ? all.filter((one) => one.person === who && one.state === "acknowledged") : deletable(all, Date.now());
    for (const item of gone) await ask(store.delete(item.id));
  });
}
