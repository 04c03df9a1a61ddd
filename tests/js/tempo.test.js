import assert from "node:assert/strict";
import { test } from "node:test";

import { READY_S, completed, cues, oneBack, phaseAt, timeline, totalSeconds } from "../../src/mortise/web/phone/static/phone/js/core/tempo.js";

const heelRise = { n_sets: 2, n_reps: 3, up_s: 2, hold_s: 1, down_s: 3, duration_s: 0, rest_s: 30 };
const stand = { n_sets: 3, n_reps: 1, up_s: 0, hold_s: 0, down_s: 0, duration_s: 30, rest_s: 15 };

test("phases touch, do not overlap, and last as long as the dose says", () => {
  const phases = timeline(heelRise, ["left"]);
  phases.slice(1).forEach((phase, i) => assert.equal(phase.from_s, phases[i].to_s));
  assert.equal(totalSeconds(phases), READY_S + 2 * 3 * 6 + 30);
});

test("no rest follows the last set, and both sides are done within each set", () => {
  const phases = timeline(stand, ["left", "right"]);
  assert.equal(phases.at(-1).kind, "go");
  assert.deepEqual(phases.filter((p) => p.kind === "go").map((p) => [p.set, p.side]), [
    [1, "left"], [1, "right"], [2, "left"], [2, "right"], [3, "left"], [3, "right"],
  ]);
});

test("what goes down first is laid out that way round", () => {
  const squat = { n_sets: 1, n_reps: 1, up_s: 2, hold_s: 1, down_s: 3, duration_s: 0, rest_s: 0, down_first: 1 };
  assert.deepEqual(timeline(squat, ["left"]).map((p) => [p.kind, p.to_s - p.from_s]), [["ready", READY_S], ["down", 3], ["hold", 1], ["up", 2]]);
});

test("a round of walking and running is two phases and one set", () => {
  const rounds = { n_sets: 2, n_reps: 1, up_s: 0, hold_s: 0, down_s: 0, duration_s: 300, run_s: 180, rest_s: 0 };
  const phases = timeline(rounds, ["left"]);
  assert.deepEqual(phases.map((p) => [p.kind, p.to_s - p.from_s]), [
    ["ready", READY_S], ["walk", 120], ["run", 180], ["walk", 120], ["run", 180],
  ]);
  assert.equal(completed(phases, READY_S + 299).n_sets, 0);
  assert.equal(completed(phases, READY_S + 300).n_sets, 1);
});

test("who runs without walking first has no walk", () => {
  const run = { n_sets: 1, n_reps: 1, up_s: 0, hold_s: 0, down_s: 0, duration_s: 600, run_s: 600, rest_s: 0 };
  assert.deepEqual(timeline(run, ["left"]).map((p) => p.kind), ["ready", "run"]);
});

test("a phase of no length is left out", () => {
  const phases = timeline({ ...heelRise, hold_s: 0 }, ["left"]);
  assert.ok(!phases.some((phase) => phase.kind === "hold"));
});

test("phaseAt is half-open and null after the end", () => {
  const phases = timeline(heelRise, ["left"]);
  assert.equal(phaseAt(phases, READY_S - 0.001).phase.kind, "ready");
  assert.equal(phaseAt(phases, READY_S).phase.kind, "up");
  assert.equal(phaseAt(phases, READY_S + 2).phase.kind, "hold");
  assert.equal(phaseAt(phases, totalSeconds(phases)), null);
});

test("a set counts only when it has ended; a repetition likewise", () => {
  const phases = timeline(heelRise, ["left"]);
  const endOfFirst = READY_S + 18;
  assert.deepEqual(completed(phases, endOfFirst - 0.01), { n_sets: 0, n_reps: 2 });
  assert.deepEqual(completed(phases, endOfFirst), { n_sets: 1, n_reps: 3 });
  assert.deepEqual(completed(phases, totalSeconds(phases)), { n_sets: 2, n_reps: 6 });
});

test("a set with two sides counts when the second side has ended", () => {
  const phases = timeline(stand, ["left", "right"]);
  assert.equal(completed(phases, READY_S + 30).n_sets, 0);
  assert.equal(completed(phases, READY_S + 30 + 15 + 30).n_sets, 1);
});

test("one back goes to the start of this repetition, or of the one before when it has just begun", () => {
  const phases = timeline(heelRise, ["left"]);
  const second = READY_S + 6;
  assert.equal(oneBack(phases, second + 4), second);
  assert.equal(oneBack(phases, second + 1.5), READY_S);
  assert.equal(oneBack(phases, 1), 0);
});

test("cues are the starts of phases in a half-open window, with the end", () => {
  const phases = timeline(heelRise, ["left"]);
  assert.deepEqual(cues(phases, 0, READY_S + 2).map((c) => [c.at_s, c.kind]), [[0, "ready"], [READY_S, "up"]]);
  const end = totalSeconds(phases);
  assert.equal(cues(phases, end, end + 1)[0].kind, "end");
});

test("windows that follow one another give every cue exactly once", () => {
  const phases = timeline(heelRise, ["left"]);
  const end = totalSeconds(phases);
  let n = 0;
  for (let t = 0; t <= end; t += 0.7) n += cues(phases, t, t + 0.7).length;
  assert.equal(n, phases.length + 1);
});
