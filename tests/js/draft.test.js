import assert from "node:assert/strict";
import { test } from "node:test";

import {
  brought, draftKey, isFresh, OLDEST_MS, PREFIX, pruned,
} from "../../src/mortise/web/clinic/static/clinic/js/draft.js";

const draft = (fields, at = 1000) => JSON.stringify({ at, fields });
const always = () => true;

test("a draft belongs to one person, one page and one moment of treatment", () => {
  assert.notEqual(draftKey("ada", "/a/", "routine"), draftKey("falk", "/a/", "routine"));
  assert.notEqual(draftKey("ada", "/a/", "routine"), draftKey("ada", "/a/", "tired"));
  assert.ok(draftKey("ada", "/a/", "routine").startsWith(PREFIX));
});

test("what was typed comes back where the record still says what it said then", () => {
  const text = draft({ left: { was: "", now: "5.4" }, right: { was: "11", now: "12" } });
  assert.deepEqual(brought(text, { left: "", right: "11" }, always), { fields: { left: "5.4", right: "12" }, left: [] });
});

test("a value that somebody else changed meanwhile is left and named", () => {
  const text = draft({ left: { was: "", now: "5.4" } });
  assert.deepEqual(brought(text, { left: "6.1" }, always), { fields: {}, left: ["left"] });
});

test("what the record says already is not typed again, and a confirmation is never repeated by itself", () => {
  const text = draft({ left: { was: "", now: "5.4" }, "ok-left": { was: "", now: "1" } });
  assert.deepEqual(brought(text, { left: "5.4" }, always), { fields: {}, left: [] });
});

test("old and broken drafts bring nothing back", () => {
  assert.deepEqual(brought("{", {}, always), { fields: {}, left: [] });
  assert.deepEqual(brought("null", {}, always), { fields: {}, left: [] });
  assert.deepEqual(brought(draft({ left: { was: "", now: "1" } }), { left: "" }, () => false), { fields: {}, left: [] });
  assert.ok(isFresh(0, OLDEST_MS));
  assert.ok(!isFresh(0, OLDEST_MS + 1));
});

test("only old drafts of ours are forgotten", () => {
  const kept = new Map([[`${PREFIX}new`, draft({}, 100)], [`${PREFIX}old`, draft({}, 0)], [`${PREFIX}bad`, "{"], ["other", "{"]]);
  const store = {
    get length() { return kept.size; },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
  };
  pruned(store, OLDEST_MS + 50);
  assert.deepEqual([...kept.keys()], [`${PREFIX}new`, "other"]);
});
