import assert from "node:assert/strict";
import { test } from "node:test";
import { BELIEVED_MS, corrected, daysBetween, localDay } from "../../src/mortise/web/phone/static/phone/js/core/day.js";

const HOUR_MS = 3_600_000;
const cases = [
  ["2026-03-28T23:59:00Z", "Europe/London", "2026-03-28"], // the day before clocks go forward
  ["2026-03-29T00:30:00Z", "Europe/London", "2026-03-29"], // 23 hours long
  ["2026-03-29T22:59:00Z", "Europe/London", "2026-03-29"],
  ["2026-03-29T23:00:00Z", "Europe/London", "2026-03-30"], // midnight is at 23:00 UTC from now on
  ["2026-10-24T23:00:00Z", "Europe/London", "2026-10-25"], // 25 hours long
  ["2026-10-25T23:59:00Z", "Europe/London", "2026-10-25"],
  ["2026-10-26T00:00:00Z", "Europe/London", "2026-10-26"],
  ["2026-12-31T23:30:00Z", "Europe/Madrid", "2027-01-01"],
  ["2026-11-21T11:30:00Z", "Pacific/Kiritimati", "2026-11-22"],
  ["2026-11-21T09:30:00Z", "Pacific/Pago_Pago", "2026-11-20"],
  ["2028-02-29T12:00:00Z", "UTC", "2028-02-29"],
];

for (const [at, zone, day] of cases) {
  test(`${at} in ${zone} is ${day}`, () => assert.equal(localDay(Date.parse(at), zone), day));
}

test("a day with 25 hours is one day and has all of them", () => {
  const start_ms = Date.parse("2026-10-24T23:00:00Z");
  const days = [...Array(26).keys()].map((hour) => localDay(start_ms + hour * HOUR_MS, "Europe/London"));
  assert.deepEqual(days.slice(0, 25), Array(25).fill("2026-10-25"));
  assert.equal(days[25], "2026-10-26");
});

test("days between are counted by the calendar, over clock changes, months and years", () => {
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
  assert.equal(daysBetween("2026-10-24", "2026-10-26"), 2);
  assert.equal(daysBetween("2026-12-31", "2027-01-01"), 1);
  assert.equal(daysBetween("2026-11-21", "2026-11-20"), -1);
  assert.equal(daysBetween("2026-01-01", "2027-02-05"), 400);
});

test("a clock a day off is put right by what the server said, a clock a little off is believed", () => {
  const wall_ms = Date.parse("2026-11-22T10:00:00Z");
  assert.equal(localDay(corrected(wall_ms, 24 * HOUR_MS), "UTC"), "2026-11-21");
  assert.equal(localDay(corrected(wall_ms, -24 * HOUR_MS), "UTC"), "2026-11-23");
  assert.equal(corrected(wall_ms, BELIEVED_MS), wall_ms);
  assert.equal(corrected(wall_ms, null), wall_ms);
});
