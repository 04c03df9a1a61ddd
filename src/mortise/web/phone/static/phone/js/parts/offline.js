// The pages without the server, filled from the plan on the phone. What has no page without it says so.

import { dueOn, opensToday } from "../core/by_hand.js";
import { dayName, dayOf, SCHEMA, chosen, levelsOf, newsTo, ofAnkle, sessionOf, standing } from "../core/plan.js";
import { flagAnswers, steps } from "../core/facts.js";
import { fieldsOf, lastTold, toldChecks } from "../core/told.js";
import { answerPage, answersList } from "./answers.js";
import { testsPage } from "./by_hand.js";
import { heldPlan } from "./contact.js";
import { keepDraft } from "./draft.js";
import { callsOf, copy, fill } from "./fill.js";
import { kept } from "./kept.js";
import { live } from "./live.js";
import { messagePage } from "./message.js";
import { ask, listPage } from "./questions.js";
import { held, note, setNote } from "./outbox.js";
import { showPicture } from "./picture.js";
import { notTakenPage } from "./not_taken.js";
import { noteUnderWay, player } from "./player.js";
import { afterwards, draftFor, said, saveCheck, showWrongs, today, watchForms } from "./saving.js";
import { notTaken } from "./today.js";
import { LOCALE, say } from "./words.js";

const MOST_NAMES = 6; // as the server: nobody reads sixty
const texts = JSON.parse(document.getElementById("phone-texts")?.textContent ?? "{}");
const main = () => /** @type {HTMLElement} */ (document.querySelector("[data-shell]"));
const dock = () => /** @type {HTMLElement} */ (document.querySelector("[data-shell-dock]"));

function show(content, below = null) {
  main().replaceChildren(content);
  dock().replaceChildren(...(below ? [below] : []));
}

