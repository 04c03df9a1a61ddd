import assert from "node:assert/strict";
import { test } from "node:test";
import { BATCH, KEEP_MS, acknowledgedRuns, applyAnswers, counted, deletable, isAway, isIdle, nextBatch, offeredAgain, unsent } from "../../src/mortise/web/phone/static/phone/js/core/outbox.js";

const NOW_MS = Date.UTC(2026, 10, 21);
const item = (sequence, given = {}) => ({ id: `id-${sequence}`, person: "p", sequence, state: "waiting", reason: "", made_ms: NOW_MS, acked_ms: null, ...given });
const answer = (sequence, outcome = "stored", given = {}) => ({ sequence, id: `id-${sequence}`, outcome, reason: "", ...given });

/** A store in memory, used the way the phone uses its own. */
class FakeStore {
  constructor(items) {
    this.items = new Map(items.map((one) => [one.id, one]));
  }
  all() {
    return [...this.items.values()];
  }
  put(changed) {
    for (const one of changed) this.items.set(one.id, one);
  }
}

/** A server in memory: keeps each id once, and may lose the answer on the way back. */
class FakeServer {
  kept = new Map();
  take(batch) {
    return batch.map((one) => {
      const isKnown = this.kept.has(one.id);
      this.kept.set(one.id, one.sequence);
      return answer(one.sequence, isKnown ? "already" : "stored");
    });
  }
}

test("a batch is the oldest that wait, in order, and no more than fit", () => {
  const items = [...Array(BATCH + 5).keys()].map((i) => item(BATCH + 5 - i));
  items[0] = item(55, { state: "acknowledged", acked_ms: NOW_MS });
  const batch = nextBatch(items);
  assert.equal(batch.length, BATCH);
  assert.deepEqual(batch.map((one) => one.sequence), [...Array(BATCH).keys()].map((i) => i + 1));
});

test("an answer changes exactly what it names", () => {
  const items = [item(1), item(2), item(3)];
  const changed = applyAnswers(items, [answer(2)], NOW_MS);
  assert.deepEqual(changed.map((one) => [one.sequence, one.state, one.acked_ms]), [[2, "acknowledged", NOW_MS]]);
});

test("an answer that names another id under our number acknowledges nothing", () => {
  assert.deepEqual(applyAnswers([item(1)], [answer(1, "stored", { id: "somebody-else" })], NOW_MS), []);
});

test("a refused item stays with its reason, also when it could not be read well enough to be named", () => {
  const [changed] = applyAnswers([item(1)], [answer(1, "refused", { id: "", reason: "The date lies in the future." })], NOW_MS);
  assert.equal(changed.state, "refused");
  assert.equal(changed.reason, "The date lies in the future.");
  assert.deepEqual(unsent([changed]), [changed]);
  assert.deepEqual(deletable([changed], NOW_MS + 10 * KEEP_MS), []);
});

test("a late answer never takes an acknowledgement back", () => {
  const acked = item(1, { state: "acknowledged", acked_ms: NOW_MS });
  assert.deepEqual(applyAnswers([acked], [answer(1, "refused")], NOW_MS + 1), []);
});

test("nothing is deleted before thirty days after the server named it", () => {
  const acked = item(1, { state: "acknowledged", acked_ms: NOW_MS, heard_ms: NOW_MS });
  const later = NOW_MS + KEEP_MS;
  assert.deepEqual(deletable([acked, item(2)], later - 1, later), []);
  assert.deepEqual(deletable([acked, item(2)], later, later), [acked]);
});

test("a phone whose clock runs a month ahead deletes nothing: the server's clock must have said so too", () => {
  const acked = item(1, { state: "acknowledged", acked_ms: NOW_MS, heard_ms: NOW_MS });
  assert.deepEqual(deletable([acked], NOW_MS + 2 * KEEP_MS, NOW_MS + KEEP_MS - 1), []);
  assert.deepEqual(deletable([acked], NOW_MS + 2 * KEEP_MS, null), []);
});

