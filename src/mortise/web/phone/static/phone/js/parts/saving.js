// Saving a report: into the outbox first, then to the server when there is one. Used by the pages of the server and by
// those without it, so that both keep the same.

import { instant, localDay } from "../core/day.js";
import { checkIns, flagAnswers, missing, sessionLog } from "../core/facts.js";
import { putRightIn } from "./answers.js";
import { readingsIn } from "./by_hand.js";
import { heldPlan, present, sendSoon } from "./contact.js";
import { messageIn } from "./message.js";
import { keep, note, setNote } from "./outbox.js";
import { episodeOfPage, isPossible, keysOf, person, personOfPage } from "./vault.js";
import { say } from "./words.js";

const ANSWER_MS = 2500;
const DANGER_MS = 1500; // what to do is said at once, also when the server hangs
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const today = async () => localDay(await present(), ZONE);

/** Take over the forms of the page. @param {Document | Element} root */
export function watchForms(root) {
  root.querySelectorAll("form[data-outbox]").forEach((form) => {
    if (form.dataset.outbox === "check" && isPossible()) noteStep(form).catch(() => {}); // without a store the server has it
    form.addEventListener("submit", (event) => {
      if (!isPossible() || (form.dataset.outbox === "check" && !isEnd(form))) return;
      event.preventDefault();
      if (form.dataset.isSaving) return;
      form.dataset.isSaving = "yes";
      SAVES[form.dataset.outbox](form)
        .then((isKept) => isKept || form.submit())
        .catch((error) => error.message === "unfinished" || otherwise(form))
        .finally(() => delete form.dataset.isSaving);
    });
  });
}

/** Nothing can be kept here, as with a full or forbidden store: the server's own form takes it, where there is a server. */
async function otherwise(form) {
  const isThere = form.method === "post" && personOfPage() && (await isAnswered("/phone/ready/", "HEAD"));
  if (isThere) form.submit();
  else tell(form, say("not_saved"));
}

/** What comes after a report is on disk; whatever goes wrong in it, the report is saved. @param {(() => any)[]} works */
export async function afterwards(...works) {
  for (const work of works) {
    try {
      await work();
    } catch {
      // left for the next contact
    }
  }
}

/** Whether a report can be kept here, for the person whose page this is and nobody else. */
export async function isReady() {
  const who = await person();
  return Boolean(await keysOf(who)) && [null, who].includes(personOfPage());
}

export function unfinished() {
  return new Error("unfinished");
}

