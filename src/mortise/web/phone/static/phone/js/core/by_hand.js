// Tests by tape, count or stop-watch: from what was typed to readings, or what is wrong with it. Pure.

import { compared, known, onGrid, parse, written } from "./decimal.js";

/**
 * @typedef {{name: string, value: string, measure: string, side: string, unit: string, instrument: string, low: string, high: string, step: string, symbol: string}} Row
 * @typedef {{name: string, wrong: "choose_number" | "choose_step" | "choose_some", values: Record<string, string>}} Wrong
 */

/**
 * @param {Row[]} rows @param {{batch: string, on: string, captured_at: string}} told
 * @returns {{facts: any[]} | {wrongs: Wrong[]}}
 */
export function readingsOf(rows, { batch, on, captured_at }) {
  const filled = rows.filter((row) => row.value.trim() !== "");
  if (filled.length === 0) return { wrongs: rows.slice(0, 1).map(({ name }) => ({ name, wrong: /** @type {const} */ ("choose_some"), values: {} })) };
  const wrongs = filled.map(wrongOf).filter((one) => one !== null);
  if (wrongs.length) return { wrongs };
  const facts = filled.map((row) => ({
    kind: "reading", id: `${batch}-${row.measure}-${row.side}`, on, origin: "patient", captured_at, measure: row.measure, side: row.side,
    value: written(known(row.value.trim())), unit: row.unit, instrument: row.instrument,
  }));
  return { facts };
}

/** @param {Row} row @returns {Wrong | null} */
function wrongOf({ name, value, low, high, step, symbol }) {
  const number = parse(value);
  if (!number || compared(number, known(low)) < 0 || compared(number, known(high)) > 0) return { name, wrong: "choose_number", values: { low, high } };
  if (compared(onGrid(number, known(step)), number) !== 0) return { name, wrong: "choose_step", values: { step, unit: symbol } };
  return null;
}

/**
 * The tests still to be done on a day: due, and not told since by this phone.
 * @param {{measure: string, side: string, due_on: string}[]} tests @param {string} on @param {{fact: any}[]} news reports the plan does not know
 */
export function dueOn(tests, on, news) {
  const told = news.filter((one) => one.fact.kind === "reading");
  return tests.filter((test) => test.due_on <= on && !told.some(({ fact }) => fact.measure === test.measure && fact.side === test.side));
}

/**
 * The fields of the page: those of the test somebody chose, unless it is closed today, then what is due besides.
 * @param {any} plan @param {string} on @param {{fact: any}[]} news @param {{test: string, closed?: string}[]} all @param {string} wanted
 */
export function askedFor(plan, on, news, all, wanted) {
  const isClosed = Boolean(all.find((one) => one.test === wanted)?.closed);
  const chosen = isClosed ? [] : (plan.tests_of_choice ?? []).filter((one) => one.test === wanted);
  const due = dueOn(plan.tests ?? [], on, news).filter((one) => !chosen.some((other) => other.measure === one.measure));
  return [...chosen, ...due];
}

/**
 * The tests of the sensors as they stand today: one whose load is not in today's plan is closed, and says why.
 * @template {{needs?: string[]}} One @param {One[]} tests @param {any} plan @param {{exercise: string}[]} items of today, none before the check @param {string} words
 * @returns {(One & {closed: string})[]}
 */
export function opensToday(tests, plan, items, words) {
  const has = items.map((item) => new Set(plan.exercises[item.exercise].tags));
  const isOpen = (one) => !one.needs?.length || has.some((tags) => one.needs.every((tag) => tags.has(tag)));
  return tests.map((one) => ({ ...one, closed: isOpen(one) ? "" : words }));
}
