// From the answers of a questionnaire to its scores, by the rules of `mortise.progress.questionnaires`; a test compares
// the two. What is left open is never taken as an answer. Pure.

import { known, minus, onGrid, over, plus, times, whole, written } from "./decimal.js";

/**
 * @typedef {{label: string, rule: string, items: string[], reversed: string[], item_low: string, item_high: string,
 *   is_turned: boolean, low: string, high: string, least: number, step: string}} Rule
 */

const NOT_APPLICABLE = "n/a";

/**
 * One score; with too few answers none, and how many there are.
 * @param {Rule} rule @param {Record<string, string | null>} answers null: left open
 * @returns {{value: string | null, n_given: number, n_items: number, least: number}}
 */
export function scoreOf(rule, answers) {
  const given = rule.items.filter((name) => answers[name] !== undefined && answers[name] !== null && answers[name] !== NOT_APPLICABLE);
  const counts = { n_given: given.length, n_items: rule.items.length, least: rule.least };
  if (given.length < rule.least || given.length === 0) return { value: null, ...counts };
  const ends = plus(known(rule.item_low), known(rule.item_high));
  const counted = given.map((name) => {
    const answer = known(String(answers[name]));
    return rule.reversed.includes(name) ? minus(ends, answer) : answer;
  });
  const value = valueOf(rule, counted);
  const turned = rule.is_turned ? minus(plus(known(rule.low), known(rule.high)), value) : value;
  return { value: written(onGrid(turned, known(rule.step))), ...counts };
}

/** @param {Rule} rule @param {import("./decimal.js").Fraction[]} counted */
function valueOf(rule, counted) {
  const total = counted.reduce(plus, whole(0));
  const n = whole(counted.length);
  if (rule.rule === "percent") {
    const low = known(rule.item_low);
    const span = minus(known(rule.item_high), low);
    return times(over(minus(total, times(low, n)), times(span, n)), whole(100));
  }
  return rule.rule === "mean" ? over(total, n) : total;
}

/** Where one goes on: the first item that was not put yet, or the end. @param {{id: string}[]} items @param {Record<string, string | null>} answers */
export function firstOpen(items, answers) {
  const at = items.findIndex((item) => !(item.id in answers));
  return at < 0 ? items.length : at;
}
