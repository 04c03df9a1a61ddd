// What the server did not take: read whole, and put away on purpose. Put away it is no longer counted; it stays locked here, and
// whatever it withholds stays withheld.

import { KEEP_MS, isAway, isNotTaken } from "../core/outbox.js";
import { evaluate } from "../core/veto.js";
import { copy, fill } from "./fill.js";
import { held, putAway } from "./outbox.js";
import { putAwayRecording, refusedRecordings } from "./recordings.js";
import { dayWords, say } from "./words.js";

/** The page: what stands there, and below it what was put away. @param {any} plan or null @param {(content: DocumentFragment) => void} show */
export async function notTakenPage(plan, show) {
  const all = [...(await held()).filter(isNotTaken), ...(await refusedRecordings())].map((one) => entry(one, plan));
  const [here, away] = [all.filter((one) => !one.isAway), all.filter((one) => one.isAway)];
  const content = fill(copy("t-not-taken"), { none: all.length ? "" : "yes", here: here.length ? "yes" : "", away: away.length ? "yes" : "" });
  for (const [name, list] of [["here", here], ["away", away]]) {
    content.querySelector(`[data-not-taken="${name}"]`)?.append(...list.map((one) => card(one, () => moved(one, plan, show))));
  }
  show(content);
}

async function moved(one, plan, show) {
  await one.move(one.isAway ? null : { isDanger: one.isDanger });
  await notTakenPage(plan, show);
  const heading = document.querySelector("[data-shell] h1");
  if (heading instanceof HTMLElement) heading.focus();
}

/** @param {any} item a report or a recording */
function entry(item, plan) {
  const { fact } = item;
  const on = fact ? dayWords(fact.on) : dayWords(new Date(item.made_ms).toISOString().slice(0, 10));
  const title = (fact ? say(`kind_${fact.kind}`, { on }) : say("kind_recording", { on })) || say("kind_other", { on });
  const isDanger = fact?.kind === "check_in" && (!plan || evaluate(plan.vetoes, known(plan, fact.answers)).stop);
  return {
    title,
    why: item.state === "conflict" ? say("conflict") : say("refused", { reason: item.reason }),
    lines: fact ? linesOf(fact, plan) : [],
    isAway: isAway(item),
    isDanger,
    until: item.away_ms ? dayWords(new Date(item.away_ms + KEEP_MS).toISOString().slice(0, 10)) : "",
    move: (/** @type {any} */ how) => (fact ? putAway(item.id, how) : putAwayRecording(item.id, how)),
  };
}

const known = (plan, answers) => Object.fromEntries(Object.keys(plan.vetoes).filter((name) => name in answers).map((name) => [name, answers[name] ?? "unknown"]));

function card(one, act) {
  const kept = one.isAway ? (one.isDanger ? say("away_danger") : say("away_until", { on: one.until })) : one.isDanger ? say("not_taken_danger") : "";
  const content = fill(copy("t-not-taken-one"), { title: one.title, why: one.why, lines: one.lines, kept, act: say(one.isAway ? "take_out" : "put_away") });
  const button = content.querySelector("button");
  button?.setAttribute("aria-label", `${button.textContent}: ${one.title}`);
  button?.addEventListener("click", () => act().catch(() => {}));
  return content;
}

// ------------------------------------------------------------------ what it said, in the words it was asked in

const LINES = {
  check_in: (fact) => answersOf(fact.answers, ""),
  session_log: (fact, plan) => [...fact.items.map((item) => exerciseOf(item, plan)), ...answersOf(fact.answers, "after-")],
  message: (fact) => [{ asked: "", said: fact.words }],
  questionnaire: (fact, plan) => itemsOf(fact, plan),
  reading: (fact, plan) => [readingOf(fact, plan)],
  correction: (fact) => [wordsOf("why", fact.reason)],
};

function linesOf(fact, plan) {
  return (LINES[fact.kind]?.(fact, plan) ?? []).filter((one) => one?.said);
}

function answersOf(answers, prefix) {
  return Object.entries(answers).map(([name, value]) => flagOf(name, value) ?? wordsOf(prefix + name, value === null ? "unknown" : String(Number(value))));
}

/** A danger sign: only the ones that were ticked are said. */
function flagOf(name, value) {
  const field = inTemplates(`input[name="which"][value="${CSS.escape(name)}"]`);
  if (!field) return null;
  return Number(value) === 1 ? { asked: "", said: labelOf(field) } : { asked: "", said: "" };
}

function wordsOf(name, value) {
  const field = inTemplates(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
  const asked = field?.closest("fieldset")?.querySelector("legend")?.textContent?.trim() ?? "";
  return field ? { asked, said: labelOf(field) } : null;
}

function exerciseOf(item, plan) {
  const field = inTemplates(`[data-field="outcome"][value="${CSS.escape(item.outcome)}"]`);
  return { asked: plan?.exercises[item.exercise]?.name ?? item.exercise, said: field ? labelOf(field) : item.outcome };
}

function itemsOf(fact, plan) {
  const asked = plan?.questionnaires?.find((one) => one.id === fact.questionnaire);
  return Object.entries(fact.answers).map(([id, value]) => {
    const item = asked?.items.find((one) => one.id === id);
    return { asked: item?.words ?? id, said: value === null ? "" : (item?.cells.find(([cell]) => cell === value)?.[1] ?? value) };
  });
}

function readingOf({ measure, side, value, unit }, plan) {
  const test = [...(plan?.tests ?? []), ...(plan?.tests_of_choice ?? [])].find((one) => one.measure === measure && one.side === side);
  return { asked: test?.label ?? measure, said: `${value} ${test?.symbol ?? unit}` };
}

function inTemplates(selector) {
  for (const template of document.querySelectorAll("template")) {
    const found = template.content.querySelector(selector);
    if (found) return found;
  }
  return null;
}

const labelOf = (field) => (field.closest("label") ?? field.parentElement)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
