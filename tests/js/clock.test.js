import assert from "node:assert/strict";
import { test } from "node:test";

import { carried, elapsed, fresh, pause, seek, setBy, start, watchClock, woken } from "../../src/mortise/web/phone/static/phone/js/core/clock.js";
import { STOP_PAIN_NRS, mustStop, outcome } from "../../src/mortise/web/phone/static/phone/js/core/outcome.js";

test("time runs only between start and pause", () => {
  let clock = start(fresh(), 1_000);
  assert.equal(elapsed(clock, 4_000), 3_000);
  clock = pause(clock, 4_000);
  assert.equal(elapsed(clock, 99_000), 3_000);
  clock = start(clock, 100_000);
  assert.equal(elapsed(clock, 101_000), 4_000);
});

test("a clock stored and read back after a kill resumes by wall time", () => {
  const stored = JSON.stringify(start(fresh(), 1_000));
  assert.equal(elapsed(JSON.parse(stored), 61_000), 60_000);
});

test("starting twice changes nothing, and a clock set back never runs time backwards", () => {
  const clock = start(start(fresh(), 1_000), 5_000);
  assert.equal(elapsed(clock, 6_000), 5_000);
  assert.equal(elapsed(clock, 0), 0);
});

test("seek keeps a paused clock paused and a running one running", () => {
  assert.equal(elapsed(seek(fresh(), 7_000, 50), 9_999), 7_000);
  assert.equal(elapsed(seek(start(fresh(), 0), 7_000, 50), 1_050), 8_000);
});

test("nothing done is skipped, some is modified, all is done", () => {
  const planned = { exercise: "x", planned_sets: 3, planned_reps: 8 };
  assert.equal(outcome(planned, { n_sets: 0, n_reps: 0 }), "skipped");
  assert.equal(outcome(planned, { n_sets: 0, n_reps: 5 }), "modified");
  assert.equal(outcome(planned, { n_sets: 2, n_reps: 16 }), "modified");
  assert.equal(outcome(planned, { n_sets: 3, n_reps: 24 }), "done");
});

test("pain of six ends an exercise; no answer is not an answer", () => {
  assert.equal(mustStop(STOP_PAIN_NRS), true);
  assert.equal(mustStop(STOP_PAIN_NRS - 1), false);
  assert.equal(mustStop(null), false);
});

const HOUR_MS = 3_600_000;

test("a clock that is set is told from time that passes, and from sleep", () => {
  const before = { wall_ms: 1_000_000, steady_ms: 500 };
  const after = (wall_ms, steady_ms) => ({ wall_ms: 1_000_000 + wall_ms, steady_ms: 500 + steady_ms });
  assert.equal(setBy(before, after(60_000, 60_000), false), 0);
  assert.equal(setBy(before, after(60_900, 60_000), false), 0, "drift");
  assert.equal(setBy(before, after(60_000 - 2 * HOUR_MS, 60_000), false), -2 * HOUR_MS);
  assert.equal(setBy(before, after(60_000 - 2 * HOUR_MS, 60_000), true), -2 * HOUR_MS, "no sleep takes time back");
  assert.equal(setBy(before, after(60_000 + 2 * HOUR_MS, 60_000), false), 2 * HOUR_MS);
  assert.equal(setBy(before, after(HOUR_MS, 10), true), 0, "the phone slept, and time passed");
});

test("setting the clock neither stops an exercise nor does its sets", () => {
  const running = start(fresh(), 10_000);
  for (const jump_ms of [-2 * HOUR_MS, 2 * HOUR_MS]) assert.equal(elapsed(carried(running, jump_ms), 15_000 + jump_ms), 5_000);
  assert.deepEqual(carried(fresh(), HOUR_MS), fresh());
});

test("a clock set back while the page was killed lets it run on from where it was", () => {
  const stored = { elapsed_ms: 7_000, running_since_ms: 2 * HOUR_MS };
  assert.equal(elapsed(woken(stored, HOUR_MS), HOUR_MS + 1_000), 8_000);
  assert.deepEqual(woken(fresh(), 5), fresh());
});

test("the clock of a page is followed step by step, and a hidden page may have slept", () => {
  const now = { wall_ms: 0, steady_ms: 0 };
  let isHidden = false;
  const clock = watchClock(() => ({ ...now }), () => isHidden);
  Object.assign(now, { wall_ms: -HOUR_MS, steady_ms: 1_000 });
  assert.equal(clock.set_ms(), -HOUR_MS - 1_000);
  assert.equal(clock.set_ms(), 0);
  clock.hidden();
  Object.assign(now, { wall_ms: HOUR_MS, steady_ms: 2_000 });
  assert.equal(clock.set_ms(), 0, "it may have slept");
  Object.assign(now, { wall_ms: 3 * HOUR_MS, steady_ms: 3_000 });
  assert.equal(clock.set_ms(), 2 * HOUR_MS - 1_000, "awake all the time");
  isHidden = true;
  Object.assign(now, { wall_ms: 5 * HOUR_MS, steady_ms: 4_000 });
  assert.equal(clock.set_ms(), 0);
});
