// Today as the server wrote it, kept true while it is open: put right in place when something was told elsewhere or a day has
// passed, and told from this phone's own outbox while the server does not have it. Nothing moves under a finger.

import { isAway, isNotTaken } from "../core/outbox.js";
import { ofAnkle, standing } from "../core/plan.js";
import { heldPlan } from "./contact.js";
import { copy, fill } from "./fill.js";
import { held, itemsOf } from "./outbox.js";
import { noteUnderWay } from "./player.js";
import { refusedRecordings } from "./recordings.js";
import { today } from "./saving.js";
import { person, personOfPage } from "./vault.js";
import { dayWords, say } from "./words.js";

const PATIENCE_MS = 10_000;
const QUIET_MS = 400;
const LIFTED_MS = 10_000; // a finger that lies so long was lifted where the page did not see it
const TELLS = ["check_in", "session_log"];
const stands = (item) => isNotTaken(item) && !isAway(item);

let n_down = 0;
let touched_ms = 0;
for (const [name, by] of [["pointerdown", 1], ["pointerup", -1], ["pointercancel", -1]]) {
  document.addEventListener(name, () => [n_down, touched_ms] = [Math.max(0, n_down + by), performance.now()], { capture: true, passive: true });
}

/** When no finger lies on the page and the last tap has had its effect. */
async function quiet() {
  while (touched_ms > 0 && performance.now() - touched_ms < (n_down > 0 ? LIFTED_MS : QUIET_MS)) await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 4));
}

/** How many the server did not take and nobody has put away. */
export async function countNotTaken() {
  const who = await person();
  return (who ? (await itemsOf(who)).filter(stands).length : 0) + (await refusedRecordings()).filter(stands).length;
}

/** What the server did not take, a line each with its reason. @param {any[]} reports */
export async function notTaken(reports) {
  const lines = reports.filter(stands).map((report) => {
    const on = dayWords(report.fact.on);
    const kind = say(`kind_${report.fact.kind}`, { on }) || say("kind_other", { on });
    return `${kind}: ${report.state === "conflict" ? say("conflict") : say("refused", { reason: report.reason })}`;
  });
  const recorded = (await refusedRecordings()).filter(stands).map((one) => `${say("kind_recording", { on: dayWords(new Date(one.made_ms).toISOString().slice(0, 10)) })}: ${say("refused", { reason: one.reason })}`);
  return [...lines, ...recorded];
}

/**
 * A page of a programme that is over makes way for the one that says so. What is being written is finished first.
 * @param {boolean} wasOpen whether it was not over before this contact
 */
export async function noteClosed(wasOpen) {
  const found = await heldPlan();
  if (!("closed" in found)) return;
  document.documentElement.dataset.plan = "closed";
  const isOfPlan = document.querySelector('meta[name="mortise-today"], [data-shell]') && location.pathname !== "/phone/help/";
  if (wasOpen && isOfPlan && !document.querySelector("form[data-outbox]")) location.assign("/phone/");
}

/** A danger sign told in another tab, or on another phone, ends the session under way. */
export async function stopWhenTold() {
  const form = document.querySelector("form[data-player]");
  if (!(form instanceof HTMLElement) || form.dataset.change !== undefined) return;
  const state = await here();
  if (state && (state.stop || state.isLocked)) location.assign("/phone/");
}

async function here() {
  const found = await heldPlan();
  if (!("plan" in found)) return null;
  const [on, reports] = [await today(), await held()];
  return { on, reports, own: ofAnkle(found.plan, reports), tag: found.plan.tag, ...standing(found.plan, on, reports) };
}

/** Put the server's Today right. @param {boolean} isNewest whether the plan on this phone is the server's newest */
export async function keepToday(isNewest) {
  const mark = document.querySelector('meta[name="mortise-today"]');
  const state = mark ? await here() : null;
  if (!mark || !state) return;
  if (isNewest && mark.getAttribute("content") !== state.tag) await renew(mark);
  await tell(state);
}

