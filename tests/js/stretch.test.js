// Drawing a stretch over the picture of a recording: places become seconds, held to the picture, in order of time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ordered, secondsAt } from "../../src/mortise/web/clinic/static/clinic/stretch.js";

const plot = { left: 58, right: 708, width: 716, from: 0, until: 26 };

test("a place becomes seconds, held to the ends of the picture", () => {
  assert.equal(secondsAt(plot, 58), 0);
  assert.equal(secondsAt(plot, 383), 13);
  assert.equal(secondsAt(plot, 0), 0);
  assert.equal(secondsAt(plot, 900), 26);
});

test("drawn backwards it is the same stretch, to a tenth of a second", () => {
  assert.deepEqual(ordered(11.04, 8.26), ["8.3", "11.0"]);
  assert.deepEqual(ordered(8.26, 11.04), ["8.3", "11.0"]);
});
