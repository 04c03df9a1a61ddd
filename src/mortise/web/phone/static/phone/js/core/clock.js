// A stop-watch that survives a locked screen, a killed page and a call: it keeps instants, never counts ticks.
// All functions are pure: the present is an argument in milliseconds since the epoch.

/**
 * @typedef {{elapsed_ms: number, running_since_ms: number | null}} Clock
 * @typedef {{wall_ms: number, steady_ms: number}} Moment the clock that people set, and one that nobody can
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

/** A difference of the two clocks below this is drift. */
const SET_MS = 1500;

/**
 * How far the wall clock was set between two moments. The steady clock may stand still while a phone sleeps, so a jump ahead
 * counts as set only when it cannot have slept.
 * @param {Moment} before @param {Moment} now @param {boolean} maySleep
 */
export function setBy(before, now, maySleep) {
  const jump_ms = now.wall_ms - before.wall_ms - (now.steady_ms - before.steady_ms);
  return jump_ms < -SET_MS || (jump_ms > SET_MS && !maySleep) ? jump_ms : 0;
}

/** The stop-watch after the wall clock was set: no time is won or lost. @param {Clock} clock @param {number} jump_ms @returns {Clock} */
export function carried(clock, jump_ms) {
  return clock.running_since_ms === null ? clock : { ...clock, running_since_ms: clock.running_since_ms + jump_ms };
}

/** A stop-watch read back after a kill: begun in the future, the clock was set back meanwhile, and it runs from now. @param {Clock} clock @param {number} now_ms @returns {Clock} */
export function woken(clock, now_ms) {
  return clock.running_since_ms !== null && clock.running_since_ms > now_ms ? { ...clock, running_since_ms: now_ms } : clock;
}

/**
 * Follow the wall clock of one page: each call says how far it was set since the last.
 * @param {() => Moment} read @param {() => boolean} isHidden
 */
export function watchClock(read, isHidden) {
  let before = read();
  let maySleep = isHidden();
  return {
    /** Call when the page is hidden: from then on it may sleep. */
    hidden() {
      maySleep = true;
    },
    set_ms() {
      const now = read();
      const jump_ms = setBy(before, now, maySleep || isHidden());
      [before, maySleep] = [now, isHidden()];
      return jump_ms;
    },
  };
}
