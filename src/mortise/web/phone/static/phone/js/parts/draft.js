// Words that were written and could not be sent: kept locked on the phone until they are.

import { note, setNote } from "./outbox.js";

/** @param {HTMLFormElement} form */
export async function keepDraft(form) {
  const words = form.querySelector("textarea");
  const id = form.elements.namedItem("message_id");
  if (!words || !(id instanceof HTMLInputElement)) return;
  const kept = await note("message");
  if (kept && !words.value) [words.value, id.value] = [kept.words, kept.id];
  else if (kept && !form.querySelector(".wrong")) await setNote("message", null);
  const keep = async () => {
    const written = words.value;
    await setNote("message", written ? { words: written, id: id.value } : null);
    form.dataset.kept = String(written.length); // letters that are safe
  };
  words.addEventListener("input", () => keep().catch(() => {})); // with a full store they stay on the screen
}
