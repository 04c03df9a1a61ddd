// @ts-check
// The frames of a drawn exercise: which one is due, and the numbers between two of them. No DOM, no clock of its own.

/**
 * Seconds up, hold, down and rest.
 * @typedef {{ up: number, hold: number, down: number, rest: number }} Tempo
 */

/**
 * Read `data-frames`: frames separated by ";", numbers by spaces.
 * @param {string} text
 * @returns {number[][]}
 */
export function parseFrames(text) {
  return text.split(";").map((row) => row.trim().split(" ").map(Number));
}

/**
 * Read `data-tempo`.
 * @param {string} text
 * @returns {Tempo}
 */
export function parseTempo(text) {
  const [up, hold, down, rest] = text.trim().split(" ").map(Number);
  return { up, hold, down, rest };
}

/** Length of one whole repetition or round, in seconds. @param {Tempo} tempo @returns {number} */
export function roundSeconds(tempo) {
  return tempo.up + tempo.hold + tempo.down + tempo.rest;
}

/**
 * How far the movement has come, 0 at the first pose and 1 at the last. There and back, or round and round.
 * @param {number} seconds since the movement began
 * @param {Tempo} tempo
 * @param {boolean} isCycle
 * @returns {number}
 */
export function progressAt(seconds, tempo, isCycle) {
  const round = roundSeconds(tempo);
  if (!(round > 0) || !(seconds >= 0)) return 0;
  if (isCycle) return tempo.up > 0 ? (seconds % tempo.up) / tempo.up : 0;
  const now = seconds % round;
  if (now < tempo.up) return now / tempo.up;
  if (now < tempo.up + tempo.hold) return 1;
  const back = now - tempo.up - tempo.hold;
  return back < tempo.down ? 1 - back / tempo.down : 0;
}

/**
 * The frame position for a progress; with reduced motion the nearest pose before it, so that nothing glides.
 * @param {number} progress 0 to 1
 * @param {number} nFrames
 * @param {number[]} poses numbers of the frames that are poses, rising
 * @param {boolean} isReduced
 * @returns {number}
 */
export function positionAt(progress, nFrames, poses, isReduced) {
  const position = Math.min(1, Math.max(0, progress)) * (nFrames - 1);
  if (!isReduced) return position;
  return poses.reduce((best, pose) => (pose <= position + 1e-9 ? pose : best), 0);
}

/**
 * The numbers at a position between two frames.
 * @param {number[][]} frames
 * @param {number} position
 * @returns {number[]}
 */
export function blend(frames, position) {
  const before = Math.min(frames.length - 1, Math.floor(position));
  const after = Math.min(frames.length - 1, before + 1);
  const share = position - before;
  return frames[before].map((value, i) => value + (frames[after][i] - value) * share);
}