/** Show the page of an address. @param {string} path */
export async function open(path) {
  const found = await heldPlan();
  const [page, part = ""] = path.replace(/^\/phone\//, "").split("/").map((one) => one || undefined);
  return shown(found, page ?? "today", part);
}

async function shown(found, page, part) {
  if (page === "not-taken") return notTakenPage("plan" in found ? found.plan : null, show);
  if (!("plan" in found)) return trouble(found.trouble, page, found.closed);
  if (found.plan.schema !== SCHEMA) return trouble("newer_plan", page);
  const state = await stateOf(found.plan);
  document.querySelector(`.p-tabs a[href="/phone/${page === "today" ? "" : `${page}/`}"]`)?.setAttribute("aria-current", "page");
  if (page === "help") return help(found.plan);
  if (page === "message") return written(state);
  if (page === "answers") return answers(state, part); // while the programme is stopped too
  if (state.isLocked || state.stop) return stop(state);
  return (await PAGES[page]?.(state, part)) ?? todayPage(state);
}

/** Each page's own work; nothing to show leads to today. */
const PAGES = {
  check: (state) => check(state).then(() => true),
  session: async (state, part) => {
    if (part === "change") return state.told ? session(state, state.told).then(() => true) : null;
    return state.isChecked && !state.isDone && state.session?.items.length ? session(state).then(() => true) : null;
  },
  live(state, part) {
    live(main(), dock(), part, state.plan.side ?? "", testsToday(state));
    return true;
  },
  test(state) {
    const { content, dock: below } = testsPage(state, testsToday(state), new URLSearchParams(location.search).get("test") ?? "");
    show(content, below);
    watchForms(document);
    return true;
  },
  async questions(state, part) {
    if (part && (await ask(state.plan, part, show))) return true;
    show(await listPage(state.plan));
    return true;
  },
  progress(state) {
    if (state.plan.pages?.progress) readOnly(state.plan, state.plan.pages.progress);
    else onlyOnline(state);
    return true;
  },
};

/** The answers of the last week, or one of them to be put right. */
function answers(state, part) {
  const told = state.checks.find((one) => one.id === decodeURIComponent(part));
  if (!told) return show(answersList(state.checks, state.on));
  const fields = { flags: addFlags, questions: (form, names) => addQuestions(form, "t-questions", names, ""), set: setChosen };
  const { content, dock: below } = answerPage(told, state.on, state.plan.ask, fields);
  show(content, below);
  watchForms(document);
}

/** A message may be written while the programme is stopped too. */
async function written(state) {
  const { content, dock: below } = messagePage(state, texts["emergency.now"] ?? "");
  show(content, below);
  watchForms(document);
  await keepDraft(/** @type {HTMLFormElement} */ (document.querySelector("form[data-draft]")));
}

const testsToday = (state) => opensToday(JSON.parse(document.getElementById("live-tests")?.textContent ?? "[]"), state.plan, state.isChecked ? (state.session?.items ?? []) : [], say("hops_wait"));

async function stateOf(plan) {
  const on = await today();
  const reports = await held();
  const day = (await note("day")) ?? { on, kinds: [] };
  const kinds = day.on === on ? day.kinds : [];
  const known = standing(plan, on, reports);
  const own = ofAnkle(plan, reports);
  const refused = await notTaken(reports);
  return { plan, on, kinds, reports, refused, news: newsTo(plan, own), told: lastTold(plan, on, own), checks: toldChecks(plan, on, own), ...known, session: sessionOf(plan, on, kinds, known.answers), ground: dayOf(plan, on).kind };
}

/** Nothing can be kept in this browser. */
export const noStore = () => trouble("no_store", location.pathname === "/phone/help/" ? "help" : "");

/** @param {string} name @param {string} page @param {any} [closed] what is left of a programme that is over */
function trouble(name, page, closed) {
  if (page === "help") return help(null, closed);
  show(fill(copy("t-trouble"), { headline: say(name), more: say(`${name}_more`), calls: callsOf(closed?.calls), emergency: closed?.emergency ?? [] }));
}

/** A page as it stood when the plan was made. */
function readOnly(plan, html) {
  const content = fill(copy("t-kept"), { kept: `${keptWords(plan)} ${say("kept_charts")}` });
  content.append(kept(html));
  show(content);
}

function keptWords({ made_at }) {
  return say("kept", { when: new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(new Date(made_at)) });
}

function onlyOnline(state) {
  show(fill(copy("t-only-online"), { headline: say("online_only"), offline: offlineWords(state) }));
}

function offlineWords({ plan, ground }) {
  const when = new Intl.DateTimeFormat(LOCALE, { weekday: "long", hour: "2-digit", minute: "2-digit" }).format(new Date(plan.made_at));
  if (ground === "maintenance") return say("expired");
  return ground === "too_old" ? say("too_old") : say("offline", { when });
}

function headlineOf(state) {
  if (state.isDone) return say("done_today");
  if (!state.isChecked) return say("first_question");
  return state.plan.texts[`load.${state.session?.load ?? "keep"}.patient`] ?? "";
}

const GLYPHS = { raise: "advance", keep: "hold", ease: "ease", rest: "pause" };

function doseWhy(plan, item) {
  return item.isEased ? say("eased") : item.why || plan.doses[item.dose].why;
}

function whyOf(state) {
  if (state.isDone) return say("tomorrow");
  if (!state.isChecked) return state.ground === "day" ? say("answers_lighter") : "";
  const why = state.session?.effect.say.length ? "" : (state.session?.why ?? "");
  const headline = headlineOf(state); // it may stand first in the reason
  return headline && why.startsWith(headline) ? why.slice(headline.length).trim() : why;
}

/** One line for each reason, as the server writes it: what only waits for another day comes last, and many are counted. */
function leftOut(all) {
  const groups = [...new Set(all.map((one) => one.why))].map((why) => ({ why, names: all.filter((one) => one.why === why).map((one) => one.name) }));
  groups.sort((one, other) => one.names.length - other.names.length);
  return groups.map(({ why, names }) => ({ why, names: `${names.length > MOST_NAMES ? say("exercises", { n: names.length }) : names.join(", ")}.` }));
}

function todayPage(state) {
  const { plan, session: solved } = state;
  const waiting = state.reports.filter((one) => one.state === "waiting");
  const minutes = Math.max(1, Math.round((solved?.seconds ?? 0) / 60));
  const items = state.isDone || !solved ? [] : solved.items;
  const hasNone = solved && state.isChecked && !state.isDone && items.length === 0;
  const content = fill(copy("t-today"), {
    date: new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${state.on}T00:00:00Z`)),
    headline: headlineOf(state),
    why: whyOf(state),
    offline: offlineWords(state),
    saved: waiting.length ? say("saved_here") : "",
    saved_more: say("saved_more"),
    refused: state.refused,
    changed: state.isChecked && !state.isDone ? (solved?.effect.say ?? []) : [],
    done: state.isDone && state.told ? "yes" : "",
    items: items.map((item) => ({ name: plan.exercises[item.exercise].name, why: doseWhy(plan, item), dose: plan.doses[item.dose].words })),
    session_title: say("session_of", { ankle: plan.ankle }),
    session_words: say("exercises_minutes", { exercises: say("exercises", { n: items.length }), minutes: say("minutes", { n: minutes }) }),
    none: hasNone ? say("rest_today") : "",
    left_out: state.isDone || !solved ? [] : leftOut([...solved.taken.map((name) => ({ name: plan.exercises[name].name, why: say("withheld") })), ...solved.left_out]),
    can_put_right: state.checks.length ? "yes" : "",
    can_change: state.told && state.isDone ? "yes" : "",
    can_change_yesterday: state.told && !state.isDone ? "yes" : "",
    tests: [...new Set(dueOn(plan.tests ?? [], state.on, state.news).map((one) => one.title ?? one.label))],
    tests_by_phone: (plan.tests_by_phone ?? []).filter((one) => one.due_on <= state.on).map((one) => ({ title: one.title })),
    education: plan.education ?? [],
    days: state.isDone || state.ground !== "day" ? "" : "yes",
  });
  if (state.isChecked) content.querySelector("h1 use")?.setAttribute("href", `#g-${GLYPHS[solved?.load] ?? "hold"}`);
  content.querySelectorAll("[data-figure]").forEach((place, i) => showPicture(place, plan.exercises[items[i].exercise].figure, "small"));
  const sensors = (plan.tests_by_phone ?? []).filter((one) => one.due_on <= state.on);
  content.querySelectorAll("[data-live-test] a").forEach((link, i) => {
    link.href = `/phone/live/${sensors[i].test}/`;
    link.setAttribute("aria-label", `${link.textContent}: ${sensors[i].title}`);
  });
  content.querySelectorAll("[data-day]").forEach((button) => {
    button.setAttribute("aria-pressed", String(state.kinds.includes(button.dataset.day)));
    button.addEventListener("click", () => choose(state, button.dataset.day));
  });
  show(content, actionOf(state, items));
}

async function choose(state, kind) {
  const kinds = chosen(state.kinds, kind);
  await setNote("day", { on: state.on, kinds, name: dayName(kinds) });
  await open("/phone/");
  document.querySelector(`[data-day="${kind}"]`)?.focus();
}

function actionOf(state, items) {
  const isMorning = state.isDone && state.morning;
  const [url, name] = !state.isChecked || isMorning ? ["/phone/check/", isMorning ? "check_morning" : items.length ? "check_in" : "check_in_only"] : ["/phone/session/", "start"];
  if (name === "start" && (state.isDone || items.length === 0)) return null;
  const action = copy("t-action");
  fill(action, { words: say(name) });
  Object.assign(action.querySelector("a"), { href: url });
  if (name === "start") noteUnderWay(action.querySelector("a"), state.session.id);
  return action;
}

function stop({ plan, stop: effect, isLocked, reports, refused }) {
  const tiers = (effect?.tiers ?? []).map((tier) => plan.texts[`emergency.${tier}`]);
  show(
    fill(copy("t-stop"), {
      headline: plan.stop.headline || plan.texts["advice.stop_and_seek_help.patient"],
      lines: [...new Set([...(isLocked ? plan.stop.lines : []), ...(effect?.say ?? []), ...tiers])].filter(Boolean),
      emergency: plan.stop.emergency,
      calls: callsOf(plan.stop.calls),
      closed: plan.texts["emergency.closed"],
      refused: refused.length ? "yes" : "",
      unsent: reports.some((one) => one.state === "waiting") ? "yes" : "",
    }),
  );
}

/** @param {any} plan or null @param {any} [closed] */
function help(plan, closed) {
  const stop = plan?.stop ?? closed;
  const known = plan?.texts ?? texts;
  show(
    fill(copy("t-help"), {
      emergency_now: known["emergency.now"],
      emergency: stop?.emergency ?? [],
      calls: callsOf(stop?.calls),
      flare: ["education.flare", "education.pacing"].map((key) => known[key]).filter(Boolean),
      setbacks: Object.keys(known).filter((key) => key.startsWith("setback.")).map((key) => known[key]),
      clinic: plan?.clinic,
      kept: plan?.pages?.looks ? keptWords(plan) : "",
    }),
  );
  if (plan?.pages?.looks) document.querySelector("[data-looks]")?.append(kept(plan.pages.looks));
}

// ------------------------------------------------------------------ check

async function check(state) {
  const draft = (await draftFor(false)) ?? (await draftFor(true));
  const asked = steps(state.plan.ask, state.morning);
  const wanted = Number(new URLSearchParams(location.search).get("step") ?? draft.step) || 1;
  const isBegun = state.plan.ask.red_flags.every((name) => name in draft.answers);
  showStep(state, draft, asked, isBegun ? Math.min(wanted, asked.length + 1) : 1);
}

function showStep(state, draft, asked, number) {
  const n_steps = asked.length + 1;
  const names = number === 1 ? state.plan.ask.red_flags : asked[number - 2];
  const content = fill(copy("t-check"), {
    title: say("before_start"),
    ankle: state.plan.ankle_title ?? "",
    step_of: say("step_of", { i: number, n: n_steps }),
    marks: Array.from({ length: n_steps }, (_, i) => ({ attributes: i + 1 < number ? { class: "is-done" } : i + 1 === number ? { "aria-current": "step" } : {} })),
    note: say(number === 1 ? "note_flags" : "note_questions"),
  });
  const form = content.querySelector("form");
  form.classList.toggle("flags", number === 1);
  if (number === 1) addFlags(form, names);
  else addQuestions(form, "t-questions", names, "");
  setChosen(form, draft.answers);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    nextStep(state, draft, asked, number, form);
  });
  const below = fill(copy("t-check-dock"), { next: say(number === n_steps ? "save" : "next") });
  const back = below.querySelector("[data-go-back]");
  if (number === 1) back.remove();
  else back.addEventListener("click", () => showStep(state, draft, asked, number - 1));
  show(content, below);
  window.scrollTo(0, 0);
  document.querySelector("[data-shell] h1")?.focus();
}

async function nextStep(state, draft, asked, number, form) {
  const names = number === 1 ? state.plan.ask.red_flags : asked[number - 2];
  const found = number === 1 ? flagsOf(form, names) : questionsOf(form, names);
  if ("wrongs" in found) return showWrongs(form, found.wrongs);
  Object.assign(draft.answers, found.answers);
  draft.step = number + 1;
  await afterwards(() => setNote("draft", draft)); // with a full store it goes on to the end, where saving says so
  const isFlag = number === 1 && Object.values(found.answers).includes("1");
  if (!isFlag && number <= asked.length) return showStep(state, draft, asked, number + 1);
  await saveCheck(draft, state.plan, state.morning).catch(() => showWrongs(form, [{ name: form.elements[0]?.name ?? "", wrong: "not_saved" }]));
}

function flagsOf(form, flags) {
  const data = new FormData(form);
  const found = flagAnswers(flags, data.getAll("which").map(String), /** @type {string | null} */ (data.get("any_of_these")));
  if ("answers" in found) return found;
  return { wrongs: [{ name: found.wrong === "choose_which" ? "which" : "any_of_these", wrong: found.wrong }] };
}

function questionsOf(form, names) {
  const given = said(form);
  const wrongs = names.filter((name) => !given[name]).map((name) => ({ name, wrong: "choose_answer" }));
  return wrongs.length ? { wrongs } : { answers: Object.fromEntries(names.map((name) => [name, given[name]])) };
}

function addFlags(form, flags) {
  form.append(copy("t-flags"));
  form.querySelectorAll('input[name="which"]').forEach((input) => flags.includes(input.value) || input.closest("label").remove());
}

function addQuestions(place, template, names, prefix) {
  const all = copy(template);
  for (const name of names) {
    const field = all.querySelector(`[name="${CSS.escape(prefix + name)}"]`)?.closest(".field");
    if (field) place.append(field);
  }
}

function setChosen(form, answers) {
  for (const [name, value] of Object.entries(answers)) {
    form.querySelectorAll(`input[name="${CSS.escape(name)}"]`).forEach((input) => (input.checked = input.value === value));
    const flag = form.querySelector(`input[name="which"][value="${CSS.escape(name)}"]`);
    if (flag) flag.checked = value === "1";
  }
}

// ------------------------------------------------------------------ session

/** @param {any} state @param {ReturnType<typeof lastTold>} [told] a session to be told once more */
async function session(state, told = null) {
  const { plan } = state;
  const solved = told ? { id: told.log.session, items: told.log.items.map((one) => ({ exercise: one.exercise, dose: told.doses[one.exercise], isEased: false, why: "", easier: [], harder: "" })) } : state.session;
  const content = fill(copy("t-session"), { title: told ? "" : say("session_of", { ankle: plan.ankle }), change: told ? "yes" : "" });
  const form = content.querySelector("form");
  form.dataset.session = solved.id;
  form.dataset.on = told ? told.log.on : state.on;
  if (told) Object.assign(form.dataset, { change: "", fixed: JSON.stringify(told.fixed) });
  form.elements.namedItem("log_id").value = crypto.randomUUID(); // a session begun earlier brings its own back
  const finish = form.querySelector("[data-finish]");
  for (const item of solved.items) finish.before(exerciseOf(plan, item));
  addQuestions(form.querySelector("[data-after]"), "t-after", plan.ask.after_session, "after-");
  await Promise.all(
    [...form.querySelectorAll("[data-exercise]")].map((node, i) => showPicture(node.querySelector("[data-figure]"), plan.exercises[solved.items[i].exercise].figure, "moving")),
  );
  if (told) setFields(form, fieldsOf(told.log));
  show(content, copy("t-session-dock"));
  document.querySelector(".p-main")?.classList.add("p-main--play");
  document.querySelector(".p-tabs")?.setAttribute("hidden", "");
  watchForms(document);
  player(/** @type {HTMLFormElement} */ (document.getElementById("session")));
}

function setFields(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    form.querySelectorAll(`input[name="${CSS.escape(name)}"]`).forEach((input) => {
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    });
  }
}

