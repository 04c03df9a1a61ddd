// What is seen while it happens: the shin's angle, whether it is held, what goes wrong. A sample goes in, what to show
// comes out. The number that is kept is made afterwards from all samples (`tests.js`). Pure: the present is in the sample.

import { cross, dot, length, nextUp, unit } from "./attitude.js";
import { HOLD_BAND_DEG, LEAST_LUNGE_DEG, OUT_OF_PLANE_DEG, SHORTEST_HOLD_S } from "./lunge.js";

/** @typedef {import("./signals.js").Triple} Triple */
/** @typedef {"stand" | "forward" | "hold" | "held" | "short"} Said */
/** @typedef {{angle_deg: number, across_deg: number, hold_s: number, n_held: number, said: Said, warns: ("aside" | "fast" | "slipped" | "moved" | "turned") | null}} Seen */

const DEGREES = 180 / Math.PI;
const STILL_DEG_S = 6;
const STAND_S = 0.7;
const KNOWN_DEG = 8; // from here the way forward is known
const FASTEST_DEG_S = 90;
const RETURN_DEG = 6;
const SMOOTH_S = 0.15;
const GRAVITY_M_S2 = 9.80665;
const STEP_M_S2 = 3; // a foot that is put down is felt at the shin; going forward and back is not
const TURN_DEG = 15; // about the shin itself: turned by less, the angle of a lunge is off by less than a degree and a half

/** Watch lunges of a phone on the shin. @param {Triple} bias_rad_s the gyroscope's own turning, from the flat surface */
export function watchLunge(bias_rad_s) {
  /** @type {Triple | null} */
  let up = null;
  /** @type {Triple | null} */
  let standing = null;
  /** @type {Triple | null} */
  let forward = null;
  let last_s = 0;
  let still_s = 0;
  let speed = 0;
  let angle = 0;
  let across = 0;
  let deepest = 0;
  let hold_s = 0;
  let best_hold_s = 0;
  let n_held = 0;
  let isDown = false;
  let hasStepped = false; // since the last lunge
  let turned_deg = 0; // about the upright, since standing still at first
  /** @type {number[]} */
  let path = []; // of this lunge, sample by sample
  /** @type {Said} */
  let said = "stand";
  /** @type {Seen["warns"]} */
  let warns = null;

  /** @param {Triple} here */
  function lean(here) {
    if (!standing) return;
    const part = dot(here, standing);
    /** @type {Triple} */
    const out = [here[0] - part * standing[0], here[1] - part * standing[1], here[2] - part * standing[2]];
    const tilt = DEGREES * Math.atan2(length(out), part);
    if (tilt > KNOWN_DEG && (!forward || (!isDown && n_held === 0))) forward = unit(out);
    if (!forward) {
      angle = tilt;
      across = 0;
      return;
    }
    angle = DEGREES * Math.atan2(dot(here, forward), part);
    across = DEGREES * Math.asin(Math.min(1, Math.max(-1, dot(here, cross(standing, forward)))));
  }

  /** @param {number} step_s */
  function follow(step_s) {
    if (!isDown && angle > LEAST_LUNGE_DEG) [isDown, hasStepped, deepest, path, best_hold_s, said, warns] = [true, false, angle, [], 0, "forward", null];
    if (!isDown) return;
    deepest = Math.max(deepest, angle);
    path.push(angle);
    let n = 0; // a hold is the time within two degrees of the deepest, up to now
    while (n < path.length && path[path.length - 1 - n] > deepest - HOLD_BAND_DEG) n += 1;
    hold_s = n * step_s;
    best_hold_s = hold_s > 0 && angle === deepest ? hold_s : Math.max(best_hold_s, hold_s);
    if (hold_s >= SHORTEST_HOLD_S) said = "held";
    else if (speed < 4 * STILL_DEG_S && angle > LEAST_LUNGE_DEG && said === "forward") said = "hold";
    if (Math.abs(across) > OUT_OF_PLANE_DEG) warns = "aside";
    else if (speed > FASTEST_DEG_S) warns = "fast";
    if (angle < 0.25 * deepest) {
      isDown = false;
      if (best_hold_s >= SHORTEST_HOLD_S) n_held += 1;
      said = best_hold_s >= SHORTEST_HOLD_S ? "stand" : "short";
    }
  }

  /** What a shin tells of standing otherwise than at first: it feels a step, a tilt and a turn, and no heel. @param {Triple} here @returns {Seen["warns"]} */
  function otherwise(here) {
    if (!standing) return null;
    const off_deg = DEGREES * Math.acos(Math.min(1, dot(here, standing)));
    if (off_deg > RETURN_DEG) return hasStepped ? "moved" : "slipped";
    return Math.abs(turned_deg) > TURN_DEG ? "turned" : null;
  }

  return {
    /** @param {number} t_s @param {Triple} acc_m_s2 @param {Triple} gyr_rad_s @returns {Seen} */
    take(t_s, acc_m_s2, gyr_rad_s) {
      /** @type {Triple} */
      const turning = [gyr_rad_s[0] - bias_rad_s[0], gyr_rad_s[1] - bias_rad_s[1], gyr_rad_s[2] - bias_rad_s[2]];
      const step_s = up ? Math.min(Math.max(t_s - last_s, 0), 0.2) : 0;
      last_s = t_s;
      up = up ? nextUp(up, acc_m_s2, turning, step_s) : unit(acc_m_s2);
      speed += (DEGREES * length(turning) - speed) * Math.min(1, step_s / SMOOTH_S);
      still_s = speed < STILL_DEG_S ? still_s + step_s : 0;
      if (!standing && still_s >= STAND_S) [standing, said] = [up, "forward"];
      lean(up);
      if (standing && speed >= STILL_DEG_S) turned_deg += DEGREES * dot(turning, up) * step_s; // standing still nothing turns: no drift is summed
      if (standing && !isDown && Math.abs(length(acc_m_s2) - GRAVITY_M_S2) > STEP_M_S2) hasStepped = true;
      if (standing) follow(step_s);
      if (standing && !isDown && still_s >= STAND_S) {
        if (n_held > 0 || said === "short") warns = otherwise(up);
        if (said === "stand" && n_held > 0) said = "forward";
      }
      return { angle_deg: standing ? angle : 0, across_deg: across, hold_s, n_held, said, warns };
    },
  };
}