/** @param {HTMLFormElement} form */
export function said(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/** The last step of the check on a page of the server, or a danger sign: saved here. The steps before go to the server. */
async function saveStep(form) {
  const found = await heldPlan();
  if (!(await isReady()) || !("plan" in found)) return false;
  if (episodeOfPage() && (found.plan.episode ?? "") !== episodeOfPage()) return false; // the plan is of the other ankle
  const isFirst = form.dataset.stepNumber === "1";
  const answers = isFirst ? flagsIn(form, found.plan.ask.red_flags) : answersIn(form);
  if (!answers) return false; // the server says what is missing
  const draft = (await draftFor(false)) ?? (await draftFor(true));
  Object.assign(draft.answers, JSON.parse(form.dataset.answers || "{}"), answers);
  const isFlag = isFirst && Object.values(answers).includes("1");
  if (!isFlag && ![...found.plan.ask.red_flags, ...found.plan.ask.check_in].every((name) => name in draft.answers)) return false;
  await saveCheck(draft, found.plan, form.dataset.morning ?? "");
  return true;
}

/** Whether this step is to be saved here: the last one, or one on which a danger sign is ticked. */
function isEnd(form) {
  return form.dataset.stepNumber === form.dataset.nSteps || form.querySelector('input[name="which"]:checked') !== null;
}

/** Note on the phone what the server knows of a check under way, so that it goes on without the server too. */
export async function noteStep(form) {
  const answers = JSON.parse(form.dataset.answers || "{}");
  if (Object.keys(answers).length === 0 || !(await isReady())) return;
  const draft = (await draftFor(false)) ?? (await draftFor(true));
  Object.assign(draft.answers, answers);
  await setNote("draft", { ...draft, step: Number(form.dataset.stepNumber) });
}

/** The check under way today, or a new one. @param {boolean} isNew */
export async function draftFor(isNew) {
  const on = await today();
  const known = await note("draft");
  if (!isNew) return known?.on === on ? known : null;
  return { on, id: crypto.randomUUID(), morning_id: crypto.randomUUID(), answers: {}, step: 1 };
}

/** @param {HTMLFormElement} form @param {string[]} flags */
function flagsIn(form, flags) {
  const data = new FormData(form);
  const found = flagAnswers(flags, data.getAll("which").map(String), /** @type {string | null} */ (data.get("any_of_these")));
  return "answers" in found ? found.answers : null;
}

function answersIn(form) {
  const names = new Set([...form.querySelectorAll("input[type=radio]")].map((input) => input.name));
  const given = said(form);
  return [...names].every((name) => given[name]) ? Object.fromEntries([...names].map((name) => [name, given[name]])) : null;
}

/** Keep a finished check and go on. */
export async function saveCheck(draft, plan, morning) {
  const captured_at = instant(await present());
  await keep(checkIns({ ...draft, captured_at, morning, ask: plan.ask }), plan.episode);
  const isDanger = plan.ask.red_flags.some((name) => draft.answers[name] === "1");
  await afterwards(() => setNote("draft", null), () => sendSoon(isDanger ? DANGER_MS : undefined));
  location.assign(isDanger && !(await isAnswered()) ? "/phone/shell/" : "/phone/");
}

/** Whether the server answers with a page soon: else the phone says itself what to do. */
async function isAnswered(path = "/phone/", method = "GET") {
  try {
    return (await fetch(path, { method, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    return false;
  }
}

/** @param {HTMLFormElement} form */
async function saveSession(form) {
  if (!(await isReady())) {
    localStorage.removeItem(`mortise-session-${form.dataset.session}`);
    return false;
  }
  const exercises = [...form.querySelectorAll("[data-exercise]")].map((node) => {
    const levels = JSON.parse(node.dataset.levels || "[]").map((one) => ({ step: one.step, n_sets: one.numbers.n_sets, n_reps: one.numbers.n_reps, duration_s: one.numbers.duration_s }));
    return { id: node.dataset.exercise, levels };
  });
  const after = [...new Set([...form.querySelectorAll('[name^="after-"]')].map((input) => input.name.slice("after-".length)))];
  const given = said(form);
  const wrongs = missing(exercises, given, after);
  if (wrongs.length) {
    showWrongs(form, wrongs);
    throw unfinished();
  }
  const log = { id: given.log_id, on: form.dataset.on, logged_on: form.dataset.change === undefined ? form.dataset.on : await today(), captured_at: instant(await present()), session: form.dataset.session, exercises, said: given, after, fixed: JSON.parse(form.dataset.fixed || "[]") };
  await keep([sessionLog(log)], await episodeHere());
  await afterwards(
    () => localStorage.removeItem(`mortise-session-${form.dataset.session}`),
    () => localStorage.removeItem(`mortise-change-${form.dataset.session}`),
    () => sendSoon(),
  );
  location.assign("/phone/");
  return true;
}

/** Tests by hand, answers put right and messages: kept, sent, and back to today. */
async function savePlain(form, factsIn) {
  if (!(await isReady())) return false;
  const found = factsIn(form, { on: await today(), captured_at: instant(await present()) });
  if ("wrongs" in found) {
    showWrongs(form, found.wrongs);
    throw unfinished();
  }
  await keep(found.facts, await episodeHere());
  await afterwards(() => form.dataset.outbox === "message" && setNote("message", null), () => sendSoon());
  location.assign("/phone/");
  return true;
}

const SAVES = { check: saveStep, session: saveSession, tests: (form) => savePlain(form, readingsIn), answers: (form) => savePlain(form, putRightIn), message: (form) => savePlain(form, messageIn) };

/** The ankle this page is about: the server's page says it, else the plan that the page was made from. */
async function episodeHere() {
  const found = episodeOfPage() ? {} : await heldPlan();
  return "plan" in found ? (found.plan.episode ?? "") : episodeOfPage();
}

/** Say beneath each question what it lacks, and go to the first. @param {HTMLFormElement} form @param {{name: string, wrong: string, values?: Record<string, string>}[]} wrongs */
export function showWrongs(form, wrongs) {
  form.querySelectorAll("[data-said-here]").forEach((node) => node.remove());
  if (wrongs.length === 0) return;
  for (const { name, wrong, values } of wrongs) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest("fieldset, .field") ?? form;
    field.append(wrongNode(say(wrong, values ?? {})));
  }
  const first = form.querySelector(`[name="${CSS.escape(wrongs[0].name)}"]`);
  form.dispatchEvent(new CustomEvent("wrong", { detail: wrongs[0].name }));
  first?.focus();
}

function tell(form, text) {
  form.querySelectorAll("[data-said-here]").forEach((node) => node.remove());
  form.prepend(wrongNode(text));
  form.firstElementChild?.scrollIntoView();
}

/** The sign that goes with what is wrong, as the server draws it. */
function alertSign() {
  const [sign, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  sign.setAttribute("class", "icon");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-alert");
  sign.append(use);
  return sign;
}

function wrongNode(text) {
  const node = document.createElement("p");
  node.className = "wrong";
  node.dataset.saidHere = "";
  node.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  node.append(alertSign(), words);
  return node;
}
