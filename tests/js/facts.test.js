import assert from "node:assert/strict";
import { test } from "node:test";
import { checkIns, flagAnswers, missing, sessionLog, steps } from "../../src/mortise/web/phone/static/phone/js/core/facts.js";

const ask = { red_flags: ["red_calf"], check_in: ["pain", "swelling", "warmth", "sharp"], next_morning: ["stiffness", "swelling"], after_session: ["effort"] };
const exercises = [{ id: "pump", levels: [{ step: 1, n_sets: 3, n_reps: 10 }, { step: 0, n_sets: 2, n_reps: 8 }] }];

test("steps ask three at a time, the morning first when it is due, nothing twice", () => {
  assert.deepEqual(steps(ask, ""), [["pain", "swelling", "warmth"], ["sharp"]]);
  assert.deepEqual(steps(ask, "s"), [["stiffness", "swelling", "pain"], ["warmth", "sharp"]]);
});

test("what contradicts itself among danger signs is asked again", () => {
  assert.deepEqual(flagAnswers(["a", "b"], [], "none"), { answers: { a: "0", b: "0" } });
  assert.deepEqual(flagAnswers(["a", "b"], ["b"], "some"), { answers: { a: "0", b: "1" } });
  for (const [which, any] of [[[], null], [[], "some"], [["a"], "none"], [["a"], null]]) assert.ok("wrong" in flagAnswers(["a", "b"], which, any));
});

test("zero, cannot say and not asked stay three different things", () => {
  const [report] = checkIns({ id: "i", morning_id: "m", on: "2026-11-21", captured_at: "t", morning: "", answers: { red_calf: "0", pain: "unknown" }, ask });
  assert.deepEqual(report.answers, { red_calf: "0", pain: null });
});

test("a morning that is due becomes a report of its own about its session", () => {
  const reports = checkIns({ id: "i", morning_id: "m", on: "2026-11-21", captured_at: "t", morning: "s", answers: { red_calf: "0", stiffness: "10", swelling: "1", pain: "2" }, ask });
  assert.deepEqual(reports.map((one) => [one.id, one.moment, one.session]), [["m", "next_morning", "s"], ["i", "before_session", undefined]]);
  assert.deepEqual(reports[0].answers, { stiffness: "10", swelling: "1" });
});

test("done means as planned; skipped means nothing; partly keeps what the player counted", () => {
  const log = (said) => sessionLog({ id: "l", on: "d", captured_at: "t", session: "s", exercises, said, after: [] }).items[0];
  assert.deepEqual([log({ "pump-outcome": "done", "pump-sets": "2" }).n_sets, log({ "pump-outcome": "done" }).n_reps], [3, 10]);
  assert.deepEqual([log({ "pump-outcome": "skipped" }).n_sets, log({ "pump-outcome": "skipped" }).n_reps], [0, 0]);
  assert.deepEqual([log({ "pump-outcome": "modified", "pump-sets": "0", "pump-reps": "7" }).n_reps, log({ "pump-outcome": "modified", "pump-sets": "2", "pump-reps": "23" }).n_reps], [7, 10]);
  assert.deepEqual([log({ "pump-outcome": "modified" }).n_sets, log({ "pump-outcome": "modified" }).pain_nrs], [null, null]);
});

test("work done for a time says how long each set was, as today's plan or the easier dose had it; other work does not", () => {
  const hold = [{ id: "hold", levels: [{ step: 0, n_sets: 3, n_reps: 1, duration_s: 20 }, { step: 0, n_sets: 3, n_reps: 1, duration_s: 10 }] }, ...exercises];
  const log = (said) => sessionLog({ id: "l", on: "d", captured_at: "t", session: "s", exercises: hold, said, after: [] }).items;
  const [held, pumped] = log({ "hold-outcome": "done", "pump-outcome": "done" });
  assert.equal(held.duration_s, "20");
  assert.ok(!("duration_s" in pumped));
  assert.equal(log({ "hold-outcome": "done", "hold-level": "1" })[0].duration_s, "10");
});

test("nothing is kept while something is missing or contradicts itself", () => {
  assert.deepEqual(missing(exercises, {}, ["effort"]).map((one) => one.wrong), ["choose_outcome", "choose_answer"]);
  assert.deepEqual(missing(exercises, { "pump-outcome": "skipped", "pump-sets": "1", "after-effort": "0" }, ["effort"]).map((one) => one.wrong), ["choose_partly"]);
  assert.deepEqual(missing(exercises, { "pump-outcome": "done", "after-effort": "unknown" }, ["effort"]), []);
});

test("an easier dose is told as partly done at its own rung, a reason is never left out, a skip stays a skip", () => {
  const log = (said) => sessionLog({ id: "l", on: "d", captured_at: "t", session: "s", exercises, said: { "pump-level": "1", ...said }, after: [] }).items[0];
  assert.deepEqual([log({ "pump-outcome": "done" }).outcome, log({ "pump-outcome": "done" }).dose_step, log({ "pump-outcome": "done" }).n_sets], ["modified", 0, 2]);
  assert.equal(log({ "pump-outcome": "done" }).reason, "too_hard");
  assert.equal(log({ "pump-outcome": "modified", "pump-reason": "pain" }).reason, "pain");
  assert.deepEqual([log({ "pump-outcome": "skipped" }).outcome, log({ "pump-outcome": "skipped" }).reason], ["skipped", ""]);
  assert.equal(log({ "pump-outcome": "done", "pump-level": "9" }).dose_step, 0);
});
