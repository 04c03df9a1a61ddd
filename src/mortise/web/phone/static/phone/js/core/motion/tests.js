// The tests a phone can take by itself: what each makes of the samples, and the one number that is shown. Pure.

import { flights } from "./flights.js";
import { lunge } from "./lunge.js";
import { rises } from "./rises.js";
import { even } from "./signals.js";
import { steps } from "./steps.js";
import { sway } from "./sway.js";

const LEAST_RATE_HZ = 20;
const LEAST_S = 2;

/** @typedef {{value: number, error: number | null, more: Record<string, number | null>, quality: string[]}} Measured */

/**
 * @param {string} test @param {import("./signals.js").Samples} samples
 * @returns {Measured | {refused: string}}
 */
export function numberOf(test, samples) {
  const motion = even(samples);
  if (motion.acc_m_s2.length < 3 || motion.acc_m_s2.length / motion.rate_hz < LEAST_S) return { refused: "too_short" };
  if (motion.rate_hz < LEAST_RATE_HZ) return { refused: "slow_sensor" };
  if (motion.is_lost.filter(Boolean).length > 0.2 * motion.is_lost.length) return { refused: "gaps" };
  return READ[test](motion);
}

/** @type {Record<string, (motion: import("./signals.js").Motion) => Measured | {refused: string}>} */
const READ = {
  lunge(motion) {
    const found = lunge(motion);
    if ("refused" in found) return found;
    return { value: found.value, error: found.error, more: { n_counted: found.trials.filter((one) => one.isCounted).length, n_trials: found.trials.length }, quality: found.quality };
  },
  "heel-rise"(motion) {
    const found = rises(motion);
    if ("refused" in found) return found;
    return { value: found.n_rises, error: null, more: { height_cm: found.height_cm, period_s: found.period_s }, quality: found.quality };
  },
  balance(motion) {
    const found = sway(motion);
    if ("refused" in found) return found;
    return { value: found.hold_s, error: null, more: { speed_mm_s: found.speed_mm_s, area_cm2: found.area_cm2 }, quality: found.isLost ? [] : ["held_to_end"] };
  },
  gait(motion) {
    const found = steps(motion);
    if ("refused" in found) return found;
    return { value: found.cadence_spm, error: null, more: { symmetry_ratio: found.symmetry_ratio, n_steps: found.n_steps, walked_s: found.walked_s }, quality: found.quality };
  },
  hop(motion) {
    const found = flights(motion);
    if ("refused" in found) return found;
    return { value: found.flight_s, error: null, more: { contact_s: found.contact_s, height_cm: found.height_cm, n_hops: found.flights.length }, quality: [] };
  },
};
