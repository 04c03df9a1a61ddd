// Which form a counted sentence takes. The server lists the form of each number from 0 on, so no rule is known here. Pure.

/** @typedef {{forms: string[], form_of: string}} Counted `form_of` holds one digit for each number */

const ROUND = 100; // rules look at the last two digits, or at a small number

/** @param {Counted} counted @param {number} n @returns {string} */
export function formOf({ forms, form_of }, n) {
  const whole = Math.max(0, Math.trunc(n) || 0);
  const at = whole < form_of.length ? whole : form_of.length - ROUND + (whole % ROUND);
  return forms[Number(form_of[at] ?? 0)] ?? "";
}
