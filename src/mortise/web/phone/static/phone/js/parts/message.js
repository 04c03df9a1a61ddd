// A message to the clinic: kept in the outbox like any report, searched among what this phone still holds.

import { callsOf, copy, fill } from "./fill.js";
import { dayWords, say } from "./words.js";

/** The page of messages from what the phone holds, newest first. @param {any} state @param {string} emergency */
export function messagePage({ plan, reports }, emergency) {
  const own = reports.filter((one) => one.fact.kind === "message").reverse();
  const rows = own.map((one) => ({ words: one.fact.words, state: say(one.state === "acknowledged" ? "message_sent" : "message_waits"), on: dayWords(one.fact.on) }));
  const content = fill(copy("t-message"), { emergency, calls: callsOf(plan.stop?.calls), earlier: rows, clinic: plan.clinic });
  const form = content.querySelector("form[data-draft]");
  form.elements.namedItem("message_id").value = crypto.randomUUID();
  const search = content.querySelector("[data-search]");
  search?.addEventListener("input", () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    const list = document.querySelector("[data-found]");
    list?.querySelectorAll("li").forEach((row) => (row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted)));
    const none = document.querySelector("[data-found-none]");
    if (none) none.hidden = [...(list?.children ?? [])].some((row) => !row.hidden);
  });
  return { content, dock: copy("t-message-dock") };
}

/** @param {HTMLFormElement} form @param {{on: string, captured_at: string}} told */
export function messageIn(form, told) {
  const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;
  const words = field("words").trim();
  if (!words) return { wrongs: [{ name: "words", wrong: "message_empty" }] };
  return { facts: [{ kind: "message", id: field("message_id"), words, ...told }] };
}
