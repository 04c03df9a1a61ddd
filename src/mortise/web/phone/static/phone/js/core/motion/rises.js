// Heel rises from a phone on the shin, by the rules of `mortise.measure._rising.of_shin`: how many, how high, in what beat.

import { attitude, upward } from "./attitude.js";
import { mean, median, quantile, runs, shaped, windowMean } from "./signals.js";

export const BEAT_S = 2; // 30 a minute (HR-01)
const SLOWEST_S = 12;
const LEAST_M_S = 0.012;
const REVERSAL = 0.33;
const SMOOTH_S = 0.06;
const CALM_M_S2 = 0.03;
const CALM_SHARE = 0.15;
const LEAST_SHIN_CM = 1;
const SWING_DEG_S = 150;
const OFF_BEAT = 0.2;
const N_BEST = 3;

/** @typedef {{low: number, start: number, peak: number, stop: number, down: number}} Movement */

/**
 * @param {import("./signals.js").Motion} motion
 * @returns {{n_rises: number, height_cm: number, period_s: number | null, quality: string[]} | {refused: string}}
 */
export function rises(motion) {
  const pose = attitude(motion);
  const rate = motion.rate_hz;
  const felt = upward(motion, pose.up);
  const slow = quantile(pose.speed_deg_s, 0.2);
  const rest = median(felt.filter((_, i) => pose.speed_deg_s[i] <= slow));
  const up = felt.map((one) => one - rest);
  const speed = windowMean(looseSpeed(up, rate), SMOOTH_S * rate);
  const least = Math.max(LEAST_M_S, REVERSAL * quantile(speed.map(Math.abs), 0.95));
  const whole = upsAndDowns(speed, least);
  const still = quiet(up, rate).map((isCalm, i) => isCalm && Math.abs(speed[i]) < least);
  const lift_cm = anchoredLift(up, rate, anchors(whole, still)).map((one) => 100 * one);
  const kept = highEnough(whole, lift_cm);
  if (!kept.length) return { refused: "no_rise" };
  const fastest = median(kept.map((one) => Math.max(...pose.speed_deg_s.slice(one.low, one.down + 1))));
  if (fastest > SWING_DEG_S) return { refused: "walking" };
  const heights = kept.map((one) => lift_cm[one.peak]).sort((a, b) => a - b);
  const periods = kept.slice(1).map((one, i) => (one.start - kept[i].start) / rate);
  const period_s = periods.length ? median(periods) : null;
  const quality = ["height_at_shin"];
  if (period_s !== null && Math.abs(BEAT_S / period_s - 1) > OFF_BEAT) quality.push("off_beat");
  return { n_rises: kept.length, height_cm: mean(heights.slice(-N_BEST)), period_s, quality };
}

/** Upward speed, all slower than twelve seconds taken out. @param {number[]} up @param {number} rate_hz */
function looseSpeed(up, rate_hz) {
  return shaped(
    up,
    rate_hz,
    (frequency) => {
      const turns = 2 * Math.PI * frequency;
      const gain = 1 / (1 + ((2 * Math.PI) / SLOWEST_S / Math.max(Math.abs(turns), 1e-9)) ** 4);
      return [0, turns === 0 ? 0 : -gain / turns];
    },
    "even",
  );
}

/** @param {number[]} speed @param {number} least @returns {Movement[]} */
export function upsAndDowns(speed, least) {
  const ways = [...runs(speed.map((one) => one > least)).map(([a, b]) => [a, b, 1]), ...runs(speed.map((one) => one < -least)).map(([a, b]) => [a, b, -1])].sort((a, b) => a[0] - b[0]);
  /** @type {number[][]} */
  const joined = [];
  for (const [first, last, way] of ways) {
    const before = joined[joined.length - 1];
    if (before && before[2] === way) before[1] = last;
    else joined.push([first, last, way]);
  }
  /** @type {Movement[]} */
  const found = [];
  joined.forEach(([first, last, way], number) => {
    if (way < 0 || number + 1 === joined.length) return;
    const end = joined[number + 1][1];
    const before = number ? joined[number - 1][1] : 0;
    const after = number + 2 < joined.length ? joined[number + 2][0] : speed.length - 1;
    let low = first;
    while (low > before && speed[low] > 0) low -= 1;
    let down = end - 1;
    while (down < after && speed[down] < 0) down += 1;
    found.push({ low, start: first, peak: last - 1, stop: end - 1, down });
  });
  return found;
}

/** @param {number[]} up @param {number} rate */
function quiet(up, rate) {
  const smooth = windowMean(up, 0.2 * rate).map(Math.abs);
  const calm = Math.max(CALM_M_S2, CALM_SHARE * quantile(smooth, 0.95));
  return windowMean(smooth.map((one) => (one < calm ? 1 : 0)), 0.2 * rate).map((one) => one > 0.999);
}

/** Where the phone stands at its lowest: before, between and after the rises. @param {Movement[]} whole @param {boolean[]} still */
function anchors(whole, still) {
  const found = new Set();
  whole.forEach((one, number) => {
    const before = number ? whole[number - 1].stop : 0;
    const after = number + 1 < whole.length ? whole[number + 1].start : still.length - 1;
    const last = still.lastIndexOf(true, one.start);
    const next = still.indexOf(true, one.stop);
    found.add(last >= before ? last : one.low);
    found.add(next >= 0 && next <= after ? next : one.down);
  });
  return /** @type {number[]} */ ([...found]).sort((a, b) => a - b);
}

/** Lift above the line through the anchors, metres; 0 outside them. @param {number[]} up @param {number} rate @param {number[]} at */
function anchoredLift(up, rate, at) {
  const lift = new Array(up.length).fill(0);
  at.slice(1).forEach((last, i) => {
    thereAndBack(up.slice(at[i], last + 1), rate).forEach((one, k) => (lift[at[i] + k] = one));
  });
  return lift;
}

/** The height over one movement that starts and ends at rest at the same height. @param {number[]} up @param {number} rate */
function thereAndBack(up, rate) {
  const n = up.length;
  if (n < 4) return new Array(n).fill(0);
  const rows = [up, new Array(n).fill(1), up.map((_, i) => -1 + (2 * i) / (n - 1))];
  const speeds = rows.map((row) => sums(row, rate));
  const heights = speeds.map((row) => sums(row, rate));
  const [[a, b, c], [d, e, f]] = [speeds, heights].map((all) => all.map((row) => row[n - 1]));
  const size = b * f - c * e; // two equations: speed and height come back to nothing
  const [x, y] = [(a * f - c * d) / size, (b * d - a * e) / size];
  return heights[0].map((one, i) => one - x * heights[1][i] - y * heights[2][i]);
}

/** The running integral by the trapezium rule. @param {number[]} values @param {number} rate */
function sums(values, rate) {
  let sum = 0;
  return values.map((one, i) => (i ? (sum += (0.5 * (one + values[i - 1])) / rate) : 0));
}

/** @param {Movement[]} whole @param {number[]} lift_cm */
function highEnough(whole, lift_cm) {
  const placed = whole.map((one) => {
    let peak = one.low;
    for (let i = one.low; i <= one.down; i += 1) if (lift_cm[i] > lift_cm[peak]) peak = i;
    return { ...one, peak };
  });
  const best = Math.max(0, ...placed.map((one) => lift_cm[one.peak]));
  return placed.filter((one) => lift_cm[one.peak] >= Math.max(LEAST_SHIN_CM, REVERSAL * best));
}
