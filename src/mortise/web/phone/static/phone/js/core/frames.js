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
 * A picture that goes round takes one whole round for each repetition. The walk before a run is told in words: its
 * picture, which shows the run, stands still.
 * @param {"ready" | "up" | "hold" | "down" | "go" | "walk" | "run" | "rest"} kind
 * @param {number} share of the phase done, 0 to 1
 * @param {number} n_frames
 * @param {boolean} isCycle
 * @param {boolean} isDownFirst whether the picture starts high: a squat goes to its last frame on the way down
 */
export function frameAt(kind, share, n_frames, isCycle, isDownFirst = false) {
  const last = n_frames - 1;
  if (isDownFirst && (kind === "up" || kind === "down")) kind = kind === "up" ? "down" : "up";
  if (kind === "ready" || kind === "rest" || kind === "walk") return 0;
  if (kind === "hold") return isCycle ? last / 2 : last;
  if (kind === "go" || kind === "run") return isCycle ? share * last : last;
  if (isCycle) return kind === "up" ? (share * last) / 2 : last / 2 + (share * last) / 2;
  return kind === "up" ? share * last : (1 - share) * last;
}

/**
 * How far a picture that goes round has come: a phase that just goes on takes as many rounds as fit into it.
 * @param {"ready" | "up" | "hold" | "down" | "go" | "walk" | "run" | "rest"} kind
 * @param {number} share of the phase done, 0 to 1
 * @param {number} done_s seconds of the phase done
 * @param {number} round_s seconds of one round, 0 where the picture does not go round
 */
export function shareOfRound(kind, share, done_s, round_s) {
  if (!(round_s > 0) || (kind !== "go" && kind !== "run")) return share;
  return (done_s % round_s) / round_s;
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
