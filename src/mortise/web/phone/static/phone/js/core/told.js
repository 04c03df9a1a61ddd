// What may be put right: the newest session that this person told, of today or the day before, and the answers of a week. Pure.

import { daysBetween } from "./day.js";

export const CHANGE_DAYS = 1;
export const CHECK_DAYS = 7;
const NOT_TAKEN = ["refused", "conflict"];

/**
 * @param {any} plan @param {string} on @param {{fact: any, state: string, episode?: string}[]} held oldest first
 * @returns {{log: any, doses: Record<string, string>, fixed: any[]} | null} `fixed` stays as it was told: this phone has no page for it
 */
export function lastTold(plan, on, held) {
  const own = held.filter((one) => one.fact.kind === "session_log" && !NOT_TAKEN.includes(one.state)).map((one) => one.fact);
  const all = [...(plan.told ? [plan.told] : []), ...own].filter((log) => daysBetween(log.on, on) >= 0 && daysBetween(log.on, on) <= CHANGE_DAYS);
  const log = all.reduce((newest, one) => (newest && newest.on > one.on ? newest : one), null);
  if (!log) return null;
  const doses = Object.fromEntries(log.items.map((item) => [item.exercise, doseOf(plan, item)]).filter(([, dose]) => dose));
  return { log: { ...log, items: log.items.filter((item) => doses[item.exercise]) }, doses, fixed: log.items.filter((item) => !doses[item.exercise]) };
}

function doseOf(plan, { exercise, dose_step, n_sets, duration_s }) {
  if (!plan.exercises[exercise]) return "";
  const known = plan.told?.doses?.[exercise];
  if (known && plan.doses[known]?.step === dose_step) return known;
  const rungs = Object.keys(plan.doses).filter((key) => key.startsWith(`${exercise}:`) && plan.doses[key].step === dose_step);
  const isOf = ({ numbers }) => numbers?.n_sets === n_sets && (duration_s === undefined || numbers.duration_s === Number(duration_s));
  return rungs.find((key) => isOf(plan.doses[key])) ?? rungs[0] ?? "";
}

/** What the form of a told session stands at, by the name of each field. @param {any} log @returns {Record<string, string>} */
export function fieldsOf(log) {
  const words = (value) => (value === null || value === undefined ? "unknown" : String(Number(value)));
  const fields = {};
  for (const item of log.items) {
    Object.assign(fields, {
      [`${item.exercise}-outcome`]: item.outcome,
      [`${item.exercise}-reason`]: item.reason,
      [`${item.exercise}-sets`]: item.n_sets === null ? "" : String(item.n_sets),
      [`${item.exercise}-reps`]: item.n_reps === null ? "" : String(item.n_reps),
      [`${item.exercise}-pain`]: words(item.pain_nrs),
      [`${item.exercise}-effort`]: words(item.effort_nrs),
    });
  }
  for (const [name, value] of Object.entries(log.answers)) fields[`after-${name}`] = words(value);
  return fields;
}

/**
 * The checks of the last week as this person answered them last, newest first.
 * @param {any} plan @param {string} on @param {{fact: any, state: string}[]} held oldest first
 * @returns {any[]}
 */
export function toldChecks(plan, on, held) {
  const own = held.filter((one) => !NOT_TAKEN.includes(one.state)).map((one) => one.fact);
  const gone = new Set(own.filter((fact) => fact.kind === "correction").map((fact) => fact.corrects));
  const told = new Map((plan.checks ?? []).map((one) => [one.id, one]));
  for (const fact of own) if (fact.kind === "check_in") told.set(fact.id, fact);
  const isNear = (one) => daysBetween(one.on, on) >= 0 && daysBetween(one.on, on) <= CHECK_DAYS;
  const found = [...told.values()].filter((one) => !gone.has(one.id) && isNear(one) && Object.keys(one.answers).length);
  const known = new Set((plan.checks ?? []).map((one) => one.id));
  const places = new Map(own.map((fact, i) => [fact.id, i]));
  const order = (one) => (known.has(one.id) ? -1 : (places.get(one.id) ?? -1)); // what the plan does not know came later
  return found.sort((a, b) => (a.on === b.on ? order(b) - order(a) : a.on < b.on ? 1 : -1));
}

/** What may be put right of a check: on a later day nothing that could not be said on the day itself. @param {any} told @param {string} on */
export function askedAgain(told, on) {
  return Object.keys(told.answers).filter((name) => told.answers[name] !== null || told.on === on);
}

/**
 * The answers as they should have been and the correction that names both. The first answers stay.
 * @param {any} told @param {Record<string, string>} answers as tapped @param {{batch: string, why: string, on: string, captured_at: string}} now
 * @returns {{facts: any[]} | {wrong: "nothing_different"}}
 */
export function putRight(told, answers, { batch, why, on, captured_at }) {
  const names = askedAgain(told, on).filter((name) => name in answers);
  const spoken = (/** @type {string} */ value) => (value === "unknown" ? null : value);
  const same = (name) => (told.answers[name] === null || answers[name] === "unknown" ? told.answers[name] === spoken(answers[name]) : Number(told.answers[name]) === Number(answers[name]));
  if (names.every(same)) return { wrong: "nothing_different" };
  const said = Object.fromEntries(names.map((name) => [name, spoken(answers[name])]));
  const fact = { kind: "check_in", id: batch, on: told.on, origin: "patient", moment: told.moment, answers: { ...told.answers, ...said }, ...(told.session ? { session: told.session } : {}), ...(told.on === on ? { captured_at } : {}) };
  return { facts: [fact, { kind: "correction", id: `${batch}-c`, on, origin: "patient", captured_at, corrects: told.id, reason: why, replacement: batch }] };
}
