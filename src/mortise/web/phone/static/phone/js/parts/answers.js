// The answers of the last week, and one of them put right: the server's page, and the same from the plan on the phone.

import { flagAnswers } from "../core/facts.js";
import { askedAgain, putRight } from "../core/told.js";
import { copy, fill } from "./fill.js";
import { dayWords, say } from "./words.js";

const toldOfPage = () => JSON.parse(document.getElementById("told-check")?.textContent ?? "null");

/** The list. @param {any[]} checks newest first @param {string} on */
export function answersList(checks, on) {
  const content = fill(copy("t-answers"), { rows: checks.map((told) => ({ title: titleOf(told, on) })), none: checks.length ? "" : "yes" });
  content.querySelectorAll("[data-open]").forEach((link, i) => {
    link.href = `/phone/answers/${encodeURIComponent(checks[i].id)}/`;
    link.setAttribute("aria-label", `${link.textContent}: ${titleOf(checks[i], on)}`);
  });
  return content;
}

const titleOf = (told, on) => say(`check_${told.moment}`, { on: told.on === on ? say("today") : dayWords(told.on) });

/**
 * One check as it was answered. @param {any} told @param {string} on @param {{red_flags: string[], check_in: string[], next_morning: string[]}} ask in the order they are asked
 * @param {{flags: (form: Element, names: string[]) => void, questions: (form: Element, names: string[]) => void, set: (form: Element, answers: Record<string, string>) => void}} fields
 */
export function answerPage(told, on, ask, fields) {
  const content = fill(copy("t-answer"), { title: titleOf(told, on) });
  const form = content.querySelector("form");
  const known = askedAgain(told, on);
  const own = told.moment === "next_morning" ? ask.next_morning : ask.check_in;
  const asked = [...new Set([...ask.red_flags, ...own, ...known])].filter((name) => known.includes(name));
  const flags = asked.filter((name) => ask.red_flags.includes(name));
  if (flags.length) {
    const part = document.createElement("div");
    Object.assign(part, { className: "stack gap-5 flags" });
    part.dataset.flags = "";
    form.append(part);
    fields.flags(part, flags);
  }
  fields.questions(form, asked.filter((name) => !flags.includes(name)));
  form.append(copy("t-why"));
  const answers = Object.fromEntries(asked.map((name) => [name, told.answers[name] === null ? "unknown" : String(Number(told.answers[name]))]));
  const isFlagged = flags.some((name) => answers[name] === "1");
  fields.set(form, { ...answers, ...(flags.length ? { any_of_these: isFlagged ? "some" : "none" } : {}) });
  form.dataset.told = JSON.stringify(told);
  return { content, dock: copy("t-answer-dock") };
}

/** What the form says, as the reports to keep. @param {HTMLFormElement} form @param {{on: string, captured_at: string}} now */
export function putRightIn(form, now) {
  const told = form.dataset.told ? JSON.parse(form.dataset.told) : toldOfPage();
  const data = new FormData(form);
  const flags = [...form.querySelectorAll('input[name="which"]')].map((input) => input.value);
  const found = flags.length ? flagAnswers(flags, data.getAll("which").map(String), /** @type {string | null} */ (data.get("any_of_these"))) : { answers: {} };
  if ("wrong" in found) return { wrongs: [{ name: found.wrong === "choose_which" ? "which" : "any_of_these", wrong: found.wrong }] };
  const asked = new Set([...form.querySelectorAll("input[type=radio]")].map((input) => input.name).filter((name) => name in told.answers));
  const wrongs = [...asked].filter((name) => !data.get(name)).map((name) => ({ name, wrong: "choose_answer" }));
  if (!data.get("why")) wrongs.push({ name: "why", wrong: "choose_why" });
  if (wrongs.length) return { wrongs };
  form.dataset.batch ||= crypto.randomUUID().replaceAll("-", ""); // tapped twice it is one report
  const answers = { ...found.answers, ...Object.fromEntries([...asked].map((name) => [name, String(data.get(name))])) };
  const made = putRight(told, answers, { ...now, batch: form.dataset.batch, why: String(data.get("why")) });
  return "wrong" in made ? { wrongs: [{ name: "why", wrong: made.wrong }] } : made;
}
