// Which way is up for the phone: gyroscope and accelerometer together, without a magnetometer and without heading. Pure.

import { mean, runs, windowMean } from "./signals.js";

/** @typedef {import("./signals.js").Triple} Triple */
/** @typedef {import("./signals.js").Motion} Motion */

const GRAVITY_M_S2 = 9.80665;
const SETTLE_S = 3; // how fast the accelerometer puts the gyroscope right
const STILL_DEG_S = 6;
const STILL_S = 0.5;
const MAX_BIAS_RAD_S = 0.05;
const DEGREES = 180 / Math.PI;

/** @param {Triple} a @param {Triple} b */
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @param {Triple} a @param {Triple} b @returns {Triple} */
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
/** @param {Triple} a */
export const length = (a) => Math.hypot(a[0], a[1], a[2]);
/** @param {Triple} a @returns {Triple} */
export function unit(a) {
  const size = length(a) || 1;
  return [a[0] / size, a[1] / size, a[2] / size];
}
/** @param {Triple[]} all @returns {Triple} */
export const meanOf = (all) => /** @type {Triple} */ ([0, 1, 2].map((axis) => mean(all.map((one) => one[axis]))));

/**
 * Up one sample later: turned as the gyroscope says, then a little towards where the accelerometer feels it. In free fall
 * it feels nothing and says nothing.
 * @param {Triple} up @param {Triple} acc_m_s2 @param {Triple} gyr_rad_s @param {number} step_s @param {number} settle_s @returns {Triple}
 */
export function nextUp(up, acc_m_s2, gyr_rad_s, step_s, settle_s = SETTLE_S) {
  const turn = cross(up, gyr_rad_s); // a direction fixed in the world turns the other way in the phone
  const turned = unit([up[0] + turn[0] * step_s, up[1] + turn[1] * step_s, up[2] + turn[2] * step_s]);
  const along = dot(acc_m_s2, turned);
  const gain = Math.min(1, Math.abs(step_s) / settle_s) / GRAVITY_M_S2;
  const towards = (/** @type {number} */ i) => turned[i] + gain * (acc_m_s2[i] - along * turned[i]);
  return unit([towards(0), towards(1), towards(2)]);
}

/** How fast the phone turns, mean over 0.2 s, degrees a second. @param {Triple[]} gyr_rad_s @param {number} rate_hz */
export function speedOf(gyr_rad_s, rate_hz) {
  return windowMean(gyr_rad_s.map((one) => DEGREES * length(one)), 0.2 * rate_hz);
}

/**
 * The gyroscope's own turning while nothing turns: the mean over all still stretches; nothing without one.
 * @param {Motion} motion @returns {Triple}
 */
export function biasOf(motion) {
  const speed = speedOf(motion.gyr_rad_s, motion.rate_hz);
  const still = runs(speed.map((one, i) => one < STILL_DEG_S && !motion.is_lost[i])).filter(([a, b]) => b - a >= STILL_S * motion.rate_hz);
  const samples = still.flatMap(([a, b]) => motion.gyr_rad_s.slice(a, b));
  if (!samples.length) return [0, 0, 0];
  const bias = meanOf(samples);
  return length(bias) < MAX_BIAS_RAD_S ? bias : [0, 0, 0];
}

/**
 * Up in the phone's axes at every sample, and the gyroscope without its bias: once forwards, once backwards, the mean of
 * both, so that nothing has to settle.
 * @param {Motion} motion @returns {{up: Triple[], gyr_rad_s: Triple[], speed_deg_s: number[]}}
 */
export function attitude(motion) {
  const bias = biasOf(motion);
  const gyr = motion.gyr_rad_s.map((one) => /** @type {Triple} */ (one.map((value, axis) => value - bias[axis])));
  const n = motion.acc_m_s2.length;
  const few = Math.max(1, Math.round(0.5 * motion.rate_hz));
  const step_s = 1 / motion.rate_hz;
  /** @type {Triple[]} */
  const forward = [];
  /** @type {Triple[]} */
  const backward = new Array(n);
  let up = unit(meanOf(motion.acc_m_s2.slice(0, few)));
  for (let i = 0; i < n; i += 1) forward.push((up = nextUp(up, motion.acc_m_s2[i], gyr[i], i ? step_s : 0)));
  up = unit(meanOf(motion.acc_m_s2.slice(-few)));
  for (let i = n - 1; i >= 0; i -= 1) backward[i] = up = nextUp(up, motion.acc_m_s2[i], gyr[Math.min(i + 1, n - 1)], i < n - 1 ? -step_s : 0);
  return { up: forward.map(([x, y, z], i) => unit([x + backward[i][0], y + backward[i][1], z + backward[i][2]])), gyr_rad_s: gyr, speed_deg_s: speedOf(gyr, motion.rate_hz) };
}

/** Upward specific force at every sample. @param {Motion} motion @param {Triple[]} up */
export function upward(motion, up) {
  return motion.acc_m_s2.map((one, i) => dot(one, up[i]));
}
