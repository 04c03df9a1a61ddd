import assert from "node:assert/strict";
import { test } from "node:test";
import { isBatchAnswer, endOf, isEnvelope, isNewer, isRecordingAnswer, isRefusal, isSpoilt } from "../../src/mortise/web/phone/static/phone/js/core/heard.js";

const HEX = "0123456789abcdef".repeat(4);
const ODD = [null, undefined, "", "<html>", 0, [], {}, { ok: true }, { status: "signed in" }];
const answer = { epoch: "e", now_ms: 1, answers: [{ sequence: 1, id: "a", outcome: "stored", reason: "" }] };
const envelope = { person: "0123456789abcdef", body: "{}", seal: HEX, lock_key: HEX, seal_key: HEX };

test("an answer to a batch has its epoch, its clock and an outcome for each", () => {
  assert.equal(isBatchAnswer(answer), true);
  assert.equal(isBatchAnswer({ ...answer, answers: [] }), true);
  for (const odd of [...ODD, { ...answer, epoch: "" }, { ...answer, now_ms: "1" }, { ...answer, answers: {} }, { ...answer, answers: [{ ...answer.answers[0], outcome: "fine" }] }, { ...answer, answers: [null] }]) assert.equal(isBatchAnswer(odd), false);
});

test("an envelope has a person, a body, a seal and two keys", () => {
  assert.equal(isEnvelope(envelope), true);
  for (const odd of [...ODD, ...Object.keys(envelope).flatMap((key) => [{ ...envelope, [key]: "" }, { ...envelope, [key]: undefined }])]) assert.equal(isEnvelope(odd), false);
});

test("an answer to a recording has an outcome and a reason, a refusal a code", () => {
  assert.equal(isRecordingAnswer({ outcome: "stored", reason: "", now_ms: 1 }), true);
  for (const odd of [...ODD, { outcome: "fine", reason: "", now_ms: 1 }, { outcome: "stored", now_ms: 1 }]) assert.equal(isRecordingAnswer(odd), false);
  assert.equal(isRefusal({ code: "http.413", message: "Too large." }), true);
  for (const odd of ODD) assert.equal(isRefusal(odd), false);
});

test("a programme is over when our server says so, and not by a status alone", () => {
  assert.equal(endOf(410, { code: "care.ended", message: "x" }, "ben"), "closed_care");
  assert.equal(endOf(410, { code: "consent.taken_back", message: "x" }, "ben"), "closed_consent");
  assert.equal(endOf(200, { code: "care.ended", message: "x" }, "ben"), "");
  for (const odd of [...ODD, { code: "gone", message: "x" }, { code: "toString", message: "x" }]) assert.equal(endOf(410, odd, "ben"), "");
});

test("a link was shut when our server says so of the person whose phone this is", () => {
  const shut = { code: "link.shut", message: "x", person: "ben" };
  assert.equal(endOf(410, shut, "ben"), "closed_link");
  assert.equal(endOf(410, shut, "dora"), "");
  assert.equal(endOf(410, shut, null), "");
  assert.equal(endOf(410, { ...shut, person: undefined }, null), "");
  for (const status of [200, 401, 403, 404, 500]) assert.equal(endOf(status, shut, "ben"), "");
});

test("one item may spoil a batch, a server that is away spoils none", () => {
  assert.deepEqual([400, 413, 500].map(isSpoilt), [true, true, true]);
  assert.deepEqual([0, 200, 304, 401, 403, 409, 429, 502, 503, 504].map(isSpoilt), Array(10).fill(false));
});

test("an older plan of the same server takes no newer one's place, except to stop", () => {
  const held = { epoch: "e", made_at: "2026-11-22T08:00:00+00:00", is_locked: false };
  const older = { ...held, made_at: "2026-11-22T07:00:00+00:00" };
  assert.equal(isNewer(older, held), false);
  assert.equal(isNewer({ ...older, is_locked: true }, held), true);
  assert.equal(isNewer({ ...older, epoch: "after a restore" }, held), true);
  assert.equal(isNewer(held, held), true);
  assert.equal(isNewer(older, null), true);
});
