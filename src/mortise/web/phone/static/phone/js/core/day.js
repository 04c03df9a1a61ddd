// Which day it is for the person, and what the phone's clocks say. Pure: the present is an argument.

/** A clock further off than this is corrected by what the server's clock said at the last contact. */
export const BELIEVED_MS = 5 * 60 * 1000;

/**
 * The phone's own clock, put right when it is known to be wrong.
 * @param {number} wall_ms @param {number | null} skew_ms the phone's clock minus the server's
 */
export function corrected(wall_ms, skew_ms) {
  return skew_ms !== null && Math.abs(skew_ms) > BELIEVED_MS ? wall_ms - skew_ms : wall_ms;
}

/**
 * The calendar day in a time zone, as 2026-03-29. Days of 23 and 25 hours are days.
 * @param {number} now_ms @param {string} zone
 */
export function localDay(now_ms, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date(now_ms));
  const value = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value ?? "";
  return `${value("year")}-${value("month")}-${value("day")}`;
}

/** Whole days from one calendar day to another. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** @param {number} ms */
export function instant(ms) {
  return new Date(ms).toISOString();
}
