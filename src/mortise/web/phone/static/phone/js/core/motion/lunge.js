// The lunge from a phone on the shin, by the rules of `mortise.measure._lunge_trials`: found, bordered, held to the test.

import { attitude, cross, dot, meanOf, unit } from "./attitude.js";
import { median, runs, turningPoints, windowMean } from "./signals.js";

/** @typedef {import("./signals.js").Triple} Triple */
/** @typedef {{peak_s: number, hold_s: number, angle_deg: number, across_deg: number, return_deg: number, isCounted: boolean, quality: string[]}} Trial */

export const LEAST_LUNGE_DEG = 12;
export const HOLD_BAND_DEG = 2;
export const SHORTEST_HOLD_S = 0.5;
export const OUT_OF_PLANE_DEG = 12;
export const N_TRIALS = 3;
const STILL_DEG_S = 6;
const STILL_S = 0.5;
const FASTEST_DEG_S = 90;
const RETURN_DEG = 6;
const SMOOTH_S = 0.1;
const DISAGREE_DEG = 6;
const FLOOR_DEG = 1;
const DEGREES = 180 / Math.PI;

/**
 * @param {import("./signals.js").Motion} motion
 * @returns {{trials: Trial[], value: number, error: number, quality: string[]} | {refused: string}}
 */
export function lunge(motion) {
  const pose = attitude(motion);
  const rate = motion.rate_hz;
  const where = firstStill(pose.speed_deg_s, rate, motion.is_lost);
  if (!where) return { refused: "no_standing" };
  const { along, across } = leanFrom(pose.up, where);
  const angle = windowMean(along, SMOOTH_S * rate);
  const aside = windowMean(across, SMOOTH_S * rate);
  /** @type {[number, number][]} */
  const points = turningPoints(angle, 0.6 * LEAST_LUNGE_DEG);
  const tail = points.length ? points[points.length - 1][0] : 0;
  if (!points.length || points[points.length - 1][1] < 0) points.push([highest(angle, tail, angle.length), 1]);
  const trials = [];
  for (const peak of deep(points, angle)) {
    const [start, stop] = borders(angle, peak);
    if (stop === null || motion.is_lost.slice(start, stop + 1).some(Boolean)) continue;
    trials.push(trialOf(angle, aside, pose.speed_deg_s, rate, start, peak, stop));
  }
  if (!trials.length) return { refused: "no_lunge" };
  return { trials, ...summary(trials) };
}

/** @param {Trial[]} trials */
function summary(trials) {
  const counted = trials.filter((one) => one.isCounted);
  const used = (counted.length ? counted : trials).map((one) => one.angle_deg);
  const quality = counted.length ? [] : trials.flatMap((one) => one.quality);
  if (counted.length < N_TRIALS) quality.push("few_trials");
  if (counted.length && Math.max(...used) - Math.min(...used) > DISAGREE_DEG) quality.push("trials_disagree");
  if (trials.length > 1 && Math.abs(trials.reduce((sum, one) => sum + one.return_deg, 0)) > RETURN_DEG) quality.push("sensor_slipped");
  const centre = used.reduce((sum, one) => sum + one, 0) / used.length;
  const spread = used.length > 1 ? Math.sqrt(used.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (used.length - 1)) : 2;
  return { value: median(used), error: Math.hypot((1.25 * spread) / Math.sqrt(used.length), FLOOR_DEG), quality: [...new Set(quality)] };
}

