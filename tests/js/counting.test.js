import assert from "node:assert/strict";
import test from "node:test";

import { formOf } from "../../src/mortise/web/phone/static/phone/js/core/counting.js";

/** @param {string[]} forms @param {(n: number) => number} rule */
const counted = (forms, rule) => ({ forms, form_of: Array.from({ length: 200 }, (_, n) => rule(n)).join("") });

// The rules of four languages with two, three, four and six forms, as their catalogues state them.
const RULES = {
  en: { n: 2, rule: (n) => (n === 1 ? 0 : 1) },
  pl: { n: 3, rule: (n) => (n === 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2) },
  sl: { n: 4, rule: (n) => (n % 100 === 1 ? 0 : n % 100 === 2 ? 1 : n % 100 === 3 || n % 100 === 4 ? 2 : 3) },
  ar: { n: 6, rule: (n) => (n === 0 ? 0 : n === 1 ? 1 : n === 2 ? 2 : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5) },
};

for (const [language, { n, rule }] of Object.entries(RULES)) {
  test(`${language}: every number up to ten thousand has the form its rule says`, () => {
    const forms = Array.from({ length: n }, (_, i) => `form ${i}`);
    const table = counted(forms, rule);
    for (let number = 0; number <= 10_000; number += 1) assert.equal(formOf(table, number), forms[rule(number)], String(number));
  });
}

test("what is no count has the form of none", () => {
  const table = counted(["one", "many"], RULES.en.rule);
  assert.equal(formOf(table, Number.NaN), "many");
  assert.equal(formOf(table, -3), "many");
});