/**
 * What a phone that lies flat says of its sensors: their own turning, which way the accelerometer counts, or what is wrong.
 * @param {import("./signals.js").Samples} samples
 * @returns {{bias_rad_s: Triple, sign: 1 | -1} | {wrong: "silent" | "moving" | "tilted" | "gravity"}}
 */
export function calibrated(samples) {
  const n = samples.t_ms.length;
  if (n < 20 || samples.t_ms[n - 1] - samples.t_ms[0] < 1000) return { wrong: "silent" };
  const column = (/** @type {(number | null)[][]} */ rows, /** @type {number} */ axis) => rows.map((row) => row[axis] ?? NaN);
  const stats = [samples.acc_m_s2, samples.gyr_deg_s].map((rows) =>
    [0, 1, 2].map((axis) => {
      const values = column(rows, axis);
      const centre = values.reduce((sum, one) => sum + one, 0) / n;
      return { centre, spread: Math.sqrt(values.reduce((sum, one) => sum + (one - centre) ** 2, 0) / n) };
    }),
  );
  const [acc, gyr] = stats;
  if ([...acc, ...gyr].some((one) => !Number.isFinite(one.centre))) return { wrong: "silent" };
  if (acc.some((one) => one.spread > 0.3) || gyr.some((one) => one.spread > 3)) return { wrong: "moving" };
  const size = Math.hypot(...acc.map((one) => one.centre));
  if (Math.abs(size - 9.81) > 0.6) return { wrong: "gravity" };
  if (Math.abs(acc[2].centre) / size < Math.cos((12 * Math.PI) / 180)) return { wrong: "tilted" };
  const bias = /** @type {Triple} */ (gyr.map((one) => (one.centre * Math.PI) / 180));
  return { bias_rad_s: bias, sign: acc[2].centre > 0 ? 1 : -1 };
}
