// Questionnaires, one item a screen, from the plan on the phone: with and without the server. Every answer is kept locked
// at once, so that it goes on where it was left; at the end the answers go into the outbox and are scored by the server.

import { instant } from "../core/day.js";
import { known, onGrid, compared, parse, written } from "../core/decimal.js";
import { firstOpen, scoreOf } from "../core/scores.js";
import { heldPlan, present, sendSoon } from "./contact.js";
import { copy, fill } from "./fill.js";
import { keep, note, setNote } from "./outbox.js";
import { afterwards, isReady, showWrongs, today } from "./saving.js";
import { episodeOfPage } from "./vault.js";
import { say } from "./words.js";

const KEPT = "questions";
const FEW_CELLS = 4;
const CANNOT_SAY = "unknown";

/** What was answered so far, today. @returns {Promise<{on: string, all: Record<string, {batch: string, answers: Record<string, string | null>}>}>} */
async function kept() {
  const on = await today();
  const found = await note(KEPT);
  return found?.on === on ? found : { on, all: {} };
}

const keyOf = (plan, asked) => `${plan.episode ?? ""}:${asked.id}:${asked.version}`;

async function underWay(plan, asked) {
  return (await kept()).all[keyOf(plan, asked)] ?? { batch: crypto.randomUUID().replaceAll("-", ""), answers: {} };
}

async function noteAnswers(plan, asked, done) {
  const found = await kept();
  if (done) found.all[keyOf(plan, asked)] = done;
  else delete found.all[keyOf(plan, asked)];
  await setNote(KEPT, found);
}

/** A page of the server: the phone takes over where it holds this questionnaire, with what the server knows of it. @param {HTMLElement} page */
export async function takeOver(page) {
  const { questionnaire: id, version, answers, batch } = page.dataset;
  const found = await heldPlan();
  if (!(await isReady()) || !("plan" in found) || (found.plan.episode ?? "") !== episodeOfPage()) return;
  const asked = (found.plan.questionnaires ?? []).find((one) => one.id === id && one.version === version);
  if (!asked) return;
  const done = await underWay(found.plan, asked);
  const theirs = JSON.parse(answers || "{}");
  if (Object.keys(done.answers).length === 0 && batch) done.batch = batch;
  done.answers = { ...theirs, ...done.answers };
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const place = main.querySelector("[data-question-place]") ?? main;
  const dock = /** @type {HTMLElement} */ (document.querySelector("[data-question-dock]"));
  const top = document.querySelector("[data-question-top]");
  const show = (/** @type {DocumentFragment} */ content, /** @type {DocumentFragment} */ below) => {
    const head = content.firstElementChild; // beside the way out, as on the server's page
    if (top && head) top.replaceChildren(head);
    place.replaceChildren(content);
    dock.replaceChildren(below);
  };
  new Asking(found.plan, asked, done, show).go(firstOpen(asked.items, done.answers));
}

/** How far one has come with each, on the server's list. @param {Element} list */
export async function noteList(list) {
  const found = await heldPlan();
  if (!("plan" in found)) return;
  const { all } = await kept();
  for (const asked of found.plan.questionnaires ?? []) {
    const n = Object.keys(all[keyOf(found.plan, asked)]?.answers ?? {}).length;
    const link = list.querySelector(`[data-open-questionnaire="${CSS.escape(asked.id)}"]`);
    if (n && link) [link.textContent, link.ariaLabel] = [say("go_on"), `${say("go_on")}: ${asked.short}`];
  }
}

/** The list without the server. @param {any} plan */
export async function listPage(plan) {
  const { all } = await kept();
  const rows = (plan.questionnaires ?? []).map((asked) => {
    const n = Object.keys(all[keyOf(plan, asked)]?.answers ?? {}).length;
    const parts = [asked.is_due ? say("due") : "", say("questions", { n: asked.items.length }), n ? say("n_answered", { n }) : "", asked.about];
    return { short: asked.short, about: parts.filter(Boolean).join(" "), word: say(n ? "go_on" : "open") };
  });
  const content = fill(copy("t-question-list"), { rows, none: rows.length ? "" : "yes" });
  content.querySelectorAll("[data-open]").forEach((link, i) => {
    const asked = plan.questionnaires[i];
    link.href = `/phone/questions/${asked.id}/`;
    link.setAttribute("aria-label", `${rows[i].word}: ${asked.short}`);
  });
  return content;
}

/** One questionnaire without the server. @param {any} plan @param {string} id @param {(content: Node, below: Node) => void} show */
export async function ask(plan, id, show) {
  const asked = (plan.questionnaires ?? []).find((one) => one.id === id);
  if (!asked) return false;
  const done = await underWay(plan, asked);
  new Asking(plan, asked, done, show).go(firstOpen(asked.items, done.answers));
  return true;
}

