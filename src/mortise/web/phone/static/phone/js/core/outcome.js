// What became of each exercise, as the log will say it. Nothing here can make a skipped exercise look done.

/**
 * @typedef {{exercise: string, planned_sets: number, planned_reps: number}} Planned
 * @typedef {{n_sets: number, n_reps: number}} Done
 */

/**
 * Name the outcome: `done` when every planned set was completed, `skipped` when none of it was, else `modified`.
 * @param {Planned} planned @param {Done} done
 * @returns {"done" | "modified" | "skipped"}
 */
export function outcome(planned, done) {
  if (done.n_sets >= planned.planned_sets) return "done";
  return done.n_reps > 0 || done.n_sets > 0 ? "modified" : "skipped";
}

/** Pain of this much or more ends an exercise at once (EVIDENCE: red is above 5 of 10). */
export const STOP_PAIN_NRS = 6;

/** @param {number | null} pain_nrs null: not answered, which never counts as calm */
export function mustStop(pain_nrs) {
  return pain_nrs !== null && pain_nrs >= STOP_PAIN_NRS;
}
