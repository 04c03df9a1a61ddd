// The session that may be told once more: the newest that this person told, of today or the day before. Pure.

import { daysBetween } from "./day.js";

export const CHANGE_DAYS = 1;
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

function doseOf(plan, { exercise, dose_step, n_sets }) {
  if (!plan.exercises[exercise]) return "";
  const known = plan.told?.doses?.[exercise];
  if (known && plan.doses[known]?.step === dose_step) return known;
  const rungs = Object.keys(plan.doses).filter((key) => key.startsWith(`${exercise}:`) && plan.doses[key].step === dose_step);
  return rungs.find((key) => plan.doses[key].numbers?.n_sets === n_sets) ?? rungs[0] ?? "";
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