/** Fetch the page anew and put it in place of the one that stands. @param {Element} mark */
async function renew(mark) {
  let page;
  try {
    const response = await fetch("/phone/", { headers: { Accept: "text/html" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return; // at the next contact
  }
  const metaOf = (name) => page.querySelector(`meta[name="mortise-${name}"]`)?.getAttribute("content");
  const main = page.querySelector("main");
  if (!main || !metaOf("today") || metaOf("person") !== personOfPage()) return;
  await quiet();
  if (document.visibilityState !== "visible") return;
  swap(main, page.querySelector(".p-dock"));
  mark.setAttribute("content", metaOf("today") ?? "");
  document.title = page.title;
}

/** @param {Element} main @param {Element | null} dock */
function swap(main, dock) {
  const place = /** @type {HTMLElement} */ (document.querySelector("main"));
  const foot = place.nextElementSibling;
  const active = place.contains(document.activeElement) || foot?.contains(document.activeElement) ? document.activeElement : null;
  const focused = active ? nameOf(active) : "";
  const opened = [...place.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
  const seen = [...place.querySelectorAll("[aria-labelledby]")].find((one) => one.getBoundingClientRect().bottom > 0 && window.scrollY > 0);
  const top = seen?.getBoundingClientRect().top ?? 0;
  place.replaceChildren(...[...main.childNodes].map((node) => document.adoptNode(node)));
  foot?.querySelector(".p-dock")?.remove();
  if (dock) foot?.prepend(document.adoptNode(dock));
  const link = foot?.querySelector("[data-session-link]");
  if (link instanceof HTMLElement) noteUnderWay(link, link.dataset.sessionLink ?? "");
  place.querySelectorAll("details > summary").forEach((one) => opened.includes(one.textContent) && (one.parentElement.open = true));
  const again = seen ? place.querySelector(`[aria-labelledby="${seen.getAttribute("aria-labelledby")}"]`) : null;
  if (again) window.scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
  const heading = place.querySelector("h1");
  if (active) focus((focused && document.querySelector(focused)) || heading);
  announce(heading?.textContent ?? "");
}

/** What finds the same thing on the page that comes. @param {Element} node */
function nameOf(node) {
  const quoted = (name) => `[${name}="${CSS.escape(node.getAttribute(name) ?? "")}"]`;
  const named = ["href", "name", "value"].filter((name) => node.hasAttribute(name)).map(quoted).join("");
  return node.id ? `#${CSS.escape(node.id)}` : named && `:is(main, .p-foot) ${node.localName}${named}`;
}

function focus(node) {
  if (!(node instanceof HTMLElement)) return;
  if (node.matches("h1")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

/** Told to those who do not see that the page is another. @param {string} words */
function announce(words) {
  const line = document.querySelector("[data-renewed]") ?? document.body.appendChild(Object.assign(document.createElement("p"), { className: "vh" }));
  Object.assign(line, { role: "status" }).dataset.renewed = "";
  setTimeout(() => (line.textContent = words.trim()), 100);
}

/** Say on the server's page what only this phone knows. @param {any} state */
async function tell(state) {
  const place = document.querySelector("[data-today]");
  if (!place) return; // everything is stopped: that page says enough
  if (state.stop) return location.assign("/phone/shell/");
  const isUnheard = state.own.some((one) => one.state === "waiting" && one.fact.on === state.on && TELLS.includes(one.fact.kind));
  const refused = await notTaken(state.reports);
  await quiet();
  document.querySelectorAll("[data-told-here]").forEach((node) => node.remove());
  if (!isUnheard && refused.length === 0) return;
  place.after(fill(copy("t-told-here"), { saved: isUnheard ? say("saved_here") : "", saved_more: say("saved_more"), refused }));
  const action = isUnheard ? document.querySelector(".p-dock a") : null;
  if (action instanceof HTMLAnchorElement) Object.assign(action, { href: "/phone/shell/", textContent: say("go_on") });
}
