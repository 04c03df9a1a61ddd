// The keys of the list of patients.

import assert from "node:assert/strict";
import { test } from "node:test";

import { rowAfter, wishOf } from "../../src/mortise/web/clinic/static/clinic/js/keys.js";

const press = (key, more = {}) => ({ key, isWriting: false, hasModifier: false, ...more });

test("letters and arrows move, the slash finds, the question mark explains", () => {
  const wishes = ["j", "ArrowDown", "k", "ArrowUp", "/", "?", "]", "[", "x"].map((key) => wishOf(press(key), true));
  assert.deepEqual(wishes, ["next", "next", "previous", "previous", "find", "help", "page-next", "page-back", ""]);
});

test("a key is only a letter while somebody writes, and with a modifier it belongs to the browser", () => {
  assert.equal(wishOf(press("j", { isWriting: true }), true), "");
  assert.equal(wishOf(press("ArrowDown", { isWriting: true }), true), "");
  assert.equal(wishOf(press("k", { hasModifier: true }), true), "");
});

test("turned off, single letters do nothing and arrows still move", () => {
  assert.equal(wishOf(press("j"), false), "");
  assert.equal(wishOf(press("?"), false), "");
  assert.equal(wishOf(press("ArrowDown"), false), "next");
});

test("the first key begins at an end, and the ends hold", () => {
  assert.equal(rowAfter(-1, 3, "next"), 0);
  assert.equal(rowAfter(-1, 3, "previous"), 2);
  assert.equal(rowAfter(2, 3, "next"), 2);
  assert.equal(rowAfter(0, 3, "previous"), 0);
  assert.equal(rowAfter(-1, 0, "next"), -1);
});
