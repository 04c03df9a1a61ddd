// The veto table of the plan, read exactly as the server reads it (`vetoes.py`); a test compares every cell.

/**
 * @typedef {{stop: boolean, rest: boolean, ask: boolean, blind: boolean, pct: number, without: string[], say: string[], tiers: string[]}} Effect
 * @typedef {Record<string, Record<string, Effect>>} Table
 */

export const CANNOT_SAY = "unknown";
const BLIND_WITHOUT = ["impact"];

/** @returns {Effect} */
export function noEffect() {
  return { stop: false, rest: false, ask: false, blind: false, pct: 100, without: [], say: [], tiers: [] };
}

/** The tightest of several effects. @param {Effect[]} effects @returns {Effect} */
export function unite(effects) {
  return {
    stop: effects.some((one) => one.stop),
    rest: effects.some((one) => one.rest),
    ask: effects.some((one) => one.ask),
    blind: effects.some((one) => one.blind),
    pct: Math.min(100, ...effects.map((one) => one.pct)),
    without: [...new Set(effects.flatMap((one) => one.without))].sort(),
    say: [...new Set(effects.flatMap((one) => one.say))],
    tiers: [...new Set(effects.flatMap((one) => one.tiers))],
  };
}

/**
 * What a whole check withholds. A question left out, or an answer the table lacks, is not known.
 * @param {Table} table @param {Record<string, string>} answers @returns {Effect}
 */
export function evaluate(table, answers) {
  return unite(Object.keys(table).map((name) => cell(table[name], Object.hasOwn(answers, name) ? answers[name] : CANNOT_SAY)));
}

function cell(row, answer) {
  const known = Object.hasOwn(row, answer) ? row[answer] : row[CANNOT_SAY];
  return known ?? { ...noEffect(), blind: true, without: BLIND_WITHOUT };
}