class Asking {
  constructor(plan, asked, done, show) {
    Object.assign(this, { plan, asked, done, show });
  }

  /** @param {number} at */
  go(at) {
    const { asked, done } = this;
    if (at >= asked.items.length) this.end();
    else this.item(at, asked.items[at], done.answers[asked.items[at].id]);
    window.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (document.querySelector("[data-question-title]"))?.focus();
  }

  item(at, item, said) {
    const content = fill(copy("t-question"), { short: this.asked.short, step_of: say("step_of", { i: at + 1, n: this.asked.items.length }), recall: this.asked.recall });
    const form = content.querySelector("form");
    form.append(item.cells.length ? cellsOf(item, said) : numberOf(item, said));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answered(at, item, form);
    });
    this.show(content, this.dock(say("next"), at > 0 ? () => this.go(at - 1) : null));
  }

  async answered(at, item, form) {
    const value = String(new FormData(form).get("answer") ?? "");
    const found = item.cells.length ? chosen(value) : typed(value, item);
    if ("wrong" in found) return showWrongs(form, [{ name: "answer", ...found }]);
    this.done.answers[item.id] = found.said;
    await afterwards(() => noteAnswers(this.plan, this.asked, this.done)); // a full store: it goes on all the same, to the end
    this.go(at + 1);
  }

  end() {
    const { asked, done } = this;
    const scores = asked.scores.map((rule) => ({ rule, ...scoreOf(rule, done.answers) }));
    const n_open = Object.values(done.answers).filter((one) => one === null).length;
    const isAny = scores.some((one) => one.value !== null);
    const content = fill(copy("t-question-end"), {
      short: asked.short,
      scores: scores.map(({ rule, value, n_given, n_items, least }) => ({
        label: rule.label,
        value: value === null ? say("no_score", { n: n_given, all: n_items, least }) : say("score_of", { value, high: written(known(rule.high)) }),
      })),
      open: n_open ? say("left_open", { n: n_open }) : "",
      too_little: isAny ? "" : say("too_little"),
    });
    const form = content.querySelector("form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!isAny) return this.leave();
      form.dataset.isSaving ||= "";
      if (form.dataset.isSaving) return;
      form.dataset.isSaving = "yes";
      await this.save().catch(() => showWrongs(form, [{ name: "", wrong: "not_saved" }]));
      form.dataset.isSaving = "";
    });
    this.show(content, this.dock(say(isAny ? "save" : "leave"), () => this.go(asked.items.length - 1)));
  }

  async save() {
    const { plan, asked, done } = this;
    const captured_at = instant(await present());
    await keep([{ kind: "questionnaire", id: done.batch, on: await today(), captured_at, questionnaire: asked.id, version: asked.version, answers: done.answers }], plan.episode);
    await this.leave();
  }

  async leave() {
    await afterwards(() => noteAnswers(this.plan, this.asked, null), () => sendSoon());
    location.assign("/phone/");
  }

  dock(words, back) {
    const below = fill(copy("t-question-dock"), { next: words });
    const button = below.querySelector("[data-go-back]");
    if (back) button.addEventListener("click", back);
    else button.remove();
    return below;
  }
}

const chosen = (value) => (value === "" ? { wrong: "choose_item" } : { said: value === CANNOT_SAY ? null : value });

function typed(value, { low, high, step }) {
  if (value.trim() === "") return { said: null };
  const number = parse(value);
  const isFit = number && compared(number, known(low)) >= 0 && compared(number, known(high)) <= 0 && (!step || compared(onGrid(number, known(step)), number) === 0);
  return isFit ? { said: written(number) } : { wrong: "choose_number", values: { low, high } };
}

function cellsOf(item, said) {
  const part = fill(copy("t-cells"), { words: item.words, cells: [...item.cells.map(([value, label]) => ({ label, attributes: { "data-value": value } })), { label: say("leave_open"), attributes: { "data-value": CANNOT_SAY } }] });
  const now = said === null ? CANNOT_SAY : said;
  part.querySelector(".pick")?.classList.toggle("pick--row", item.cells.length > FEW_CELLS);
  part.querySelectorAll("label[data-value]").forEach((label) => {
    const input = label.querySelector("input");
    Object.assign(input, { value: label.dataset.value, checked: label.dataset.value === now });
    if (label.dataset.value === CANNOT_SAY) label.querySelector("span").className = "pick__cant";
  });
  return part;
}

function numberOf(item, said) {
  const part = fill(copy("t-number"), { label: item.words, how: "", symbol: say("from_to", { low: item.low, high: item.high }) });
  const input = part.querySelector("input");
  part.querySelector("label").htmlFor = input.id = "id_answer";
  Object.assign(input, { name: "answer", value: said ?? "" });
  return part;
}
