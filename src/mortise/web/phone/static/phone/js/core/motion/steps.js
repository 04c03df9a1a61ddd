// Steps of a walk from a phone at the lower back, belt or pocket, by the rules of `mortise.measure._belt_steps`.

import { attitude, dot, upward } from "./attitude.js";
import { mean, median, windowMean } from "./signals.js";

const SMOOTH_S = 0.17;
const LEAST_M_S2 = 0.12;
const USUAL_M_S2 = 0.4;
const LEAST_STEPS = 4;
const LEAST_STRIDES = 3;
const LONGEST_STEP_S = 1.5;
const SHORTEST_STEP_S = 0.3;
const BROKEN = 1.6;
const TURN_DEG = 20;
const DEGREES = 180 / Math.PI;

/**
 * @param {import("./signals.js").Motion} motion
 * @returns {{cadence_spm: number, symmetry_ratio: number | null, n_steps: number, walked_s: number, quality: string[]} | {refused: string}}
 */
export function steps(motion) {
  const rate = motion.rate_hz;
  const pose = attitude(motion);
  const felt = upward(motion, pose.up);
  const usual = median(felt);
  const wave = twice(felt.map((one) => one - usual), SMOOTH_S * rate);
  const bouts = walked(apart(lobes(wave), SHORTEST_STEP_S * rate).map((one) => ({ at_s: one.at / rate, peak: one.peak })));
  if (!bouts.length) return { refused: "no_walk" };
  const turned = [0];
  pose.gyr_rad_s.forEach((one, i) => turned.push(turned[i] + (DEGREES * dot(one, pose.up[i])) / rate));
  const angleAt = (/** @type {number} */ at_s) => turned[Math.min(turned.length - 1, Math.round(at_s * rate))];
  const used = bouts.flatMap((at) => stridesOf(at, angleAt));
  if (used.length < LEAST_STRIDES) return { refused: "few_strides" };
  const usual_s = median(used.map((one) => one.stride_s));
  const steady = used.filter((one) => one.stride_s < 1.5 * usual_s);
  const feet = [0, 1].map((foot) => steady.filter((one) => one.parity === foot).map((one) => one.step_s));
  const has = feet.every((one) => one.length >= LEAST_STRIDES);
  const [a, b] = has ? feet.map(mean) : [1, 1];
  return {
    cadence_spm: mean(steady.map((one) => 120 / one.stride_s)),
    symmetry_ratio: has && bouts.length === 1 ? Math.max(a, b) / Math.min(a, b) : null,
    n_steps: bouts.reduce((sum, at) => sum + at.length, 0),
    walked_s: bouts.reduce((sum, at) => sum + at[at.length - 1] - at[0], 0),
    quality: steady.length < 8 ? ["few_strides"] : [],
  };
}

/** @param {number[]} values @param {number} width */
const twice = (values, width) => windowMean(windowMean(values, width), width);

/** Each stretch of the wave above zero: the middle between its beginning and its peak. @param {number[]} wave */
export function lobes(wave) {
  const found = [];
  for (let i = 0; i < wave.length; i += 1) {
    if (!(wave[i] > 0) || wave[i - 1] > 0) continue;
    let end = i;
    let top = i;
    while (end < wave.length && wave[end] > 0) {
      if (wave[end] > wave[top]) top = end;
      end += 1;
    }
    if (wave[top] < LEAST_M_S2) continue;
    const before = i ? wave[i - 1] : 0;
    const start = before < 0 ? i - wave[i] / (wave[i] - before) : i;
    found.push({ at: 0.5 * (start + top), peak: wave[top] });
  }
  return found;
}

/** Of two strikes too near each other the stronger stays. @param {{at: number, peak: number}[]} strikes @param {number} least */
function apart(strikes, least) {
  /** @type {{at: number, peak: number}[]} */
  const kept = [];
  for (const one of strikes) {
    const before = kept[kept.length - 1];
    if (!before || one.at - before.at >= least) kept.push(one);
    else if (one.peak > before.peak) kept[kept.length - 1] = one;
  }
  return kept;
}

/** Bouts of four steps and more, strong enough for walking: the moments of each. @param {{at_s: number, peak: number}[]} strikes */
function walked(strikes) {
  /** @type {{at_s: number, peak: number}[][]} */
  const bouts = [];
  strikes.forEach((one, i) => {
    if (i && one.at_s - strikes[i - 1].at_s <= LONGEST_STEP_S) bouts[bouts.length - 1].push(one);
    else bouts.push([one]);
  });
  return bouts.filter((bout) => bout.length >= LEAST_STEPS && median(bout.map((one) => one.peak)) >= USUAL_M_S2).map((bout) => bout.map((one) => one.at_s));
}

/** Straight strides of unbroken rhythm, neither first nor last. @param {number[]} at @param {(at_s: number) => number} angleAt */
function stridesOf(at, angleAt) {
  const usual = median(at.slice(1).map((one, i) => one - at[i]));
  const found = [];
  for (let i = 1; i + 3 < at.length; i += 1) {
    const gaps = [at[i] - at[i - 1], at[i + 1] - at[i], at[i + 2] - at[i + 1]];
    if (gaps.some((gap) => gap > BROKEN * usual) || Math.abs(angleAt(at[i + 2]) - angleAt(at[i])) > TURN_DEG) continue;
    found.push({ stride_s: at[i + 2] - at[i], step_s: gaps[0], parity: i % 2 });
  }
  return found;
}
