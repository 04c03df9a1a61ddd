// Contact with the server: fetch the plan, send what waits. Every failure leaves things as they were, for the next time.

import { watchClock } from "../core/clock.js";
import { corrected } from "../core/day.js";
import { endOf, isBatchAnswer, isEnvelope, isNewer, isRefusal, isSpoilt } from "../core/heard.js";
import { BATCH, acknowledgedRuns, nextBatch } from "../core/outbox.js";
import { read, transaction } from "./db.js";
import { FIGURES, answered, failed, itemsOf, note, offerAgain, sender, setNote, signOut } from "./outbox.js";
import { sendRecordings } from "./recordings.js";
import { isSealed, keysOf, opened, person, planIn, unlock } from "./vault.js";

const ASKS = { Accept: "application/json" };
const PLAN_MS = 30_000; // a server that does not end its answer is none
const SEND_MS = 45_000;
const SOON_MS = 5_000;
const MOST_TROUBLES = 3; // so many items that break the server are passed over at one contact
const MOST_EPOCHS = 3;

/** Fetch the plan when there is another one. Resolves true when this phone holds the newest. */
export async function fetchPlan() {
  let response;
  let given = null;
  const known = await note("plan");
  const who = await person();
  try {
    const headers = { ...ASKS, ...(known ? { "If-None-Match": `"${known.tag}"` } : {}), ...(await remembered(who)) };
    response = await fetch("/phone/envelope/", { headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PLAN_MS) });
    if (response.status === 304) {
      await giveBack(who, response);
      return Boolean(known);
    }
    given = await response.json();
  } catch {
    return false; // no connection, or what answered is not our server
  }
  const end = endOf(response.status, given, who);
  if (end) await close(end);
  if (!response.ok || !isEnvelope(given)) return false;
  const plan = await planIn(given).catch(() => null);
  const isTaken = plan ? await takeOver(given, plan, Date.parse(response.headers.get("Date") ?? "")) : false;
  if (isTaken && given.person === who) await giveBack(who, response);
  return isTaken;
}

/** No sessions any more, here or offline; what to do in need stays, and what is not sent. @param {string} why */
async function close(why) {
  const found = await heldPlan();
  const before = "plan" in found ? { emergency: found.plan.stop.emergency, calls: found.plan.stop.calls } : await note("closed");
  try {
    await setNote("closed", { ...before, why });
  } finally {
    await setNote("plan", null); // on a full phone too
  }
}

/** What this phone remembers that the server acknowledged: a server that forgot, restored from a backup, sees it. */
async function remembered(who) {
  const runs = who ? acknowledgedRuns(await itemsOf(who)) : "";
  const device = who && runs ? (await sender(who)).device : "";
  return device ? { "Mortise-Device": device, "Mortise-Acknowledged": runs } : {};
}

/** @param {string | null} who @param {Response} response */
async function giveBack(who, response) {
  if (!who || response.headers.get("Mortise-Again") !== "1") return;
  await offerAgain(who);
  await send();
  await sendRecordings();
}

/** Keep a plan that came whole, for the person it is for. */
async function takeOver(given, plan, server_ms) {
  const before = await person();
  if (before && before !== given.person) await signOut(); // somebody else opened their link on this phone
  await unlock(given);
  if (before !== given.person) await send(); // what this person left here locked
  const keys = await keysOf(given.person);
  if (!keys || !(await isSealed(keys.seal, given.body, given.seal))) return false;
  const held = await heldPlan();
  if (!isNewer(plan, "plan" in held ? held.plan : null)) return false;
  await setNote("plan", { tag: plan.tag, body: given.body, seal: given.seal });
  await setNote("closed", null);
  await noteSkew(server_ms);
  if (await answered(given.person, [], plan.epoch)) {
    await send();
    await sendRecordings();
  }
  await keepFigures(plan);
  return true;
}

/** The plan this phone holds: checked, or why it cannot be shown. @returns {Promise<{plan: any} | {trouble: string, closed?: any}>} `closed`: what is left of one that is over */
export async function heldPlan() {
  const who = await person();
  const keys = await keysOf(who);
  const kept = await note("plan");
  if (!who || !keys || !kept) {
    const closed = await note("closed");
    return closed ? { trouble: closed.why, closed } : { trouble: "no_plan" };
  }
  if (!(await isSealed(keys.seal, kept.body, kept.seal))) return { trouble: "broken_plan" };
  const plan = JSON.parse(kept.body);
  return plan.person === who ? { plan } : { trouble: "broken_plan" };
}

