import assert from "node:assert/strict";
import { test } from "node:test";

import { calibrated, watchLunge } from "../../src/mortise/web/phone/static/phone/js/core/motion/watch.js";

const RATE = 60;
const G = 9.80665;

/** A shin that leans about one axis: angle in degrees over time, `aside` degrees out of the plane at the deepest. */
function felt(angles, { aside = 0, bias = 0 } = {}) {
  const lean = (deg, i) => {
    const part = (aside * deg) / 40;
    const [a, b] = [(deg * Math.PI) / 180, (part * Math.PI) / 180];
    return { up: [Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b)], i };
  };
  return angles.map((deg, i) => {
    const here = lean(deg, i).up;
    const next = lean(angles[Math.min(i + 1, angles.length - 1)], i).up;
    const before = lean(angles[Math.max(i - 1, 0)], i).up;
    const change = here.map((_, axis) => ((next[axis] - before[axis]) * RATE) / 2);
    // d up / dt = up x w, so w = change x up for a turn at right angles to up
    const w = [change[1] * here[2] - change[2] * here[1], change[2] * here[0] - change[0] * here[2], change[0] * here[1] - change[1] * here[0]];
    return { t: i / RATE, acc: here.map((one) => G * one), gyr: w.map((one) => one + bias) };
  });
}

const ramp = (from, to, s) => Array.from({ length: Math.round(s * RATE) }, (_, i) => from + ((to - from) * (1 - Math.cos((Math.PI * i) / (s * RATE)))) / 2);
const stay = (deg, s) => new Array(Math.round(s * RATE)).fill(deg);
const lunge = (deg, hold_s) => [...ramp(0, deg, 1.5), ...stay(deg, hold_s), ...ramp(deg, 0, 1.5), ...stay(0, 1.5)];
const seenIn = (samples, bias = [0, 0, 0]) => {
  const watch = watchLunge(bias);
  return samples.map(({ t, acc, gyr }) => watch.take(t, acc, gyr));
};

test("three held lunges are counted at their angle, whatever the gyroscope adds", () => {
  const angles = [...stay(0, 1.5), ...lunge(34, 2), ...lunge(35, 2), ...lunge(33, 2)];
  for (const bias of [0, 0.01]) {
    const seen = seenIn(felt(angles, { bias }), [bias, bias, bias]);
    assert.equal(seen.at(-1).n_held, 3);
    const deepest = Math.max(...seen.map((one) => one.angle_deg));
    assert.ok(Math.abs(deepest - 35) < 1, String(deepest));
    assert.ok(seen.some((one) => one.said === "held"));
    assert.ok(seen.every((one) => one.warns === null));
  }
});

test("what is not held does not count and says so; swaying is no lunge", () => {
  const seen = seenIn(felt([...stay(0, 1.5), ...ramp(0, 30, 1), ...ramp(30, 0, 1), ...stay(0, 0.2)]));
  assert.deepEqual([seen.at(-1).n_held, seen.at(-1).said], [0, "short"]);
  assert.equal(seenIn(felt([...stay(0, 1.5), ...lunge(6, 3)])).at(-1).n_held, 0);
});

test("a knee that goes aside, a fast one and a phone that slid are each warned of", () => {
  const first = lunge(36, 1);
  const straight = felt([...stay(0, 1.5), ...first]);
  const aside = felt(lunge(36, 2), { aside: 24 }).map((one) => ({ ...one, t: one.t + straight.at(-1).t + 1 / RATE }));
  assert.ok(seenIn([...straight, ...aside]).some((one) => one.warns === "aside"));
  assert.ok(seenIn(felt([...stay(0, 1.5), ...ramp(0, 36, 0.3), ...stay(36, 1)])).some((one) => one.warns === "fast"));
  const slid = felt([...stay(0, 1.5), ...ramp(0, 36, 1.5), ...stay(36, 1), ...ramp(36, 8, 1.5), ...stay(8, 2)]);
  assert.equal(seenIn(slid).at(-1).warns, "slipped");
});

