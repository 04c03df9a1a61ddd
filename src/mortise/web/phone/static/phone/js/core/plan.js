// Today's session from the plan the phone carries. It can only become less: lines are taken away, doses lowered.

import { evaluate, noEffect, unite } from "./veto.js";
import { daysBetween } from "./day.js";

export const SCHEMA = 1;
export const TOGGLES = ["ten_minutes", "travelling", "hot_ankle", "other_sport", "ill"];
const UNDER_ILL = ["hot_ankle", "other_sport"]; // illness takes away all that these do
const MORNING_DAYS = 2;

/** The name under which a combination is solved in the plan. @param {string[]} kinds */
export function dayName(kinds) {
  const covered = kinds.includes("ill") ? UNDER_ILL : [];
  return TOGGLES.filter((kind) => kinds.includes(kind) && !covered.includes(kind)).join("+") || "usual";
}

/** Add one kind of day, or take it back; they may be combined. @param {string[]} kinds @param {string} kind */
export function chosen(kinds, kind) {
  return kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind];
}

/**
 * What the plan says for a day: a solved day, the gentle rest of it, or nothing.
 * @param {any} plan @param {string} on
 * @returns {{kind: "day" | "maintenance" | "too_old", day: any}}
 */
export function dayOf(plan, on) {
  if (plan.days[on]) return { kind: "day", day: plan.days[on] };
  const isBefore = daysBetween(on, Object.keys(plan.days).sort()[0]) > 0;
  if (isBefore || on <= plan.maintenance.until_on) return { kind: "maintenance", day: { checked: false, done: false, morning: "", sessions: {} } };
  return { kind: "too_old", day: { checked: false, done: false, morning: "", sessions: {} } };
}

/**
 * The session as it may be done: the solved one of that kind of day, less what the answers withhold; asked twice, less what
 * either withholds.
 * @param {any} plan @param {string} on @param {string[]} kinds @param {Record<string, string> | Record<string, string>[] | null} answers null: not asked yet
 */
export function sessionOf(plan, on, kinds, answers) {
  const { kind, day } = dayOf(plan, on);
  const solved = kind === "day" ? day.sessions[dayName(kinds)] : kind === "maintenance" ? { ...plan.maintenance.session, id: idFor(plan, on) } : null;
  if (!solved) return null;
  const effect = answers ? unite([answers].flat().map((one) => evaluate(plan.vetoes, one))) : noEffect();
  return tightened(plan, solved, effect, kind === "maintenance" ? Math.min(...plan.shares, 100) : 100);
}

function idFor(plan, on) {
  return plan.maintenance.session.id.replace(/\d{4}-\d{2}-\d{2}$/, on);
}

/** @param {any} plan @param {any} solved @param {import("./veto.js").Effect} effect @param {number} most_pct */
export function tightened(plan, solved, effect, most_pct = 100) {
  const isWithheld = (item) => plan.exercises[item.exercise].tags.some((tag) => effect.without.includes(tag));
  const nothing = effect.stop || effect.rest;
  const pct = Math.min(effect.pct, most_pct);
  const isKnown = (item) => pct >= 100 || item.eased[String(pct)] !== undefined; // a share the plan did not solve: left out
  const stays = nothing ? [] : solved.items.filter((item) => !isWithheld(item) && isKnown(item));
  const items = stays.map((item) => {
    const dose = pct < 100 ? item.eased[String(pct)] : item.dose;
    return { exercise: item.exercise, dose, isEased: dose !== item.dose, why: item.why, easier: item.easier ?? [], harder: item.harder ?? "" };
  });
  return {
    id: solved.id,
    load: effect.rest ? "rest" : pct < 100 ? "ease" : solved.load,
    why: solved.why,
    items,
    taken: solved.items.filter((item) => !stays.includes(item)).map((item) => item.exercise),
    left_out: solved.left_out,
    seconds: items.reduce((sum, item) => sum + plan.doses[item.dose].seconds, 0),
    effect,
  };
}

/**
 * The doses the player offers: what is to be done, then each easier one that the plan solved.
 * @param {any} plan @param {{dose: string, easier: string[]}} item
 */
export function levelsOf(plan, item) {
  const whole = plan.doses[item.dose];
  return [whole, ...item.easier.map((key) => plan.doses[key]).filter((one) => one.work_s < whole.work_s)];
}

/**
 * What this phone knows of the day besides the plan, from the reports it still holds.
 * @param {any} plan @param {string} on @param {{fact: any, state: string, heard_ms: number | null, episode?: string}[]} held oldest first, heard by the server's clock, as the plan was made
 */
export function standing(plan, on, held) {
  const isCheck = (one) => one.fact.kind === "check_in" && one.fact.moment === "before_session";
  const news = newsTo(plan, held);
  const stops = news.filter(isCheck).map((one) => evaluate(plan.vetoes, said(plan, one.fact.answers))).filter((effect) => effect.stop); // of either ankle
  const own = ofAnkle(plan, held);
  const today = ofAnkle(plan, news).filter((one) => isCheck(one) && one.fact.on === on);
  const { day } = dayOf(plan, on);
  const logs = own.filter((one) => one.fact.kind === "session_log");
  return {
    stop: stops.pop() ?? null,
    isLocked: plan.is_locked,
    isChecked: today.length > 0 || day.checked,
    isDone: day.done || logs.some((one) => one.fact.on === on),
    answers: today.length ? today.map((one) => said(plan, one.fact.answers)) : null,
    morning: morningOf(on, own, logs, day.morning),
  };
}

/** The reports that the plan was made without. @template {{state: string, heard_ms?: number | null}} One @param {any} plan @param {One[]} held @returns {One[]} */
export function newsTo(plan, held) {
  const made_ms = Date.parse(plan.made_at);
  return held.filter((one) => one.state !== "acknowledged" || (one.heard_ms ?? 0) > made_ms);
}

/** The reports about the ankle of the plan; one without a name is. @template {{episode?: string}} One @param {any} plan @param {One[]} held @returns {One[]} */
export function ofAnkle(plan, held) {
  return held.filter((one) => !one.episode || !plan.episode || one.episode === plan.episode);
}

function said(plan, answers) {
  return Object.fromEntries(Object.keys(plan.vetoes).filter((name) => name in answers).map((name) => [name, answers[name] ?? "unknown"]));
}

function morningOf(on, held, logs, planned) {
  const told = new Set(held.filter((one) => one.fact.moment === "next_morning").map((one) => one.fact.session));
  const recent = logs.filter((one) => daysBetween(one.fact.on, on) > 0 && daysBetween(one.fact.on, on) <= MORNING_DAYS).pop();
  const session = recent ? recent.fact.session : planned;
  return session && !told.has(session) ? session : "";
}
