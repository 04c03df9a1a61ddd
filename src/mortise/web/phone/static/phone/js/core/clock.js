// A stop-watch that survives a locked screen, a killed page and a call: it keeps instants, never counts ticks.
// All functions are pure: the present is an argument in milliseconds since the epoch.

/**
 * @typedef {{elapsed_ms: number, running_since_ms: number | null}} Clock
 */

/** @returns {Clock} */
export function fresh() {
  return { elapsed_ms: 0, running_since_ms: null };
}

/** @param {Clock} clock @param {number} now_ms @returns {Clock} */
export function start(clock, now_ms) {
  return clock.running_since_ms === null ? { ...clock, running_since_ms: now_ms } : clock;
}

/** @param {Clock} clock @param {number} now_ms @returns {Clock} */
export function pause(clock, now_ms) {
  return { elapsed_ms: elapsed(clock, now_ms), running_since_ms: null };
}

/** @param {Clock} clock @param {number} to_ms @param {number} now_ms @returns {Clock} */
export function seek(clock, to_ms, now_ms) {
  return { elapsed_ms: to_ms, running_since_ms: clock.running_since_ms === null ? null : now_ms };
}

/**
 * Elapsed running time. A wall clock set back while running must not run time backwards.
 * @param {Clock} clock @param {number} now_ms
 */
export function elapsed(clock, now_ms) {
  if (clock.running_since_ms === null) return clock.elapsed_ms;
  return clock.elapsed_ms + Math.max(0, now_ms - clock.running_since_ms);
}
