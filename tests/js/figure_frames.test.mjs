import assert from "node:assert/strict";
import { test } from "node:test";
import { blend, parseFrames, parseTempo, positionAt, progressAt } from "../../src/mortise/web/phone/static/phone/js/core/figure_frames.js";

const tempo = parseTempo("2 1 4 1");

test("a repetition goes up, holds, comes down and rests", () => {
  assert.equal(progressAt(0, tempo, false), 0);
  assert.equal(progressAt(1, tempo, false), 0.5);
  assert.equal(progressAt(2.5, tempo, false), 1);
  assert.equal(progressAt(5, tempo, false), 0.5);
  assert.equal(progressAt(7.5, tempo, false), 0);
  assert.equal(progressAt(9, tempo, false), 0.5);
});

test("a movement that is not undone begins anew", () => {
  assert.equal(progressAt(3.1, parseTempo("2 1 0 1"), false), 0);
});

test("a cycle goes round and never back", () => {
  assert.equal(progressAt(3, parseTempo("2 0 0 0"), true), 0.5);
});

test("a tempo of nothing stands still instead of dividing by zero", () => {
  assert.equal(progressAt(3, parseTempo("0 0 0 0"), false), 0);
  assert.equal(progressAt(3, parseTempo("0 0 0 0"), true), 0);
});

test("reduced motion shows poses only", () => {
  assert.equal(positionAt(0.9, 13, [0, 6, 12], true), 6);
  assert.equal(positionAt(1, 13, [0, 6, 12], true), 12);
  assert.equal(positionAt(0.5, 13, [0, 6, 12], false), 6);
});

test("between two frames lie their mean numbers, and the last frame is reached", () => {
  const frames = parseFrames("0 10;4 20");
  assert.deepEqual(blend(frames, 0.5), [2, 15]);
  assert.deepEqual(blend(frames, 1), [4, 20]);
});
