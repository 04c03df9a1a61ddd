// The sentences scripts say, from the page that the server rendered.

import { formOf } from "../core/counting.js";

/** @typedef {import("../core/counting.js").Counted} Counted */
/** @type {Record<string, string | Counted>} */
const words = JSON.parse(document.getElementById("phone-words")?.textContent ?? "{}");

/** How this page's language writes dates and numbers. */
export const LOCALE = document.documentElement.dataset.dates || "en-GB";

/** A sentence in the language of the page; where it counts, `n` decides its form. @param {string} name @param {Record<string, string | number>} values */
export function say(name, values = {}) {
  const one = words[name] ?? "";
  const text = typeof one === "string" ? one : formOf(one, Number(values.n ?? 0));
  return Object.entries(values).reduce((said, [key, value]) => said.replaceAll(`{${key}}`, String(value)), text);
}

/** A day without its year: "21 November". @param {string} iso as in 2026-11-21 */
export function dayWords(iso) {
  return new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${iso}T00:00:00Z`));
}

/** A number as the language writes it. @param {number} value @param {number} n_decimals */
export function written(value, n_decimals) {
  return new Intl.NumberFormat(LOCALE, { minimumFractionDigits: n_decimals, maximumFractionDigits: n_decimals, useGrouping: false }).format(value);
}
