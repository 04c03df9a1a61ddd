// The timeline of one exercise: every phase of every repetition, set and side, in seconds from its start.
// Pure: no page, no clock. The player, the beeps and the ring all read the same timeline, so they cannot disagree.

/**
 * @typedef {{n_sets: number, n_reps: number, up_s: number, hold_s: number, down_s: number, duration_s: number, run_s?: number, down_first?: number, rest_s: number}} Dose
 * @typedef {"ready" | "up" | "hold" | "down" | "go" | "walk" | "run" | "rest"} PhaseKind
 * @typedef {{kind: PhaseKind, from_s: number, to_s: number, set: number, rep: number, side: string}} Phase
 */

/** Seconds given to take up the position before the first set. */
export const READY_S = 5;

/**
 * Lay out a dose. Sets are counted from 1, repetitions from 1; `ready` and `rest` carry repetition 0.
 * @param {Dose} dose
 * @param {string[]} sides the sides in the order they are done, for example ["left"] or ["left", "right"]
 * @returns {Phase[]} phases that touch and do not overlap
 */
export function timeline(dose, sides) {
  /** @type {Phase[]} */
  const phases = [];
  let now_s = 0;
  const add = (/** @type {PhaseKind} */ kind, length_s, set, rep, side) => {
    if (!(length_s > 0)) return;
    phases.push({ kind, from_s: now_s, to_s: now_s + length_s, set, rep, side });
    now_s += length_s;
  };
  add("ready", READY_S, 1, 0, sides[0]);
  for (let set = 1; set <= dose.n_sets; set += 1) {
    sides.forEach((side, index) => {
      addSet(dose, set, side, add);
      const isLast = set === dose.n_sets && index === sides.length - 1;
      if (!isLast) add("rest", dose.rest_s, set, 0, side);
    });
  }
  return phases;
}

function addSet(dose, set, side, add) {
  if ((dose.run_s ?? 0) > 0) {
    add("walk", dose.duration_s - dose.run_s, set, 1, side);
    add("run", dose.run_s, set, 1, side);
    return;
  }
  if (dose.duration_s > 0) {
    add("go", dose.duration_s, set, 1, side);
    return;
  }
  for (let rep = 1; rep <= dose.n_reps; rep += 1) {
    if (!dose.down_first) add("up", dose.up_s, set, rep, side);
    else add("down", dose.down_s, set, rep, side);
    add("hold", dose.hold_s, set, rep, side);
    if (!dose.down_first) add("down", dose.down_s, set, rep, side);
    else add("up", dose.up_s, set, rep, side);
  }
}

/** @param {Phase[]} phases */
export function totalSeconds(phases) {
  return phases.length ? phases[phases.length - 1].to_s : 0;
}

/**
 * The phase that is running at `elapsed_s`, and how much of it is left; null after the end.
 * @param {Phase[]} phases
 * @param {number} elapsed_s
 */
export function phaseAt(phases, elapsed_s) {
  const index = phases.findIndex((phase) => elapsed_s < phase.to_s);
  if (index < 0) return null;
  const phase = phases[index];
  const done_s = Math.max(0, elapsed_s - phase.from_s);
  return { index, phase, done_s, left_s: phase.to_s - Math.max(elapsed_s, phase.from_s) };
}

/**
 * What has been completed by `elapsed_s`: a set counts when its last working phase has ended on every side.
 * @param {Phase[]} phases
 * @param {number} elapsed_s
 */
export function completed(phases, elapsed_s) {
  const working = phases.filter((phase) => phase.rep > 0);
  const lastOf = new Map();
  for (const phase of working) lastOf.set(phase.set, phase.to_s);
  const sets = [...lastOf.values()].filter((to_s) => to_s <= elapsed_s).length;
  const ended = working.filter((phase, i) => isEndOfRep(working, i) && phase.to_s <= elapsed_s);
  return { n_sets: sets, n_reps: ended.length };
}

function isEndOfRep(working, index) {
  const here = working[index];
  const next = working[index + 1];
  return !next || next.rep !== here.rep || next.set !== here.set || next.side !== here.side;
}

/**
 * The start of the repetition before the one running, for "one back"; the start of the exercise when there is none.
 * @param {Phase[]} phases
 * @param {number} elapsed_s
 */
export function oneBack(phases, elapsed_s) {
  const starts = phases.filter((phase, i) => phase.rep > 0 && (i === 0 || isEndOfRep(phases, i - 1)));
  const earlier = starts.filter((phase) => phase.from_s < elapsed_s - 1);
  const current = earlier.pop();
  const target = elapsed_s - (current?.from_s ?? 0) > 2 ? current : earlier.pop();
  return target ? target.from_s : 0;
}

/**
 * Sound cues in the half-open window [from_s, to_s): one at the start of each phase, and the end.
 * @param {Phase[]} phases
 * @param {number} from_s
 * @param {number} to_s
 */
export function cues(phases, from_s, to_s) {
  const starts = phases.map((phase) => ({ at_s: phase.from_s, kind: phase.kind }));
  const all = [...starts, { at_s: totalSeconds(phases), kind: "end" }];
  return all.filter((cue) => cue.at_s >= from_s && cue.at_s < to_s);
}
