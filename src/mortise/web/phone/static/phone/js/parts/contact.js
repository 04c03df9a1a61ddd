// Contact with the server: fetch the plan, send what waits. Every failure leaves things as they were, for the next time.

import { BATCH, nextBatch } from "../core/outbox.js";
import { corrected } from "../core/day.js";
import { read, write } from "./db.js";
import { FIGURES, answered, itemsOf, note, sender, setNote, signOut } from "./outbox.js";
import { offerRecordings } from "./recordings.js";
import { isSealed, keysOf, opened, person, unlock } from "./vault.js";

const ASKS = { Accept: "application/json" };

/** Fetch the plan when there is another one. Resolves true when this phone holds the newest. */
export async function fetchPlan() {
  let response;
  const known = await note("plan");
  try {
    response = await fetch("/phone/envelope/", { headers: { ...ASKS, ...(known ? { "If-None-Match": `"${known.tag}"` } : {}) }, cache: "no-store" });
  } catch {
    return false;
  }
  if (response.status === 304) return true;
  if (response.status === 410) await setNote("plan", null); // care has ended: no sessions any more, here or offline
  if (!response.ok) return false;
  const given = await response.json();
  const before = await person();
  if (before && before !== given.person) await signOut(); // somebody else opened their link on this phone
  await unlock(given);
  if (before !== given.person) await send(); // what this person left here locked
  const keys = await keysOf(given.person);
  if (!keys || !(await isSealed(keys.seal, given.body, given.seal))) return false;
  const plan = JSON.parse(given.body);
  if (plan.person !== given.person) return false;
  await setNote("plan", { tag: plan.tag, body: given.body, seal: given.seal });
  await noteSkew(response.headers.get("Date") ? Date.parse(response.headers.get("Date") ?? "") : null);
  if (await answered(given.person, [], plan.epoch)) {
    await offerRecordings(given.person);
    await send();
  }
  await keepFigures(plan);
  return true;
}

/** The plan this phone holds: checked, or why it cannot be shown. @returns {Promise<{plan: any} | {trouble: "no_plan" | "broken_plan"}>} */
export async function heldPlan() {
  const who = await person();
  const keys = await keysOf(who);
  const kept = await note("plan");
  if (!who || !keys || !kept) return { trouble: "no_plan" };
  if (!(await isSealed(keys.seal, kept.body, kept.seal))) return { trouble: "broken_plan" };
  const plan = JSON.parse(kept.body);
  return plan.person === who ? { plan } : { trouble: "broken_plan" };
}

/** Send what waits, in batches; one tab at a time. Resolves true when nothing waits any more. */
export async function send() {
  return navigator.locks ? navigator.locks.request("mortise-send", sendAll) : sendAll();
}

async function sendAll() {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) return false;
  let most = BATCH;
  for (;;) {
    const items = await itemsOf(who);
    const batch = nextBatch(items, most);
    if (batch.length === 0) return true;
    const reply = await post(await body(who, keys.lock, batch, items));
    if (reply === null) return false;
    if (reply.status === 200) {
      await noteSkew(reply.content.now_ms);
      const isOther = await answered(who, reply.content.answers, reply.content.epoch, reply.content.now_ms);
      const first = (await itemsOf(who)).find((item) => item.id === batch[0].id);
      if (!isOther && first?.state === "waiting") return false; // an answer that names nothing of ours: not again and again
    } else if ([400, 413].includes(reply.status) && batch.length > 1) {
      most = 1; // something in it spoils the batch: send each by itself
    } else if ([400, 413].includes(reply.status)) {
      await answered(who, [{ sequence: batch[0].sequence, id: batch[0].id, outcome: "refused", reason: reply.content.message ?? "" }], (await sender(who)).epoch);
    } else {
      return false; // signed out, or the server is unwell: all of it waits
    }
  }
}

async function body(who, key, batch, items) {
  const sent = [];
  for (const item of batch) {
    const { fact, wall_ms, zone, monotonic_ms, episode = "" } = await opened(key, item.box, `${who}/${item.id}`);
    sent.push({ sequence: item.sequence, wall_ms, zone, monotonic_ms, episode, fact });
  }
  const n_waiting = items.filter((item) => item.state === "waiting").length;
  return { person: who, ...(await sender(who)), n_waiting, sent_at_ms: Date.now(), items: sent };
}

async function post(content) {
  try {
    const response = await fetch("/phone/sync/", {
      method: "POST",
      headers: { ...ASKS, "Content-Type": "application/json" },
      body: JSON.stringify(content),
      cache: "no-store",
    });
    return { status: response.status, content: await response.json() };
  } catch {
    return null;
  }
}

async function noteSkew(server_ms) {
  if (server_ms) await write("skew_ms", Date.now() - server_ms);
}

/** The present, put right when the phone's clock is known to be wrong. */
export async function present() {
  return corrected(Date.now(), (await read("skew_ms")) ?? null);
}

async function keepFigures(plan) {
  if (!("caches" in globalThis)) return;
  const wanted = Object.values(plan.exercises).map((exercise) => exercise.figure);
  const cache = await caches.open(FIGURES);
  for (const url of wanted) {
    if (await cache.match(url)) continue;
    try {
      await cache.add(url);
    } catch {
      return; // without pictures the plan opens all the same
    }
  }
}
