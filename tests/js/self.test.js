// Tests by hand, scores and the session to correct: what is typed is kept as typed or asked again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedFor, dueOn, opensToday, readingsOf } from "../../src/mortise/web/phone/static/phone/js/core/by_hand.js";
import { firstOpen, scoreOf } from "../../src/mortise/web/phone/static/phone/js/core/scores.js";
import { askedAgain, fieldsOf, lastTold, putRight, toldChecks } from "../../src/mortise/web/phone/static/phone/js/core/told.js";
import { sessionLog } from "../../src/mortise/web/phone/static/phone/js/core/facts.js";

const row = (changed = {}) => ({ name: "lunge_cm-left", value: "", measure: "lunge_cm", side: "left", unit: "cm", instrument: "tape_home", low: "0", high: "25", step: "0.1", symbol: "cm", ...changed });
const told = { batch: "b", on: "2026-11-21", captured_at: "2026-11-21T10:00:00Z" };

test("nothing typed is no test, and what cannot be is asked again", () => {
  assert.deepEqual(readingsOf([row()], told).wrongs, [{ name: "lunge_cm-left", wrong: "choose_some", values: {} }]);
  for (const value of ["26", "-1", "abc"]) assert.equal(readingsOf([row({ value })], told).wrongs[0].wrong, "choose_number");
  assert.deepEqual(readingsOf([row({ value: "6.53" })], told).wrongs[0], { name: "lunge_cm-left", wrong: "choose_step", values: { step: "0.1", unit: "cm" } });
  assert.ok(readingsOf([row({ value: "0" }), row({ value: "99", name: "other" })], told).wrongs);
});

test("a value is kept with its side, unit and instrument; 0 is a value and empty is none", () => {
  const { facts } = readingsOf([row({ value: "0" }), row({ side: "right", name: "lunge_cm-right" })], told);
  assert.deepEqual(facts, [{ kind: "reading", id: "b-lunge_cm-left", on: "2026-11-21", origin: "patient", captured_at: told.captured_at, measure: "lunge_cm", side: "left", value: "0", unit: "cm", instrument: "tape_home" }]);
});

test("a test is due from its day until it was told", () => {
  const tests = [{ measure: "walk_min", side: "none", due_on: "2026-11-21" }, { measure: "lunge_cm", side: "left", due_on: "2026-11-23" }];
  assert.equal(dueOn(tests, "2026-11-20", []).length, 0);
  assert.equal(dueOn(tests, "2026-11-21", []).length, 1);
  assert.equal(dueOn(tests, "2026-11-24", [{ fact: { kind: "reading", measure: "lunge_cm", side: "left" } }]).length, 1);
  assert.equal(dueOn(tests, "2026-11-24", [{ fact: { kind: "reading", measure: "lunge_cm", side: "right" } }]).length, 2);
});

test("too few answers give no score, what does not apply is left out, and a turned score counts from the top", () => {
  const rule = { label: "x", rule: "percent", items: ["a", "b", "c"], reversed: ["b"], item_low: "0", item_high: "4", is_turned: false, low: "0", high: "100", least: 2, step: "1" };
  assert.deepEqual(scoreOf(rule, { a: "4" }), { value: null, n_given: 1, n_items: 3, least: 2 });
  assert.equal(scoreOf(rule, { a: "4", b: null, c: "n/a" }).value, null);
  assert.equal(scoreOf(rule, { a: "4", b: "0" }).value, "100");
  assert.equal(scoreOf({ ...rule, is_turned: true }, { a: "4", b: "0" }).value, "0");
  assert.equal(scoreOf({ ...rule, rule: "mean", step: "0.1" }, { a: "4", b: "3", c: "2" }).value, "2.3");
  assert.equal(firstOpen([{ id: "a" }, { id: "b" }], { a: null }), 1);
  assert.equal(firstOpen([{ id: "a" }], { a: "1" }), 1);
});

const item = (changed = {}) => ({ exercise: "pump", dose_step: 1, outcome: "done", n_sets: 2, n_reps: 10, reason: "", pain_nrs: "0", effort_nrs: null, ...changed });
const plan = { exercises: { pump: {} }, doses: { "pump:1:2x10": { step: 1, numbers: { n_sets: 2 } }, "pump:2:3x10": { step: 2, numbers: { n_sets: 3 } } }, told: null };
const held = (on, changed = {}, state = "waiting") => ({ state, fact: { kind: "session_log", session: "s", on, items: [item(changed)], answers: { comfort_nrs: null, effort_nrs: "3" } } });

test("the newest session of today or yesterday may be told again; one not taken or older may not", () => {
  assert.equal(lastTold(plan, "2026-11-21", []), null);
  assert.equal(lastTold(plan, "2026-11-21", [held("2026-11-19")]), null);
  assert.equal(lastTold(plan, "2026-11-21", [held("2026-11-21", {}, "refused")]), null);
  assert.equal(lastTold(plan, "2026-11-21", [held("2026-11-20"), held("2026-11-21", { outcome: "modified" })]).log.items[0].outcome, "modified");
  const known = { ...plan, told: { session: "t", on: "2026-11-20", items: [item()], answers: {}, doses: { pump: "pump:1:2x10" } } };
  assert.equal(lastTold(known, "2026-11-21", []).log.session, "t");
  assert.equal(lastTold(known, "2026-11-21", [held("2026-11-20")]).log.session, "s"); // this phone's own is newer
});

