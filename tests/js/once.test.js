import assert from "node:assert/strict";
import { test } from "node:test";

import { oneAtATime } from "../../src/mortise/web/phone/static/phone/js/core/once.js";

/** Work whose runs end when they are told to. */
function held() {
  const ends = [];
  let n_now = 0;
  let most = 0;
  const work = async () => {
    n_now += 1;
    most = Math.max(most, n_now);
    const nth = ends.length + 1;
    try {
      await new Promise((resolve, reject) => ends.push({ resolve, reject }));
      return nth;
    } finally {
      n_now -= 1;
    }
  };
  return { work, ends, most: () => most };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 1));

test("asked while it runs, it runs once more afterwards, however often it was asked", async () => {
  const { work, ends, most } = held();
  const ask = oneAtATime(work);
  const first = ask();
  const others = [ask(), ask(), ask()];
  await settled();
  assert.equal(ends.length, 1);
  ends[0].resolve();
  assert.equal(await first, 1);
  await settled();
  assert.equal(ends.length, 2);
  ends[1].resolve();
  assert.deepEqual(await Promise.all(others), [2, 2, 2]);
  await settled();
  assert.equal(ends.length, 2);
  assert.equal(most(), 1);
});

test("what is asked in the second run has a third, and what is asked later begins at once", async () => {
  const { work, ends, most } = held();
  const ask = oneAtATime(work);
  ask();
  ask();
  ends[0].resolve();
  await settled();
  const third = ask();
  ends[1].resolve();
  await settled();
  ends[2].resolve();
  assert.equal(await third, 3);
  ask();
  assert.equal(ends.length, 4);
  assert.equal(most(), 1);
});

test("a run that fails fails for those who asked for it, and holds up nobody else", async () => {
  const { work, ends, most } = held();
  const ask = oneAtATime(work);
  const first = ask();
  const second = ask();
  ends[0].reject(new Error("no connection"));
  await assert.rejects(first, /no connection/);
  await settled();
  ends[1].resolve();
  assert.equal(await second, 2);
  assert.equal(most(), 1);
});

test("work that throws at once is a run that failed", async () => {
  const ask = oneAtATime(() => {
    throw new Error("at once");
  });
  await assert.rejects(ask(), /at once/);
  await assert.rejects(ask(), /at once/);
});

test("asked at the very moment a run ends, two never run at once", async () => {
  const { work, ends, most } = held();
  const ask = oneAtATime(work);
  const first = ask();
  ask();
  first.then(() => ask());
  ends[0].resolve();
  for (let n = 0; n < 20; n += 1) {
    await settled();
    ends.forEach((one) => one.resolve());
  }
  assert.equal(most(), 1);
  assert.ok(ends.length >= 2);
});
