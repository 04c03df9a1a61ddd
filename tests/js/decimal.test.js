import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, known, minus, onGrid, over, parse, plus, times, whole, written } from "../../src/mortise/web/phone/static/phone/js/core/decimal.js";

test("what is written is read exactly, with a point or a comma", () => {
  for (const [text, said] of [["6.5", "6.5"], ["6,5", "6.5"], [" 12 ", "12"], ["-0.25", "-0.25"], ["007.10", "7.1"]]) assert.equal(written(known(text)), said);
  for (const text of ["", "abc", "1e3", "1.2.3", "--1", ".5", "5.", "NaN", "1234567890123"]) assert.equal(parse(text), null);
});

test("a tenth and two tenths are three tenths", () => {
  assert.equal(written(plus(known("0.1"), known("0.2"))), "0.3");
  assert.equal(compared(minus(known("0.3"), known("0.1")), known("0.2")), 0);
  assert.equal(written(times(over(known("1"), known("-8")), whole(3))), "-0.375");
});

test("of two equally near the even one is taken, as on the server", () => {
  for (const [value, said] of [["0.5", "0"], ["1.5", "2"], ["2.5", "2"], ["-0.5", "0"], ["-1.5", "-2"], ["2.51", "3"], ["-2.51", "-3"]]) assert.equal(written(onGrid(known(value), known("1"))), said);
  assert.equal(written(onGrid(known("6.53"), known("0.1"))), "6.5");
  assert.equal(written(onGrid(known("7"), known("5"))), "5");
});
