// Recordings of the phone's sensors: kept locked on the phone before anybody is told so, sent one by one, deleted 30 days
// after the server named them.

import { isRecordingAnswer, isRefusal } from "../core/heard.js";
import { counted, deletable, isNotTaken } from "../core/outbox.js";
import { recordings, read } from "./db.js";
import { away, changed } from "./outbox.js";
import { keysOf, locked, opened, person } from "./vault.js";

const PATIENCE_MS = 120_000; // a minute and a half of samples over a poor connection

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

/** How many recordings of this person the server does not have, without those put away. */
export async function countRecordings() {
  const who = await person();
  return who ? counted(await itemsOf(who)).length : 0;
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
    const kept = await opened(keys.lock, item.box, `${who}/${item.id}`).catch(() => null);
    const answer = kept ? await post(who, item.id, kept) : "later";
    if (answer === "later") continue; // one that does not go through keeps no other back
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
    const response = await fetch("/phone/recording/", { method: "POST", body: form, headers: { Accept: "application/json" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    const content = await response.json().catch(() => null);
    if (response.ok) return isRecordingAnswer(content) ? content : null;
    if (response.status === 413 && isRefusal(content)) return { outcome: "refused", reason: content.message, now_ms: Date.now() };
    return [413, 500].includes(response.status) ? "later" : null;
  } catch {
    return null;
  }
}

/** Those that the server did not take, with its reason. */
export async function refusedRecordings() {
  const who = await person();
  return who ? (await itemsOf(who)).filter((one) => one.state === "refused") : [];
}

/** Put a recording away that the server did not take, or take it out again (null). @param {string} id @param {{isDanger: boolean} | null} how */
export async function putAwayRecording(id, how) {
  const server_ms = (await read("server_ms")) ?? null;
  await recordings("readwrite", async (store, ask) => {
    const item = await ask(store.get(id));
    if (item && isNotTaken(item)) await ask(store.put(away(item, how, server_ms)));
  });
  changed();
}

/** Delete what the server has had for 30 days. */
export async function tidyRecordings() {
  const server_ms = (await read("server_ms")) ?? null;
  await recordings("readwrite", async (store, ask) => {
    for (const item of deletable(await ask(store.getAll()), Date.now(), server_ms)) await ask(store.delete(item.id));
  });
}