test("what was put away is counted no longer, and goes thirty days later by both clocks, unless it withholds", () => {
  const refused = item(1, { state: "refused", reason: "too old" });
  const away = { ...refused, away_ms: NOW_MS, away_heard_ms: NOW_MS };
  const later = NOW_MS + KEEP_MS;
  assert.deepEqual(counted([refused, away, item(2)]), [refused, item(2)]);
  assert.deepEqual(unsent([refused, away, item(2)]), [refused, away, item(2)], "signing out keeps it");
  assert.deepEqual(deletable([refused, away], later - 1, later), []);
  assert.deepEqual(deletable([refused, away], later, later - 1), []);
  assert.deepEqual(deletable([refused, away], later, later), [away]);
  assert.deepEqual(deletable([{ ...away, away_stays: true }, refused, { ...away, away_ms: null }], 9 * later, 9 * later), []);
});

test("what was put away and waits again is sent and counted as any other", () => {
  const away = item(1, { state: "refused", away_ms: NOW_MS });
  const [again] = offeredAgain([away]);
  assert.equal(isAway(again), false);
  assert.deepEqual(counted([again]), [again]);
  assert.deepEqual(deletable([again], 9 * NOW_MS, 9 * NOW_MS), []);
  const [refused] = applyAnswers([again], [answer(1, "refused")], NOW_MS);
  assert.equal(isAway(refused), true, "refused once more it is not news");
});

test("what was acknowledged and is still held is named in runs, the newest when there are too many", () => {
  const acked = (sequence) => item(sequence, { state: "acknowledged", acked_ms: NOW_MS });
  assert.equal(acknowledgedRuns([]), "");
  assert.equal(acknowledgedRuns([item(1), item(2, { state: "refused" })]), "");
  assert.equal(acknowledgedRuns([acked(7), acked(3), acked(4), item(5), acked(6)]), "3-4 6-7");
  const many = acknowledgedRuns(Array.from({ length: 100 }, (_, n) => acked(2 * n + 1))).split(" ");
  assert.equal(many.length, 50);
  assert.equal(many.at(-1), "199-199");
});

test("what the server broke at comes after the others", () => {
  const items = [item(1, { n_failed: 2 }), item(2, { n_failed: 1 }), item(3), item(4)];
  assert.deepEqual(nextBatch(items, 3).map((one) => one.sequence), [3, 4, 2]);
});

test("another epoch offers everything still held, refused ones too", () => {
  const items = [item(1, { state: "acknowledged", acked_ms: 1 }), item(2, { state: "refused", reason: "x" }), item(3)];
  assert.deepEqual(offeredAgain(items).map((one) => [one.sequence, one.state, one.reason]), [[1, "waiting", ""], [2, "waiting", ""]]);
});

test("a phone is idle after thirty days and not before; a first start is not idle", () => {
  assert.equal(isIdle(null, NOW_MS), false);
  assert.equal(isIdle(NOW_MS - KEEP_MS + 1, NOW_MS), false);
  assert.equal(isIdle(NOW_MS - KEEP_MS, NOW_MS), true);
});

test("whatever is lost on the way, everything arrives once: ten thousand schedules", () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let schedule = 0; schedule < 10_000; schedule += 1) {
    const n = 1 + Math.floor(random() * 6);
    const store = new FakeStore([...Array(n).keys()].map((i) => item(i + 1)));
    const server = new FakeServer();
    const late = [];
    for (let round = 0; round < 40 && nextBatch(store.all()).length; round += 1) {
      const batch = nextBatch(store.all(), 1 + Math.floor(random() * 3));
      if (random() < 0.2) continue; // never reached the server
      let answers = server.take(random() < 0.2 ? batch.slice(1) : batch); // or only part of it did
      if (random() < 0.2) answers = answers.reverse();
      if (random() < 0.2) late.push(answers); // the answer comes later, or never
      else store.put(applyAnswers(store.all(), answers, NOW_MS + round));
      if (random() < 0.3 && late.length) store.put(applyAnswers(store.all(), late.pop(), NOW_MS + round));
      if (random() < 0.1) server.take(batch); // the network sends it twice
    }
    while (nextBatch(store.all()).length) store.put(applyAnswers(store.all(), server.take(nextBatch(store.all())), NOW_MS));
    assert.equal(server.kept.size, n);
    assert.deepEqual([...server.kept.values()].sort(), [...Array(n).keys()].map((i) => i + 1));
    assert.equal(unsent(store.all()).length, 0);
  }
});