/** The same samples with the phone turned by and by about the shin, or with a foot put down, from a sample on. */
function changed(samples, { from = 0, turn_deg = 0, over_s = 0.5, strike = 0 }) {
  const n = Math.round(over_s * RATE);
  return samples.map((one, i) => {
    const done = Math.min(1, Math.max(0, (i - from) / n));
    const turn = (turn_deg * Math.PI * done) / 180;
    const about = ([x, y, z]) => [x * Math.cos(turn) + y * Math.sin(turn), y * Math.cos(turn) - x * Math.sin(turn), z];
    const rate = done > 0 && done < 1 ? (turn_deg * Math.PI) / 180 / over_s : 0;
    const [wx, wy, wz] = about(one.gyr);
    const hit = strike && i >= from && i < from + 3 ? strike : 0;
    const [ax, ay, az] = about(one.acc);
    return { ...one, acc: [ax, ay, az + hit], gyr: [wx, wy, wz + rate] };
  });
}

test("a foot or a phone that turned, and a foot put down elsewhere, are told from a phone that slid", () => {
  const start = [...stay(0, 1.5), ...lunge(35, 2)];
  const on = (angles) => felt([...start, ...angles]);
  const from = start.length + 5;
  assert.equal(seenIn(changed(on([...stay(0, 3)]), { from, turn_deg: 25 })).at(-1).warns, "turned");
  assert.equal(seenIn(changed(on([...stay(0, 3)]), { from, turn_deg: 8 })).at(-1).warns, null);
  const elsewhere = on([...ramp(0, 9, 0.4), ...stay(9, 2)]);
  assert.equal(seenIn(elsewhere).at(-1).warns, "slipped");
  assert.equal(seenIn(changed(elsewhere, { from, strike: 12 })).at(-1).warns, "moved");
  assert.equal(seenIn(changed(on(stay(0, 3)), { from, strike: 12 })).at(-1).warns, null, "put down where it stood");
});

test("a gyroscope that drifts for a minute and a half turns nobody", () => {
  const angles = [...stay(0, 1.5), ...lunge(34, 2), ...stay(0, 20), ...lunge(35, 2), ...stay(0, 25), ...lunge(33, 2), ...stay(0, 20)];
  const drift = (0.2 * Math.PI) / 180; // left over after lying flat
  assert.ok(seenIn(felt(angles, { bias: drift })).every((one) => one.warns === null));
});

const flat = (acc, spread = 0, n = 120) => ({ t_ms: Array.from({ length: n }, (_, i) => i * 16.7), acc_m_s2: Array.from({ length: n }, (_, i) => acc.map((one) => one + spread * (i % 2 ? 1 : -1))), gyr_deg_s: Array.from({ length: n }, () => [0.5, 0, -0.5]) });

test("a flat surface tells the gyroscope's own turning and which way the accelerometer counts, or why it cannot", () => {
  assert.deepEqual([calibrated(flat([0, 0, 9.8])).sign, calibrated(flat([0, 0, -9.8])).sign], [1, -1]);
  assert.ok(Math.abs(calibrated(flat([0, 0, 9.8])).bias_rad_s[0] - 0.00873) < 1e-4);
  assert.deepEqual(calibrated(flat([0, 6, 7.76])), { wrong: "tilted" });
  assert.deepEqual(calibrated(flat([0, 0, 9.8], 1)), { wrong: "moving" });
  assert.deepEqual(calibrated(flat([0, 0, 7])), { wrong: "gravity" });
  assert.deepEqual(calibrated(flat([0, 0, 9.8], 0, 10)), { wrong: "silent" });
  assert.deepEqual(calibrated({ ...flat([0, 0, 9.8]), gyr_deg_s: flat([0, 0, 9.8]).t_ms.map(() => [null, null, null]) }), { wrong: "silent" });
});
