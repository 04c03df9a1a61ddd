import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, dayName, dayOf, sessionOf, standing, tightened } from "../../src/mortise/web/phone/static/phone/js/core/plan.js";
import { evaluate, noEffect, unite } from "../../src/mortise/web/phone/static/phone/js/core/veto.js";

const easing = (pct, without = []) => ({ ...noEffect(), pct, without, say: ["lighter"] });
const blind = { ...noEffect(), blind: true, without: ["impact"] };
const vetoes = {
  red_calf: { 0: noEffect(), 1: { ...noEffect(), stop: true, rest: true, ask: true, tiers: ["now"], say: ["Stop."] } },
  pain: { 0: noEffect(), 5: easing(67, ["end_range"]), 9: { ...noEffect(), rest: true }, unknown: blind },
};
const item = (exercise) => ({ exercise, why: "", dose: `${exercise}:2`, eased: { 50: `${exercise}:0`, 67: `${exercise}:1` } });
const session = (id, ...names) => ({ id, load: "keep", why: "", items: names.map(item), left_out: [] });
const doses = Object.fromEntries(["pump", "stretch", "hop"].flatMap((name) => [0, 1, 2].map((step) => [`${name}:${step}`, { step, seconds: 60 * (step + 1) }])));
const day = { checked: false, done: false, morning: "s-20", sessions: { usual: session("e-2026-11-21", "pump", "stretch", "hop"), ten_minutes: session("e-2026-11-21", "pump"), "ten_minutes+hot_ankle": session("e-2026-11-21", "pump") } };
const plan = {
  schema: 1, made_at: "2026-11-21T08:00:00Z", is_locked: false, vetoes, shares: [50, 67], doses,
  exercises: { pump: { tags: ["open_chain"] }, stretch: { tags: ["end_range"] }, hop: { tags: ["impact"] } },
  days: { "2026-11-21": day }, maintenance: { until_on: "2026-12-21", session: session("e-2026-11-24", "pump") },
};
const calm = { red_calf: "0", pain: "0" };
const check = (on, answers, given = {}) => ({ fact: { kind: "check_in", moment: "before_session", on, answers }, state: "waiting", heard_ms: null, ...given });

test("kinds of day are named in one order and combine; illness covers what it takes away anyway", () => {
  assert.equal(dayName([]), "usual");
  assert.equal(dayName(["hot_ankle", "ten_minutes"]), "ten_minutes+hot_ankle");
  assert.equal(dayName(["ill", "other_sport", "hot_ankle", "ten_minutes"]), "ten_minutes+ill");
  assert.equal(dayName(["other_sport", "travelling"]), "travelling+other_sport");
  assert.deepEqual(chosen(["ten_minutes"], "hot_ankle"), ["ten_minutes", "hot_ankle"]);
  assert.deepEqual(chosen(["ten_minutes", "hot_ankle"], "ill"), ["ten_minutes", "hot_ankle", "ill"]);
  assert.deepEqual(chosen(["ill", "other_sport"], "ill"), ["other_sport"]);
});

test("answers take away and lower, never add", () => {
  const whole = sessionOf(plan, "2026-11-21", [], calm);
  assert.deepEqual(whole.items.map((one) => one.dose), ["pump:2", "stretch:2", "hop:2"]);
  const eased = sessionOf(plan, "2026-11-21", [], { ...calm, pain: "5" });
  assert.deepEqual(eased.items.map((one) => one.dose), ["pump:1", "hop:1"]);
  assert.deepEqual(eased.taken, ["stretch"]);
  assert.ok(eased.seconds < whole.seconds);
  assert.deepEqual(sessionOf(plan, "2026-11-21", [], { ...calm, pain: "9" }).items, []);
  assert.deepEqual(sessionOf(plan, "2026-11-21", [], { ...calm, red_calf: "1" }).items, []);
});

test("not known, not asked and an answer nobody offered withhold impact alike", () => {
  for (const answers of [{ red_calf: "0" }, { red_calf: "0", pain: "unknown" }, { red_calf: "0", pain: "7.5" }, { red_calf: "0", pain: "constructor" }]) {
    assert.deepEqual(evaluate(vetoes, answers).without, ["impact"]);
  }
});

test("the order of effects does not matter, and more of them never loosen", () => {
  const all = [easing(67, ["b"]), easing(50, ["a"]), blind, { ...noEffect(), rest: true }];
  const tight = unite(all);
  const back = unite([...all].reverse());
  assert.deepEqual([tight.pct, tight.rest, tight.without], [back.pct, back.rest, back.without]);
  assert.deepEqual([tight.pct, tight.rest, tight.without], [50, true, ["a", "b", "impact"]]);
});

test("after the plan's last day only the gentle part is left, at its lowest, and after a month nothing", () => {
  assert.equal(dayOf(plan, "2026-11-22").kind, "maintenance");
  const gentle = sessionOf(plan, "2026-11-22", [], calm);
  assert.deepEqual(gentle.items.map((one) => one.dose), ["pump:0"]);
  assert.equal(gentle.id, "e-2026-11-22");
  assert.equal(dayOf(plan, "2026-12-22").kind, "too_old");
  assert.equal(sessionOf(plan, "2026-12-22", [], calm), null);
});

test("a clock set back before the plan gives the gentle part, not yesterday's future", () => {
  assert.equal(dayOf(plan, "2026-11-20").kind, "maintenance");
});

test("a danger sign told on this phone stops until the server has heard it and made a newer plan", () => {
  const sign = { red_calf: "1" };
  assert.ok(standing(plan, "2026-11-21", [check("2026-11-21", sign)]).stop);
  assert.ok(standing(plan, "2026-11-22", [check("2026-11-21", sign), check("2026-11-22", calm)]).stop, "later answers do not clear it");
  assert.ok(standing(plan, "2026-11-21", [check("2026-11-21", sign, { state: "refused" })]).stop);
  const heard = Date.parse("2026-11-21T07:00:00Z");
  assert.equal(standing(plan, "2026-11-21", [check("2026-11-21", sign, { state: "acknowledged", heard_ms: heard })]).stop, null);
  assert.ok(standing(plan, "2026-11-21", [check("2026-11-21", sign, { state: "acknowledged", heard_ms: heard + 7_200_000 })]).stop);
});

test("a session told on this phone is done, and its morning is asked the next two days", () => {
  const log = { fact: { kind: "session_log", on: "2026-11-21", session: "e-2026-11-21" }, state: "waiting", acked_ms: null };
  assert.equal(standing(plan, "2026-11-21", [log]).isDone, true);
  assert.equal(standing(plan, "2026-11-22", [log]).morning, "e-2026-11-21");
  assert.equal(standing(plan, "2026-11-24", [log]).morning, "");
  const told = { fact: { kind: "check_in", moment: "next_morning", on: "2026-11-22", session: "e-2026-11-21", answers: {} }, state: "waiting", acked_ms: null };
  assert.equal(standing(plan, "2026-11-22", [log, told]).morning, "");
  assert.equal(standing(plan, "2026-11-21", []).morning, "s-20");
});

test("a share of the dose that the plan did not solve leaves the exercise out", () => {
  assert.deepEqual(tightened(plan, session("e", "pump"), easing(33)).items, []);
});

test("asked twice on one day, neither answer takes back what the other withheld", () => {
  const worse = { ...calm, pain: "5" };
  for (const both of [[calm, worse], [worse, calm]]) assert.deepEqual(sessionOf(plan, "2026-11-21", [], both), { ...sessionOf(plan, "2026-11-21", [], worse) });
});
