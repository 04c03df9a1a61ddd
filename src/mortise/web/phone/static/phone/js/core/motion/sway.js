// Standing from a phone at the belt, by the rules of `mortise.measure._balance`: how long, and how much it sways.

import { attitude, cross, dot, length, meanOf, unit } from "./attitude.js";
import { mean, median, runs, shaped, windowMean } from "./signals.js";

export const JOLT_M_S2 = 1.5;
export const TILT_DEG_S = 40;
const LEAST_S = 3;
const BELT_CM = 95;
const CUT_HZ = 5;
const TAIL_S = 0.5;
const ELLIPSE = 2 * Math.PI * 2.996;
const WIDEST_CM2 = 150;

/** @typedef {{hold_s: number, speed_mm_s: number, path_cm: number, area_cm2: number, isLost: boolean}} Stand */

/**
 * @param {import("./signals.js").Motion} motion
 * @returns {{stands: Stand[], hold_s: number, speed_mm_s: number, area_cm2: number, isLost: boolean} | {refused: string}}
 */
export function sway(motion) {
  const rate = motion.rate_hz;
  const { speed_deg_s } = attitude(motion);
  const size = motion.acc_m_s2.map(length);
  const usual = median(size);
  const jolt = windowMean(size.map((one) => Math.abs(one - usual)), 0.1 * rate);
  const isCalm = jolt.map((one, i) => one < JOLT_M_S2 && speed_deg_s[i] < TILT_DEG_S && !motion.is_lost[i]);
  /** @type {Stand[]} */
  const stands = [];
  for (const [first, last] of runs(isCalm)) {
    if ((last - first) / rate < LEAST_S) continue;
    const part = { rate_hz: rate, acc_m_s2: motion.acc_m_s2.slice(first, last), gyr_rad_s: motion.gyr_rad_s.slice(first, last), is_lost: motion.is_lost.slice(first, last) };
    const found = swayOf(leanOf(attitude(part).up), rate);
    if (found.area_cm2 > WIDEST_CM2) continue;
    stands.push({ hold_s: (last - first) / rate, ...found, isLost: last < size.length - TAIL_S * rate });
  }
  if (!stands.length) return { refused: "no_stand" };
  const best = stands.reduce((one, other) => (other.hold_s > one.hold_s ? other : one));
  return { stands, hold_s: best.hold_s, isLost: best.isLost, speed_mm_s: median(stands.map((one) => one.speed_mm_s)), area_cm2: median(stands.map((one) => one.area_cm2)) };
}

/** How the body leans from its mean, as a stiff pendulum of the belt's height, centimetres. @param {import("./signals.js").Triple[]} up */
function leanOf(up) {
  const upright = unit(meanOf(up));
  const aside = unit(cross(upright, Math.abs(upright[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
  const ahead = cross(aside, upright);
  return up.map((one) => [BELT_CM * dot(one, aside), BELT_CM * dot(one, ahead)]);
}

/** @param {number[][]} points_cm @param {number} rate */
export function swayOf(points_cm, rate) {
  const axes = [0, 1].map((axis) => {
    const centre = mean(points_cm.map((one) => one[axis]));
    const values = points_cm.map((one) => one[axis] - centre);
    return CUT_HZ >= 0.5 * rate ? values : shaped(values, rate, (frequency) => [1 / (1 + (frequency / CUT_HZ) ** 8), 0], "odd");
  });
  const steps = axes[0].slice(1).map((_, i) => Math.hypot(axes[0][i + 1] - axes[0][i], axes[1][i + 1] - axes[1][i]));
  const path_cm = steps.reduce((sum, one) => sum + one, 0);
  const [a, b] = axes.map((one) => mean(one));
  const n = axes[0].length - 1;
  const spread = (/** @type {number[]} */ x, /** @type {number} */ mx, /** @type {number[]} */ y, /** @type {number} */ my) => x.reduce((sum, one, i) => sum + (one - mx) * (y[i] - my), 0) / n;
  const size = spread(axes[0], a, axes[0], a) * spread(axes[1], b, axes[1], b) - spread(axes[0], a, axes[1], b) ** 2;
  return { path_cm, speed_mm_s: (10 * path_cm * rate) / steps.length, area_cm2: ELLIPSE * Math.sqrt(Math.max(0, size)) };
}