function exerciseOf(plan, item) {
  const part = copy("t-exercise");
  const exercise = plan.exercises[item.exercise];
  const dose = plan.doses[item.dose];
  const section = part.querySelector("[data-exercise]");
  for (const node of [section, ...section.querySelectorAll("*")]) {
    for (const name of ["name", "id", "for", "aria-describedby", "data-exercise"]) {
      const value = node.getAttribute(name);
      if (value?.includes("__exercise__")) node.setAttribute(name, value.replaceAll("__exercise__", item.exercise));
    }
  }
  section.dataset.dose = JSON.stringify(dose.numbers);
  section.dataset.doseStep = String(dose.step);
  section.dataset.levels = JSON.stringify(levelsOf(plan, item).map(({ step, long_words, numbers, tempo, rep_words }) => ({ step, long_words, numbers, tempo, rep_words })));
  section.dataset.harder = item.isEased ? say("lighter_day") : item.harder;
  section.dataset.sides = exercise.sides;
  fill(section, {
    ...exercise,
    dose_words: dose.long_words,
    dose_limit: item.isEased ? `. ${say("eased")}` : item.why ? `. ${item.why}` : "",
    tempo: dose.tempo.map((one) => ({ ...one, attributes: { "data-kind": one.kind, "data-seconds": one.seconds } })),
    rep_words: dose.rep_words,
    n_reps: dose.numbers.n_reps,
    n_sets: dose.numbers.n_sets,
  });
  addBeads(section, "rep-beads", dose.numbers.n_reps);
  addBeads(section, "set-beads", dose.numbers.n_sets);
  return part;
}

function addBeads(section, name, n) {
  const row = section.querySelector(`[data-show="${name}"]`);
  for (let i = 0; row && i < Math.min(n, 20); i += 1) row.append(document.createElement("i"));
}