/** @param {number[]} values @param {number} first @param {number} last */
function highest(values, first, last) {
  let best = first;
  for (let i = first; i < last; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

/** The first still stretch, which comes before the movement has gone far; null: none. @param {number[]} speed @param {number} rate @param {boolean[]} is_lost */
export function firstStill(speed, rate, is_lost) {
  const need = Math.max(3, Math.floor(STILL_S * rate));
  const found = runs(speed.map((one, i) => one < STILL_DEG_S && !is_lost[i])).find(([a, b]) => b - a >= need);
  if (!found) return null;
  const moved_deg = speed.slice(0, found[0]).reduce((sum, one) => sum + one, 0) / rate;
  return moved_deg < 4 * LEAST_LUNGE_DEG ? found : null;
}

/** How far it leans from a stretch that counts as upright: in the plane of most movement, and across it. @param {Triple[]} up @param {[number, number]} where */
export function leanFrom(up, [first, last]) {
  const standing = unit(meanOf(up.slice(first, last)));
  const lean = up.map((one) => {
    const part = dot(one, standing);
    return /** @type {Triple} */ ([one[0] - part * standing[0], one[1] - part * standing[1], one[2] - part * standing[2]]);
  });
  const far = lean.map((one) => dot(one, one));
  const most = Math.max(...far.map((one) => one));
  const forward = way(lean.filter((_, i) => far[i] >= 0.25 * most));
  const aside = cross(standing, forward);
  return {
    along: up.map((one) => DEGREES * Math.atan2(dot(one, forward), dot(one, standing))),
    across: up.map((one) => DEGREES * Math.asin(Math.min(1, Math.max(-1, dot(one, aside))))),
  };
}

/** The direction most of the leaning lies in, its longer way forward: the first axis of the scatter, by turning. @param {Triple[]} lean @returns {Triple} */
function way(lean) {
  /** @type {Triple} */
  let axis = unit(lean.reduce((best, one) => (dot(one, one) > dot(best, best) ? one : best), lean[0]));
  for (let turn = 0; turn < 50; turn += 1) {
    /** @type {Triple} */
    const next = [0, 0, 0];
    for (const one of lean) {
      const part = dot(one, axis);
      for (let i = 0; i < 3; i += 1) next[i] += part * one[i];
    }
    axis = unit(next);
  }
  const cubes = lean.reduce((sum, one) => sum + dot(one, axis) ** 3, 0);
  return cubes < 0 ? [-axis[0], -axis[1], -axis[2]] : axis;
}

/** @param {[number, number][]} points @param {number[]} angle */
function deep(points, angle) {
  /** @type {number[]} */
  const peaks = [];
  for (const [index, kind] of points) {
    if (kind < 0 || angle[index] < LEAST_LUNGE_DEG) continue;
    const before = peaks[peaks.length - 1];
    if (before !== undefined) {
      const between = Math.min(...angle.slice(before, index));
      if (between > 0.5 * Math.min(angle[before], angle[index])) {
        if (angle[index] > angle[before]) peaks[peaks.length - 1] = index;
        continue;
      }
    }
    peaks.push(index);
  }
  return peaks;
}

/** @param {number[]} angle @param {number} peak @returns {[number, number | null]} */
function borders(angle, peak) {
  const low = 0.25 * angle[peak];
  let start = peak - 1;
  while (start > 0 && angle[start] >= low) start -= 1;
  const after = angle.findIndex((one, i) => i >= peak && one < low);
  return [Math.max(start, 0), after < 0 ? null : after];
}

/** @returns {Trial} */
function trialOf(/** @type {number[]} */ angle, /** @type {number[]} */ aside, /** @type {number[]} */ speed, /** @type {number} */ rate, /** @type {number} */ start, /** @type {number} */ peak, /** @type {number} */ stop) {
  const depth = angle[peak];
  let [first, last] = [peak, peak];
  while (first > start && angle[first - 1] > depth - HOLD_BAND_DEG) first -= 1;
  while (last < stop && angle[last + 1] > depth - HOLD_BAND_DEG) last += 1;
  const hold_s = (last - first) / rate;
  const hasHold = hold_s >= SHORTEST_HOLD_S;
  const across_deg = median(aside.slice(first, last + 1));
  const settle = Math.floor(0.7 * rate);
  const before = Math.min(...angle.slice(Math.max(0, start - settle), start + 1));
  const after = Math.min(...angle.slice(stop, stop + settle + 1));
  const checks = { no_hold: !hasHold, too_fast: Math.max(...speed.slice(start, peak + 1)) > FASTEST_DEG_S, out_of_plane: Math.abs(across_deg) > OUT_OF_PLANE_DEG, not_back_to_standing: Math.abs(after - before) > RETURN_DEG };
  const quality = Object.entries(checks).filter(([, isSo]) => isSo).map(([name]) => name);
  return { peak_s: peak / rate, hold_s, angle_deg: hasHold ? median(angle.slice(first, last + 1)) : depth, across_deg, return_deg: after - before, isCounted: quality.length === 0, quality };
}

