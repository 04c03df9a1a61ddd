import assert from "node:assert/strict";
import { test } from "node:test";

import { carriedOver, moved } from "../../src/mortise/web/phone/static/phone/js/core/ladder.js";
import { cueOf, tones } from "../../src/mortise/web/phone/static/phone/js/core/tones.js";
import { timeline, totalSeconds } from "../../src/mortise/web/phone/static/phone/js/core/tempo.js";

const dose = { n_sets: 3, n_reps: 2, up_s: 2, hold_s: 1, down_s: 3, duration_s: 0, rest_s: 30 };
const whole = timeline(dose, ["left"]);

test("easier goes down to the last dose offered, harder never above today's plan", () => {
  assert.deepEqual(moved(0, 1, 3), { level: 1, said: "easier" });
  assert.deepEqual(moved(2, 1, 3), { level: 2, said: "easiest" });
  assert.deepEqual(moved(2, -1, 3), { level: 1, said: "easier" });
  assert.deepEqual(moved(1, -1, 3), { level: 0, said: "planned" });
  assert.deepEqual(moved(0, -1, 3), { level: 0, said: "most" });
  assert.deepEqual(moved(0, 1, 1), { level: 0, said: "easiest" });
});

test("sets that are done stay done when the dose changes under way", () => {
  const shorter = timeline({ ...dose, n_reps: 1 }, ["left"]);
  assert.equal(carriedOver(whole, shorter, 10), 0); // in the first set: it begins again
  const second = whole.find((one) => one.set === 2 && one.rep > 0).from_s;
  assert.equal(carriedOver(whole, shorter, second + 1), shorter.find((one) => one.set === 2 && one.rep > 0).from_s);
  const third = whole.find((one) => one.set === 3 && one.rep > 0).from_s;
  assert.equal(carriedOver(whole, timeline({ ...dose, n_sets: 2 }, ["left"]), third), null); // both sets were done
});

test("every start of a phase sounds once, the end longer than the rest, however the windows lie", () => {
  const all = tones(whole, 0, Infinity);
  assert.deepEqual(all.map((one) => one.at_s), [...whole.map((one) => one.from_s), totalSeconds(whole)]);
  assert.ok(all.at(-1).length_s > all[0].length_s);
  assert.deepEqual([...tones(whole, 0, 17), ...tones(whole, 17, 60), ...tones(whole, 60, Infinity)], all);
});

test("what tells the time is one of four, beeps where nothing was chosen", () => {
  assert.equal(cueOf("voice"), "voice");
  assert.equal(cueOf(null), "beep");
  assert.equal(cueOf("trumpet"), "beep");
});
