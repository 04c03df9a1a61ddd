// Which key does what on the list of patients. Pure: no page is touched here.

/** @typedef {"next" | "previous" | "find" | "help" | "page-next" | "page-back" | ""} Wish */

const WISHES = /** @type {Record<string, Wish>} */ ({
  j: "next",
  k: "previous",
  ArrowDown: "next",
  ArrowUp: "previous",
  "/": "find",
  "?": "help",
  "]": "page-next",
  "[": "page-back",
});
const LETTERS = new Set(["j", "k", "/", "?", "[", "]"]);

/**
 * What a key asks for. Nothing while somebody writes, with a modifier, or for single letters where they are off.
 *
 * @param {{ key: string, isWriting: boolean, hasModifier: boolean }} pressed
 * @param {boolean} lettersAreOn
 * @returns {Wish}
 */
export function wishOf(pressed, lettersAreOn) {
  if (pressed.isWriting || pressed.hasModifier) return "";
  if (LETTERS.has(pressed.key) && !lettersAreOn) return "";
  return WISHES[pressed.key] ?? "";
}

/**
 * The row to go to from row `now` (-1: from none); the ends hold.
 *
 * @param {number} now
 * @param {number} nRows
 * @param {"next" | "previous"} way
 */
export function rowAfter(now, nRows, way) {
  if (nRows === 0) return -1;
  if (now < 0) return way === "next" ? 0 : nRows - 1;
  return Math.min(Math.max(now + (way === "next" ? 1 : -1), 0), nRows - 1);
}
