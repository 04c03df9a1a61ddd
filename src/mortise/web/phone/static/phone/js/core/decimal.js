// Decimal numbers as exact fractions, so that what the phone works out is what the server does. Pure.

/** @typedef {{n: bigint, d: bigint}} Fraction d is above 0 */

const WRITTEN = /^([+-]?)(\d{1,12})(?:[.,](\d{1,9}))?$/;

/** What was written as a number, with a point or a comma; null when it is none. @param {string} text @returns {Fraction | null} */
export function parse(text) {
  const found = WRITTEN.exec(text.trim());
  if (!found) return null;
  const [, sign, whole, part = ""] = found;
  return { n: BigInt(`${sign === "-" ? "-" : ""}${whole}${part}`), d: 10n ** BigInt(part.length) };
}

/** The number that a plan or a program wrote; what is none is an error of ours. @param {string} text */
export function known(text) {
  const found = parse(text);
  if (!found) throw new Error(`not a number: ${text}`);
  return found;
}

/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const plus = (a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const minus = (a, b) => plus(a, { n: -b.n, d: b.d });
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const times = (a, b) => ({ n: a.n * b.n, d: a.d * b.d });
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const over = (a, b) => (b.n < 0n ? { n: -a.n * b.d, d: -a.d * b.n } : { n: a.n * b.d, d: a.d * b.n });
/** @param {Fraction} a @param {Fraction} b below 0, 0 or above */
export function compared(a, b) {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}
/** @param {number | bigint} n @returns {Fraction} */
export const whole = (n) => ({ n: BigInt(n), d: 1n });

/** The nearest whole number, of two the even one, as `Decimal.quantize` does. @param {Fraction} a */
function nearest({ n, d }) {
  let low = n / d;
  if (n % d < 0n) low -= 1n;
  const twice = 2n * (n - low * d);
  if (twice > d || (twice === d && low % 2n !== 0n)) return low + 1n;
  return low;
}

/** Rounded to steps. @param {Fraction} a @param {Fraction} step @returns {Fraction} */
export function onGrid(a, step) {
  return times(whole(nearest(over(a, step))), step);
}

/** As text without needless zeros. @param {Fraction} a whose denominator divides a power of ten */
export function written({ n, d }) {
  const isBelow = n < 0n;
  const size = isBelow ? -n : n;
  let rest = size % d;
  let part = "";
  for (let i = 0; rest !== 0n && i < 12; i += 1) {
    part += String((rest * 10n) / d);
    rest = (rest * 10n) % d;
  }
  return `${isBelow ? "-" : ""}${size / d}${part ? `.${part}` : ""}`;
}
