// Signing out of this phone: what is not with the clinic is named first, and to stay is what happens by itself.

import { countUnsent, signOut } from "./outbox.js";
import { countRecordings } from "./recordings.js";
import { countNotTaken } from "./today.js";
import { isPossible } from "./vault.js";
import { say } from "./words.js";

export function watchSignOut() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-sign-out]") || !isPossible()) return;
    event.preventDefault();
    try {
      if (!(await isMeant(form))) return;
      await signOut();
    } catch {
      // nothing could be kept here, so there is nothing to erase
    }
    form.submit();
  });
}

/** @param {HTMLFormElement} form */
async function isMeant(form) {
  const n_not_taken = await countNotTaken();
  const n_waiting = (await countUnsent()) + (await countRecordings()) - n_not_taken;
  if (n_waiting + n_not_taken === 0) return true;
  const dialog = document.querySelector("[data-sign-out-ask]");
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  const lines = [n_waiting ? say("sign_out_stays", { n: n_waiting }) : "", n_not_taken ? say("sign_out_not_taken", { n: n_not_taken }) : "", say("sign_out_again")];
  const headline = dialog.querySelector("[data-ask-headline]");
  if (headline) headline.textContent = n_waiting ? say("sign_out_unsent", { n: n_waiting }) : say("not_taken", { n: n_not_taken });
  dialog.querySelector("[data-ask-lines]")?.replaceChildren(...lines.filter(Boolean).map((words) => Object.assign(document.createElement("p"), { textContent: words })));
  dialog.returnValue = "stay"; // Escape, and everything else but the second button
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "leave") form.querySelector("button")?.focus();
  return dialog.returnValue === "leave";
}
