import assert from "node:assert/strict";
import { test } from "node:test";

import { elapsed, fresh, pause, seek, start } from "../../src/mortise/web/phone/static/phone/js/core/clock.js";
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
