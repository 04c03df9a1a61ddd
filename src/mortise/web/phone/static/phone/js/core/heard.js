// What came back over the network, and whether our server said it. Between a phone and its clinic stand networks that ask
// to sign in first, proxies and broken gateways: what they answer changes nothing here. Pure.

const OUTCOMES = ["stored", "already", "refused", "conflict"];
/** What our server says of a programme that is over here, and what the phone then calls it. */
const ENDED = { "care.ended": "closed_care", "consent.taken_back": "closed_consent", "link.shut": "closed_link" };
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

/**
 * Why there are no sessions on this phone any more, when our server says so; else nothing. A link that was shut is another's
 * unless it names the person whose phone this is.
 * @param {number} status @param {any} content @param {string | null} who
 */
export function endOf(status, content, who) {
  if (status !== 410 || !isRefusal(content) || !Object.hasOwn(ENDED, content.code)) return "";
  if (content.code === "link.shut" && (!who || content.person !== who)) return "";
  return ENDED[/** @type {keyof typeof ENDED} */ (content.code)];
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
