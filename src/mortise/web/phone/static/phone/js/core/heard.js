// What came back over the network, and whether our server said it. Between a phone and its clinic stand networks that ask
// to sign in first, proxies and broken gateways: what they answer changes nothing here. Pure.

const OUTCOMES = ["stored", "already", "refused", "conflict"];
const ENDED = ["care.ended", "consent.taken_back"];
const HEX_64 = /^[0-9a-f]{64}$/;

const isText = (/** @type {any} */ value) => typeof value === "string" && value !== "";
const isThing = (/** @type {any} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The answer to a batch. @param {any} content */
export function isBatchAnswer(content) {
  if (!isThing(content) || !isText(content.epoch) || !Number.isFinite(content.now_ms) || !Array.isArray(content.answers)) return false;
  return content.answers.every((/** @type {any} */ one) => isThing(one) && Number.isInteger(one.sequence) && typeof one.id === "string" && OUTCOMES.includes(one.outcome));
}

/** A plan with its seal and the person's keys. @param {any} content */
export function isEnvelope(content) {
  return isThing(content) && /^[0-9a-f]{16}$/.test(content.person) && isText(content.body) && [content.seal, content.lock_key, content.seal_key].every((one) => HEX_64.test(one));
}

/** The answer to a recording. @param {any} content */
export function isRecordingAnswer(content) {
  return isThing(content) && ["stored", "already", "refused"].includes(content.outcome) && Number.isFinite(content.now_ms) && typeof content.reason === "string";
}

/** Our server's own refusal of a whole request, which names what is wrong. @param {any} content */
export function isRefusal(content) {
  return isThing(content) && isText(content.code) && isText(content.message);
}

/** Whether the server says that care has ended, or that it is no longer agreed to. @param {number} status @param {any} content */
export function isEnd(status, content) {
  return status === 410 && isRefusal(content) && ENDED.includes(content.code);
}

/** Whether it may be one item that spoils the batch: it is too large, unreadable, or our server breaks at it. @param {number} status */
export function isSpoilt(status) {
  return [400, 413, 500].includes(status);
}

/**
 * Whether a plan that came may take the place of the one held: never an older one of the same server, except to stop.
 * @param {any} plan @param {any} held
 */
export function isNewer(plan, held) {
  return !held || plan.epoch !== held.epoch || plan.is_locked || Date.parse(plan.made_at) >= Date.parse(held.made_at);
}