/** Send what waits, in batches; one tab at a time. Resolves true when nothing waits any more. */
export async function send() {
  return navigator.locks ? navigator.locks.request("mortise-send", sendAll) : sendAll();
}

/** The same for somebody who waits: what takes longer goes on by itself, here or on the next page. */
export async function sendSoon(soon_ms = SOON_MS) {
  const late = new Promise((resolve) => setTimeout(() => resolve(false), soon_ms));
  return Promise.race([send().catch(() => false), late]);
}

async function sendAll() {
  const who = await person();
  const keys = await keysOf(who);
  if (!who || !keys) return false;
  const passed = new Set(); // that this contact gave up on: they hold no other back
  let most = BATCH;
  let n_troubles = 0;
  let n_epochs = 0;
  for (;;) {
    const items = await itemsOf(who);
    const batch = nextBatch(items.filter((item) => !passed.has(item.id)), most);
    if (batch.length === 0) return passed.size === 0;
    const sent = await readable(who, keys.lock, batch, passed);
    if (sent.length === 0) continue;
    const reply = await post({ person: who, ...(await sender(who)), n_waiting: items.filter((item) => item.state === "waiting").length, sent_at_ms: Date.now(), items: sent });
    if (reply?.status === 200 && isBatchAnswer(reply.content)) {
      await noteSkew(reply.content.now_ms);
      n_epochs += Number(await answered(who, reply.content.answers, reply.content.epoch, reply.content.now_ms));
      const isStill = (await itemsOf(who)).find((item) => item.id === batch[0].id)?.state === "waiting";
      if (n_epochs > MOST_EPOCHS || (isStill && n_epochs === 0 && !passed.has(batch[0].id))) return false; // names nothing of ours: not again and again
    } else if (reply && isSpoilt(reply.status) && batch.length > 1) {
      most = 1; // something in it spoils the batch: send each by itself
    } else if (reply && [400, 413].includes(reply.status) && isRefusal(reply.content)) {
      await answered(who, [{ sequence: batch[0].sequence, id: batch[0].id, outcome: "refused", reason: reply.content.message }], (await sender(who)).epoch);
    } else if (reply && isSpoilt(reply.status) && n_troubles < MOST_TROUBLES) {
      n_troubles += 1;
      passed.add(batch[0].id);
      await failed(batch[0].id);
    } else {
      return false; // no connection, signed out, or the server is unwell: all of it waits
    }
  }
}

/** What is sent of a batch; one that cannot be opened stays here and keeps no other back. */
async function readable(who, key, batch, passed) {
  const sent = [];
  for (const item of batch) {
    try {
      const { fact, wall_ms, zone, monotonic_ms, episode = "" } = await opened(key, item.box, `${who}/${item.id}`);
      sent.push({ sequence: item.sequence, wall_ms, zone, monotonic_ms, episode, fact });
    } catch {
      passed.add(item.id);
    }
  }
  return sent;
}

async function post(content) {
  try {
    const response = await fetch("/phone/sync/", {
      method: "POST",
      headers: { ...ASKS, "Content-Type": "application/json" },
      body: JSON.stringify(content),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(SEND_MS),
    });
    return { status: response.status, content: await response.json().catch(() => null) };
  } catch {
    return null;
  }
}

const clock = watchClock(() => ({ wall_ms: Date.now(), steady_ms: performance.now() }), () => document.visibilityState !== "visible");
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" || clock.hidden());
let set_ms = 0; // how far the phone's clock was set since the server's was heard

async function noteSkew(server_ms) {
  if (!server_ms) return;
  clock.set_ms();
  set_ms = 0;
  await transaction("readwrite", async (meta, _, ask) => {
    await ask(meta.put(Date.now() - server_ms, "skew_ms"));
    await ask(meta.put(server_ms, "server_ms"));
  });
}

/** The present, put right when the phone's clock is known to be wrong. */
export async function present() {
  set_ms += clock.set_ms();
  const skew_ms = (await read("skew_ms")) ?? null;
  return corrected(Date.now(), set_ms ? (skew_ms ?? 0) + set_ms : skew_ms);
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
