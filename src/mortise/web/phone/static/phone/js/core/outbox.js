// What may happen to an item that waits to be sent. Pure: items in, items out; storing them is somebody else's work.

/**
 * @typedef {"waiting" | "acknowledged" | "refused" | "conflict"} State
 * @typedef {{id: string, person: string, sequence: number, state: State, reason: string, made_ms: number, acked_ms: number | null, heard_ms?: number | null, n_failed?: number, away_ms?: number | null, away_heard_ms?: number | null, away_stays?: boolean}} Item
 * @typedef {{sequence: number | null, id: string, outcome: "stored" | "already" | "refused" | "conflict", reason: string}} Answer
 */

/** Nothing is deleted sooner than this after the server named it. */
export const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
export const BATCH = 50;

/**
 * The next items to send, oldest first, as many as fit. One at which the server failed before comes after the others.
 * @param {Item[]} items @param {number} [most] @returns {Item[]}
 */
export function nextBatch(items, most = BATCH) {
  return items
    .filter((item) => item.state === "waiting")
    .sort((a, b) => (a.n_failed ?? 0) - (b.n_failed ?? 0) || a.sequence - b.sequence)
    .slice(0, most);
}

/**
 * The items that an answer changes, as they are afterwards. Only what was named by number and id together changes, so a
 * late answer to an older batch, a foreign one or a half one changes nothing else. What was acknowledged stays so.
 * @param {Item[]} items @param {Answer[]} answers @param {number} now_ms by the phone's clock @param {number} [heard_ms] by the server's
 * @returns {Item[]}
 */
export function applyAnswers(items, answers, now_ms, heard_ms = now_ms) {
  const named = new Map(answers.map((answer) => [`${answer.sequence}`, answer]));
  const changed = [];
  for (const item of items) {
    const answer = named.get(`${item.sequence}`);
    if (!answer || item.state === "acknowledged") continue;
    if (answer.outcome === "stored" || answer.outcome === "already") {
      if (answer.id === item.id) changed.push({ ...item, state: /** @type {State} */ ("acknowledged"), reason: "", acked_ms: now_ms, heard_ms });
    } else if (answer.outcome === "refused" || answer.outcome === "conflict") {
      changed.push({ ...item, state: answer.outcome, reason: answer.reason });
    }
  }
  return changed;
}

/**
 * A server with another epoch may have forgotten what it acknowledged: everything still held is offered again.
 * @param {Item[]} items @returns {Item[]} the items that change
 */
export function offeredAgain(items) {
  return items
    .filter((item) => item.state !== "waiting")
    .map((item) => ({ ...item, state: /** @type {State} */ ("waiting"), reason: "", acked_ms: null, heard_ms: null }));
}

/** So many runs of numbers are named at one contact, the newest. */
const MOST_RUNS = 50;

/**
 * The numbers that the server has acknowledged and this phone still holds, as "3-40 42-50".
 * @param {Item[]} items
 */
export function acknowledgedRuns(items) {
  const numbers = items.filter((item) => item.state === "acknowledged").map((item) => item.sequence).sort((a, b) => a - b);
  /** @type {[number, number][]} */
  const runs = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.slice(-MOST_RUNS).map(([from, to]) => `${from}-${to}`).join(" ");
}

/** @param {{state: string}} item */
export const isNotTaken = (item) => item.state === "refused" || item.state === "conflict";

/** Whether it was put away by the person: not taken, read, and no longer counted. @param {{state: string, away_ms?: number | null}} item */
export const isAway = (item) => isNotTaken(item) && typeof item.away_ms === "number";

/**
 * What may be deleted now: named by the server or put away, and long enough ago by this phone's clock and by the server's own,
 * so that a clock set wrong deletes nothing. What withholds the programme stays, put away or not.
 * @param {Item[]} items @param {number} now_ms @param {number | null} server_ms what the server's clock said last @returns {Item[]}
 */
export function deletable(items, now_ms, server_ms) {
  const isOld = (/** @type {Item} */ { acked_ms, heard_ms }) => acked_ms !== null && now_ms - acked_ms >= KEEP_MS && server_ms !== null && server_ms - (heard_ms ?? acked_ms) >= KEEP_MS;
  const isLongAway = (/** @type {Item} */ item) => isAway(item) && !item.away_stays && isOld({ ...item, acked_ms: item.away_ms ?? null, heard_ms: item.away_heard_ms });
  return items.filter((item) => (item.state === "acknowledged" && isOld(item)) || isLongAway(item));
}

/** What is not safe on the server: waiting, refused and in conflict. @param {Item[]} items @returns {Item[]} */
export function unsent(items) {
  return items.filter((item) => item.state !== "acknowledged");
}

/** What is counted as not safe on the server: without what was put away. @param {Item[]} items @returns {Item[]} */
export function counted(items) {
  return unsent(items).filter((item) => !isAway(item));
}

/**
 * Whether the phone was left alone for so long that what is safe elsewhere is to be erased.
 * @param {number | null} seen_ms @param {number} now_ms
 */
export function isIdle(seen_ms, now_ms) {
  return seen_ms !== null && now_ms - seen_ms >= KEEP_MS;
}
