// Which frame of a moving picture belongs to a moment of the tempo. Pure.

/**
 * Read the frames a picture carries: numbers for each moving part, and the ends of each band, frame by frame.
 * @param {string} text frames separated by ";", numbers by spaces
 * @returns {number[][]}
 */
export function readFrames(text) {
  return text.split(";").map((frame) => frame.trim().split(/\s+/).map(Number));
}

/**
 * Where in the row of frames a phase stands: up goes forward, hold stays at the goal, down goes back.
 * A picture that goes round takes one whole round for each repetition.
 * @param {"ready" | "up" | "hold" | "down" | "go" | "rest"} kind
 * @param {number} share of the phase done, 0 to 1
 * @param {number} n_frames
 * @param {boolean} isCycle
 */
export function frameAt(kind, share, n_frames, isCycle) {
  const last = n_frames - 1;
  if (kind === "ready" || kind === "rest") return 0;
  if (kind === "hold") return isCycle ? last / 2 : last;
  if (kind === "go") return isCycle ? share * last : last;
  if (isCycle) return kind === "up" ? (share * last) / 2 : last / 2 + (share * last) / 2;
  return kind === "up" ? share * last : (1 - share) * last;
}

/**
 * Blend two neighbouring frames.
 * @param {number[][]} frames
 * @param {number} position a fraction between 0 and frames.length - 1
 */
export function blend(frames, position) {
  const at = Math.min(Math.max(position, 0), frames.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, frames.length - 1);
  const share = at - low;
  return frames[low].map((value, i) => value + (frames[high][i] - value) * share);
}
