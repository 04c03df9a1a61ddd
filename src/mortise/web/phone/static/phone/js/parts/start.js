// What every page of the phone does when it opens: the worker, what is unsent, the newest plan, a newer version.

import { oneAtATime } from "../core/once.js";
import { fetchPlan, heldPlan, send } from "./contact.js";
import { countUnsent, onChange, signOut, tidy } from "./outbox.js";
import { countRecordings, sendRecordings, tidyRecordings } from "./recordings.js";
import { today } from "./saving.js";
import { watchSignOut } from "./sign_out.js";
import { countNotTaken, keepToday, noteClosed, stopWhenTold } from "./today.js";
import { isPossible, person, personOfPage } from "./vault.js";
import { say } from "./words.js";

const MINUTE_MS = 60_000;

export async function start() {
  watchSignOut();
  registerWorker();
  if (!isPossible()) return;
  try {
    await begin();
  } catch {
    document.documentElement.dataset.plan = "none"; // nothing can be kept here: the pages work with a connection only
  }
}

async function begin() {
  onChange(() => showUnsent().then(stopWhenTold).catch(() => {}));
  const before = await person();
  if (before && personOfPage() && personOfPage() !== before) await signOut(); // somebody else's link was opened here
  await tidy();
  await tidyRecordings();
  await showUnsent();
  const meetAlone = oneAtATime(meet); // the connection returns as the page is seen again: one contact, then one more
  const contact = () => meetAlone().catch(() => {}); // what went wrong is tried again at the next
  window.addEventListener("online", contact);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && contact());
  watchMidnight(contact);
  if (navigator.storage?.persist) navigator.storage.persist();
  await meetAlone();
}

/** Contact with the server, and what it changes on this page. */
async function meet() {
  if (!(await send())) await keepToday(false); // what only this phone knows is said at once
  await sendRecordings();
  const isOpen = "plan" in (await heldPlan());
  const isNewest = await fetchPlan();
  await noteClosed(isOpen);
  await stopWhenTold();
  await keepToday(isNewest);
  if (isNewest) Promise.resolve(navigator.serviceWorker?.ready).then(noteHeld); // it may never be: nothing waits for it
}

/** From here on it opens without a connection. */
function noteHeld() {
  document.documentElement.dataset.plan = "held";
}

/** A page that stays open over midnight is yesterday's. @param {() => void} then */
async function watchMidnight(then) {
  let on = await today();
  setInterval(async () => {
    const now = await today();
    if (now === on || document.visibilityState !== "visible") return;
    on = now;
    then();
  }, MINUTE_MS);
}

/** What is not safe on the server: what waits comes first, then what it did not take. */
async function showUnsent() {
  const n_all = (await countUnsent()) + (await countRecordings());
  const n_not_taken = await countNotTaken();
  const n = n_all - n_not_taken;
  document.querySelectorAll("[data-unsent]").forEach((node) => {
    node.hidden = n_all === 0;
    const said = node.querySelector("[data-unsent-words]");
    if (said) said.textContent = n > 0 ? say("unsent", { n }) : say("not_taken", { n: n_not_taken });
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
