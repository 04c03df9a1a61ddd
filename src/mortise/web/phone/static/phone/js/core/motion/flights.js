// Hops from a phone at the lower back or belt, by the rules of `mortise.measure._floor_trunk`: time in the air, time on
// the floor between.

import { attitude, upward } from "./attitude.js";
import { crossing, median, windowMean } from "./signals.js";

const GRAVITY_M_S2 = 9.80665;
const SHORTEST_S = 0.06;
const LONGEST_S = 1.2;
const LIGHT = 0.5;
const EDGE_S = 0.15;
const SMOOTH_S = 0.02;
const FLICKER_S = 0.1;
const OFF = 0.25;
const PUSH = 1.3;
const SERIES_CONTACT_S = 0.8;
export const LEAST_RATE_HZ = 50;

/**
 * @param {import("./signals.js").Motion} motion
 * @returns {{flights: [number, number][], flight_s: number, contact_s: number | null, height_cm: number} | {refused: string}}
 */
export function flights(motion) {
  const rate = motion.rate_hz;
  if (rate < LEAST_RATE_HZ) return { refused: "slow_sensor" };
  const up = windowMean(upward(motion, attitude(motion).up).map((one) => one / GRAVITY_M_S2), SMOOTH_S * rate);
  const edge = Math.round(EDGE_S * rate);
  /** @type {[number, number][]} */
  const found = [];
  for (const [first, end] of lightRuns(up, FLICKER_S * rate)) {
    const start = Math.max(0, first - edge);
    const before = up.slice(start, first + 1);
    const after = up.slice(end, end + edge);
    if (!before.length || !after.length || Math.max(...before) < PUSH || Math.max(...after) < PUSH) continue;
    const takeoff = crossing(up, OFF, start + before.indexOf(Math.max(...before)), end, false) ?? first;
    const landing = carriedBack(up, end, end + edge) ?? end;
    const isPossible = landing - takeoff >= SHORTEST_S * rate && landing - takeoff <= LONGEST_S * rate;
    if (isPossible && !motion.is_lost.slice(Math.floor(takeoff), Math.floor(landing) + 1).some(Boolean)) found.push([takeoff / rate, landing / rate]);
  }
  if (!found.length) return { refused: "no_hop" };
  const contacts = found.slice(1).map(([takeoff], i) => takeoff - found[i][1]).filter((one) => one < SERIES_CONTACT_S);
  const flight_s = median(found.map(([takeoff, landing]) => landing - takeoff));
  return { flights: found, flight_s, contact_s: contacts.length ? median(contacts) : null, height_cm: (100 * GRAVITY_M_S2 * flight_s ** 2) / 8 };
}

/** Stretches of less than half the weight; an interruption shorter than any contact is none. @param {number[]} up @param {number} longest @returns {[number, number][]} */
function lightRuns(up, longest) {
  const isLight = up.map((one) => one < LIGHT);
  for (let i = 1; i < isLight.length; i += 1) {
    if (isLight[i] || !isLight[i - 1]) continue;
    const next = isLight.indexOf(true, i);
    if (next > 0 && next - i <= longest) isLight.fill(true, i, next);
  }
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i < isLight.length; i += 1) {
    if (!isLight[i]) continue;
    const end = isLight.indexOf(false, i);
    found.push([i, end < 0 ? isLight.length : end]);
    i = end < 0 ? isLight.length : end;
  }
  return found;
}

/** Where the rise through a half and a whole weight, carried back, leaves nothing. @param {number[]} up @param {number} index @param {number} stop */
function carriedBack(up, index, stop) {
  const start = Math.max(0, index - 2);
  const half = crossing(up, LIGHT, start, Math.min(stop, up.length - 1), true);
  const whole = crossing(up, 2 * LIGHT, start, Math.min(stop, up.length - 1), true);
  return half === null || whole === null ? null : 2 * half - whole;
}
