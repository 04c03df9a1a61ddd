// What every page of the phone does when it opens: the worker, what is unsent, the newest plan, a newer version.

import { fetchPlan, send } from "./contact.js";
import { countUnsent, onChange, signOut, tidy } from "./outbox.js";
import { countRecordings, sendRecordings, tidyRecordings } from "./recordings.js";
import { isPossible, person, personOfPage } from "./vault.js";
import { say } from "./words.js";

export async function start() {
  watchSignOut();
  registerWorker();
  if (!isPossible()) return;
  onChange(showUnsent);
  const before = await person();
  if (before && personOfPage() && personOfPage() !== before) await signOut(); // somebody else's link was opened here
  try {
    await tidy();
    await tidyRecordings();
  } catch {
    return; // this browser lets nothing be kept: the pages of the server work all the same
  }
  await showUnsent();
  const contact = async () => {
    await send();
    await sendRecordings();
    if (!(await fetchPlan())) return;
    await navigator.serviceWorker?.ready;
    document.documentElement.dataset.plan = "held"; // from here on it opens without a connection
  };
  window.addEventListener("online", contact);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && contact());
  if (navigator.storage?.persist) navigator.storage.persist();
  await contact();
}

async function showUnsent() {
  const n = (await countUnsent()) + (await countRecordings());
  document.querySelectorAll("[data-unsent]").forEach((node) => {
    node.hidden = n === 0;
    const said = node.querySelector("[data-unsent-words]");
    if (said) said.textContent = say("unsent", { n });
  });
}

async function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  let registration;
  try {
    registration = await navigator.serviceWorker.register("/phone/sw.js", { scope: "/phone/", updateViaCache: "none" });
  } catch {
    return; // the page works without it, but only with a connection
  }
  let isAsked = false;
  const offer = () => {
    const waiting = registration.waiting;
    if (!waiting || !navigator.serviceWorker.controller) return;
    document.querySelectorAll("[data-newer]").forEach((node) => (node.hidden = false));
  };
  document.querySelectorAll("[data-do-newer]").forEach((button) =>
    button.addEventListener("click", () => {
      isAsked = true;
      registration.waiting?.postMessage("use");
    }),
  );
  navigator.serviceWorker.addEventListener("controllerchange", () => isAsked && location.reload());
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  offer();
}

function watchSignOut() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-sign-out]") || !isPossible()) return;
    event.preventDefault();
    const n = (await countUnsent()) + (await countRecordings());
    if (n > 0 && !confirm(say("sign_out_unsent", { n }))) return;
    await tidyRecordings(true);
    await signOut();
    form.submit();
  });
}