test("an exercise this phone has no page for stays as it was told", () => {
  const found = lastTold(plan, "2026-11-21", [{ state: "waiting", fact: { kind: "session_log", session: "s", on: "2026-11-21", items: [item(), item({ exercise: "gone" })], answers: {} } }]);
  assert.deepEqual(found.fixed.map((one) => one.exercise), ["gone"]);
  const log = sessionLog({ id: "2", on: "2026-11-21", captured_at: "", session: "s", exercises: [{ id: "pump", levels: [{ step: 1, n_sets: 2, n_reps: 10 }] }], said: fieldsOf(found.log), after: [], fixed: found.fixed });
  assert.deepEqual(log.items, [item(), item({ exercise: "gone" })]);
});

test("what was told stands in the form: 0, not known and no answer stay apart", () => {
  const fields = fieldsOf(held("2026-11-21").fact);
  assert.equal(fields["pump-pain"], "0");
  assert.equal(fields["pump-effort"], "unknown");
  assert.equal(fields["after-comfort_nrs"], "unknown");
  assert.equal(fields["after-effort_nrs"], "3");
});

test("a test by hand somebody chose comes before what is due, and hops wait for a plan that has them", () => {
  const plan = {
    tests: [{ measure: "lunge_cm", side: "left", due_on: "2026-11-20" }, { measure: "walk_min", side: "none", due_on: "2026-11-20" }],
    tests_of_choice: [{ test: "lunge", measure: "lunge_cm", side: "left" }, { test: "lunge", measure: "lunge_cm", side: "right" }, { test: "hop", measure: "single_hop_cm", side: "left" }],
    exercises: { "hop-to-stick": { tags: ["impact", "single_leg"] }, pogo: { tags: ["impact"] } },
  };
  const names = (all, wanted) => askedFor(plan, "2026-11-22", [], all, wanted).map((one) => `${one.measure}-${one.side}`);
  const tests = [{ test: "lunge" }, { test: "hop", needs: ["impact", "single_leg"] }];
  const shut = opensToday(tests, plan, [{ exercise: "pogo" }], "later");
  assert.deepEqual(shut.map((one) => one.closed), ["", "later"]);
  assert.deepEqual(opensToday(tests, plan, [{ exercise: "pogo" }, { exercise: "hop-to-stick" }], "later").map((one) => one.closed), ["", ""]);
  assert.deepEqual(names(shut, "lunge"), ["lunge_cm-left", "lunge_cm-right", "walk_min-none"]);
  assert.deepEqual(names(shut, "hop"), ["lunge_cm-left", "walk_min-none"]);
  assert.deepEqual(names(opensToday(tests, plan, [{ exercise: "hop-to-stick" }], "later"), "hop")[0], "single_hop_cm-left");
  assert.deepEqual(names(shut, ""), ["lunge_cm-left", "walk_min-none"]);
});

const check = (id, on, answers = { pain: "2" }, more = {}) => ({ kind: "check_in", id, on, moment: "before_session", answers, ...more });
const now = { batch: "b", why: "tapped the wrong answer", on: "2026-11-22", captured_at: "2026-11-22T08:00:00+00:00" };

test("answers put right are a second report and a correction, and nothing when nothing differs", () => {
  const told = check("a", "2026-11-22", { red_calf: "0", pain: "2.0", tired: null });
  const { facts } = putRight(told, { red_calf: "0", pain: "5", tired: "unknown" }, now);
  assert.deepEqual(facts.map((one) => one.kind), ["check_in", "correction"]);
  assert.deepEqual(facts[0].answers, { red_calf: "0", pain: "5", tired: null });
  assert.equal(facts[0].captured_at, now.captured_at);
  assert.deepEqual([facts[1].corrects, facts[1].replacement], ["a", "b"]);
  assert.deepEqual(putRight(told, { red_calf: "0", pain: "2", tired: "unknown" }, now), { wrong: "nothing_different" });
});

test("on a later day what could not be said stays unsaid, and the report claims no moment of capture", () => {
  const told = check("a", "2026-11-20", { pain: "2", tired: null });
  assert.deepEqual(askedAgain(told, "2026-11-22"), ["pain"]);
  const { facts } = putRight(told, { pain: "3", tired: "0" }, now);
  assert.deepEqual(facts[0].answers, { pain: "3", tired: null });
  assert.equal(facts[0].captured_at, undefined);
  assert.equal(facts[0].on, "2026-11-20");
});

test("the checks of a week: the plan's and this phone's, each as it was answered last", () => {
  const plan = { checks: [check("a", "2026-11-22"), check("old", "2026-11-10")] };
  const held = [
    { state: "waiting", fact: check("b", "2026-11-22", { pain: "5" }) },
    { state: "waiting", fact: { kind: "correction", corrects: "a", replacement: "b" } },
    { state: "refused", fact: check("c", "2026-11-22") },
    { state: "waiting", fact: check("d", "2026-11-21") },
  ];
  assert.deepEqual(toldChecks(plan, "2026-11-22", held).map((one) => one.id), ["b", "d"]);
});
