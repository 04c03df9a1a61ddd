// From what was tapped to the report that is kept: a check or a session, in the words of the record. Pure.
// Not answered, "can't say" (null) and 0 stay three different things.

export const N_QUESTIONS_A_STEP = 3;
export const CANNOT_SAY = "unknown";

/**
 * The measures asked at each step after the danger signs, the morning after first when it is due.
 * @param {{check_in: string[], next_morning: string[]}} ask @param {string} morning
 * @returns {string[][]}
 */
export function steps(ask, morning) {
  const asked = morning ? [...ask.next_morning, ...ask.check_in.filter((name) => !ask.next_morning.includes(name))] : ask.check_in;
  const groups = [];
  for (let i = 0; i < asked.length; i += N_QUESTIONS_A_STEP) groups.push(asked.slice(i, i + N_QUESTIONS_A_STEP));
  return groups;
}

/**
 * The danger signs as tapped: 1 for each ticked, 0 for each other; or what is wrong with them.
 * @param {string[]} flags @param {string[]} which @param {string | null} any
 * @returns {{answers: Record<string, string>} | {wrong: "choose_flags" | "choose_which" | "choose_yes"}}
 */
export function flagAnswers(flags, which, any) {
  if (any !== "none" && any !== "some") return { wrong: "choose_flags" };
  if (any === "some" && which.length === 0) return { wrong: "choose_which" };
  if (any === "none" && which.length > 0) return { wrong: "choose_yes" };
  return { answers: Object.fromEntries(flags.map((name) => [name, which.includes(name) ? "1" : "0"])) };
}

const spoken = (/** @type {string} */ value) => (value === CANNOT_SAY || value === "" || value === undefined ? null : value);

/**
 * The reports of a finished check: the morning after when it was due, then the check before the session.
 * @param {{id: string, morning_id: string, on: string, captured_at: string, morning: string, answers: Record<string, string>, ask: any}} check
 */
export function checkIns({ id, morning_id, on, captured_at, morning, answers, ask }) {
  const common = { kind: "check_in", on, origin: "patient", captured_at };
  const pick = (names) => Object.fromEntries([...new Set(names)].filter((name) => name in answers).map((name) => [name, spoken(answers[name])]));
  const told = pick(ask.next_morning);
  const before = { ...common, id, moment: "before_session", answers: pick([...ask.red_flags, ...ask.check_in]) };
  if (!morning || Object.keys(told).length === 0) return [before];
  return [{ ...common, id: morning_id, moment: "next_morning", answers: told, session: morning }, before];
}

/**
 * The names still to be answered before a session can be kept, with what to say about each.
 * @param {{id: string}[]} exercises @param {Record<string, string>} said @param {string[]} after
 * @returns {{name: string, wrong: "choose_outcome" | "choose_partly" | "choose_answer"}[]}
 */
export function missing(exercises, said, after) {
  const wrongs = [];
  for (const { id } of exercises) {
    const name = `${id}-outcome`;
    if (!said[name]) wrongs.push({ name, wrong: /** @type {const} */ ("choose_outcome") });
    else if (said[name] === "skipped" && Number(said[`${id}-sets`] || 0) > 0) wrongs.push({ name, wrong: /** @type {const} */ ("choose_partly") });
  }
  for (const measure of after) {
    if (!said[`after-${measure}`]) wrongs.push({ name: `after-${measure}`, wrong: /** @type {const} */ ("choose_answer") });
  }
  return wrongs;
}

/**
 * The report of a session. Sets counted by the player are kept; done means as planned (as the server reads the form).
 * @param {{id: string, on: string, captured_at: string, session: string, logged_on?: string, exercises: {id: string, levels: {step: number, n_sets: number, n_reps: number, duration_s?: number}[]}[], said: Record<string, string>, after: string[], fixed?: any[]}} log `fixed` stays as it was told
 */
export function sessionLog({ id, on, logged_on, captured_at, session, exercises, said, after, fixed = [] }) {
  return {
    kind: "session_log", id, on, logged_on: logged_on ?? on, origin: "patient", captured_at, session,
    items: [...exercises.map((one) => exerciseLog(one, (name) => said[`${one.id}-${name}`] ?? "")), ...fixed],
    answers: Object.fromEntries(after.map((name) => [name, spoken(said[`after-${name}`])])),
  };
}

/** An easier dose is never as planned: it is told as partly done, at its own rung. */
function exerciseLog(one, field) {
  const level = Math.min(Number(field("level") || 0), one.levels.length - 1);
  const planned = one.levels[level];
  let outcome = field("outcome");
  let sets = field("sets") === "" ? null : Number(field("sets"));
  let reps = field("reps") === "" ? null : Number(field("reps"));
  if (outcome === "done") [sets, reps] = [planned.n_sets, planned.n_reps];
  else if (reps !== null) reps = sets ? planned.n_reps : Math.min(reps, planned.n_reps);
  if (outcome === "skipped") [sets, reps] = [0, 0];
  const isLightened = level > 0 && outcome !== "skipped";
  if (isLightened) outcome = "modified";
  return {
    exercise: one.id, dose_step: planned.step, outcome, n_sets: sets, n_reps: reps, reason: field("reason") || (isLightened ? "too_hard" : ""),
    pain_nrs: spoken(field("pain")), effort_nrs: spoken(field("effort")), ...(planned.duration_s ? { duration_s: String(planned.duration_s) } : {}),
  };
}
