import assert from "node:assert/strict";
import { test } from "node:test";

import { blend, frameAt, readFrames, shareOfRound } from "../../src/mortise/web/phone/static/phone/js/core/frames.js";

const frames = readFrames("0 0 0;10 0 90;20 0 180");

test("frames are rows of numbers", () => {
  assert.deepEqual(frames[1], [10, 0, 90]);
});

test("up goes forward, hold stays at the goal, down comes back", () => {
  assert.equal(frameAt("up", 0, 3, false), 0);
  assert.equal(frameAt("up", 1, 3, false), 2);
  assert.equal(frameAt("hold", 0.3, 3, false), 2);
  assert.equal(frameAt("down", 1, 3, false), 0);
});

test("a round takes one repetition, and rest shows the start", () => {
  assert.equal(frameAt("up", 1, 5, true), 2);
  assert.equal(frameAt("down", 1, 5, true), 4);
  assert.equal(frameAt("rest", 0.5, 5, true), 0);
});

test("a picture that goes round takes as many rounds as fit while something just goes on", () => {
  assert.equal(shareOfRound("go", 0.5, 90, 2), 0);
  assert.equal(shareOfRound("go", 0.5, 91, 2), 0.5);
  assert.equal(shareOfRound("run", 0.1, 0.25, 1), 0.25);
  assert.equal(shareOfRound("up", 0.3, 91, 2), 0.3);
  assert.equal(shareOfRound("go", 0.3, 91, 0), 0.3);
});

test("a squat goes down first: to its last frame on the way down, back on the way up", () => {
  assert.equal(frameAt("down", 0.5, 5, false, true), 2);
  assert.equal(frameAt("down", 1, 5, false, true), 4);
  assert.equal(frameAt("hold", 0.5, 5, false, true), 4);
  assert.equal(frameAt("up", 1, 5, false, true), 0);
});

test("the walk before a run stands still, the run goes round", () => {
  assert.equal(frameAt("walk", 0.7, 5, true), 0);
  assert.equal(frameAt("run", 0.5, 5, true), 2);
});

test("blending is linear between neighbours and stays inside the row", () => {
  assert.deepEqual(blend(frames, 0.5), [5, 0, 45]);
  assert.deepEqual(blend(frames, 9), [20, 0, 180]);
  assert.deepEqual(blend(frames, -1), [0, 0, 0]);
});
