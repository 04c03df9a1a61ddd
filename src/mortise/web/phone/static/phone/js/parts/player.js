// The player: enhances the session form, which works without it. One exercise at a time, timed by the wall clock.
// Every change is kept on the device at once, so a locked screen, a call or a killed page resumes where it was.

import { carried, elapsed, fresh, pause, seek, start, watchClock, woken } from "../core/clock.js";
import { carriedOver } from "../core/ladder.js";
import { mustStop } from "../core/outcome.js";
import { completed, oneBack, phaseAt } from "../core/tempo.js";
import { exercise } from "./exercise.js";
import { soundBox, wakeLock } from "./sound.js";
import { say } from "./words.js";

const BUZZ = { up: [60], hold: [30], down: [30], go: [60], walk: [30], run: [60, 60, 60], rest: [120], end: [120, 80, 120] };
const N_UNDO = 20;

/** @param {HTMLFormElement} form */
export function player(form) {
  const isChange = form.dataset.change !== undefined;
  const key = `mortise-${isChange ? "change" : "session"}-${form.dataset.session}`;
  const sections = [...form.querySelectorAll("[data-exercise]")].map(exercise);
  const sound = soundBox();
  const wake = wakeLock();
  const state = Object.assign({ at: isChange ? sections.length : 0, step: isChange ? "finish" : "intro", clock: fresh(), undo: [], back: false }, isChange ? null : stored(key));
  let spoken = "";

  const clock = watchClock(() => ({ wall_ms: Date.now(), steady_ms: performance.now() }), () => document.visibilityState !== "visible");
  state.clock = woken(state.clock, Date.now());

  /** Where the exercise is. The phone's clock may be set while it runs: that neither stops it nor does sets. */
  function now_s() {
    const set_ms = clock.set_ms();
    if (set_ms) {
      state.clock = carried(state.clock, set_ms);
      keep();
    }
    return elapsed(state.clock, Date.now()) / 1000;
  }
  const snapshot = () => ({ at: state.at, step: state.step, clock: state.clock, answers: answers(form), levels: sections.map((one) => one.level) });

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ ...snapshot(), undo: state.undo, back: state.back }));
    } catch {
      // nothing can be kept here (full, or forbidden): the session runs on and is saved at its end
    }
  }

  /** Remember how it was, so that the next tap can be taken back. A clock is remembered as it stood, or where it is set. */
  function remember(at_s = now_s()) {
    state.undo = [...state.undo, { ...snapshot(), clock: { elapsed_ms: at_s * 1000, running_since_ms: null } }].slice(-N_UNDO);
  }

  function go(step) {
    state.step = step;
    if (step !== "run") wake.release();
    render();
    keep();
  }

  function open(index, step = "intro") {
    sound.clear();
    Object.assign(state, { at: index, clock: fresh() });
    go(index < sections.length ? step : "finish");
    window.scrollTo(0, 0);
    form.querySelector(`[data-exercise]:not([hidden]) h2, [data-finish]:not([hidden]) h2`)?.focus();
  }

  function run() {
    if (state.step === "intro") window.scrollTo(0, 0); // whoever read to the end of it sees the figure and the counts
    sound.unlock();
    state.clock = start(state.clock, Date.now());
    wake.hold();
    go("run");
    tick();
  }

  function halt() {
    now_s();
    state.clock = pause(state.clock, Date.now());
    sound.clear();
    wake.release();
    keep();
    render();
  }

  function finishExercise() {
    const here = sections[state.at];
    remember(oneBack(here.phases, now_s())); // taken back, the last repetition is done again
    here.record(completed(here.phases, now_s()));
    state.clock = pause(state.clock, Date.now());
    sound.say(here.node.dataset.sayend ?? "");
    go("after");
  }

  function tick() {
    if (state.step !== "run") return;
    const here = sections[state.at];
    const at_s = now_s();
    const phase = phaseAt(here.phases, at_s);
    if (!phase) {
      sound.buzz(BUZZ.end);
      finishExercise();
      return;
    }
    here.show(phase, at_s);
    if (state.clock.running_since_ms !== null) {
      sound.plan(here.phases, at_s);
      announce(phase);
      requestAnimationFrame(tick);
    }
  }

  function announce({ index, phase }) {
    if (spoken === `${state.at}:${index}`) return;
    spoken = `${state.at}:${index}`;
    sound.buzz(BUZZ[phase.kind] ?? []);
    sound.say(sections[state.at].spoken(phase));
    sections[state.at].announce(phase);
  }

  function render() {
    const here = sections[state.at];
    sections.forEach((section) => {
      section.node.hidden = section !== here;
      section.node.querySelectorAll("[data-step]").forEach((part) => {
        part.hidden = !part.dataset.step.split(" ").includes(state.step) || (isChange && "scripted" in part.dataset);
      });
    });
    form.querySelector("[data-finish]").hidden = state.step !== "finish";
    if (state.step === "finish") summary();
    document.querySelectorAll("[data-dock]").forEach((dock) => {
      dock.hidden = dock.dataset.dock !== state.step;
    });
    document.querySelectorAll('[data-do="previous"]').forEach((button) => (button.disabled = state.at === 0));
    const bar = document.querySelector("[data-dock-bar]");
    bar.hidden = ![...bar.querySelectorAll("[data-dock]")].some((dock) => !dock.hidden);
    document.querySelectorAll('[data-do="undo"]').forEach((button) => (button.hidden = state.undo.length === 0));
    const isRunning = state.clock.running_since_ms !== null;
    document.querySelectorAll("[data-when]").forEach((node) => {
      node.hidden = (node.dataset.when === "running") !== isRunning;
    });
    const count = document.querySelector("[data-count]");
    if (count) count.hidden = state.step === "finish";
    if (count && here) count.textContent = count.dataset.words.replace("{i}", String(state.at + 1)).replace("{n}", String(sections.length));
  }

  /** What became of each exercise, each with a way back to it. */
  function summary() {
    const list = form.querySelector("[data-summary]");
    if (!list) return;
    list.hidden = false;
    list.replaceChildren(
      ...sections.map((section, i) => {
        const { name, outcome } = section.told();
        const row = element("li", "row");
        const words = element("div");
        words.append(element("p", "row__title", name), element("p", "row__why", outcome || list.dataset.none));
        const button = element("button", "btn btn--line btn--small", list.dataset.change);
        Object.assign(button, { type: "button" });
        Object.assign(button.dataset, { do: "change", at: String(i) });
        button.setAttribute("aria-label", `${list.dataset.change}: ${name}`);
        row.append(words, button);
        return row;
      }),
    );
  }

  function nudge(by) {
    const here = sections[state.at];
    const before = here.phases;
    const at_s = now_s();
    if (!here.nudge(by)) return keep();
    sound.clear();
    spoken = "";
    const to_s = state.step === "run" ? carriedOver(before, here.phases, at_s) : 0;
    if (to_s === null) return finishExercise();
    if (state.step === "run") state.clock = seek(state.clock, to_s * 1000, Date.now());
    keep();
    tick();
  }

  const actions = {
    start: run,
    toggle: () => (state.clock.running_since_ms === null ? run() : halt()),
    back() {
      const now = Date.now();
      const to_s = oneBack(sections[state.at].phases, now_s());
      sound.clear();
      state.clock = seek(state.clock, to_s * 1000, now);
      keep();
      tick();
    },
    easier: () => nudge(1),
    harder: () => nudge(-1),
    hurts() {
      remember();
      sections[state.at].hurt(completed(sections[state.at].phases, now_s()));
      halt();
      go("after");
    },
    skip() {
      remember();
      sections[state.at].record({ n_sets: 0, n_reps: 0 });
      halt();
      go("after");
    },
    next() {
      remember();
      const isBack = state.back;
      state.back = false;
      open(isBack ? sections.length : state.at + 1);
    },
    previous: () => open(Math.max(0, state.at - 1)),
    change(button) {
      remember();
      state.back = true;
      open(Number(button.dataset.at), "after");
    },
    undo() {
      const before = state.undo.at(-1);
      if (!before) return;
      sound.clear();
      sections.forEach((section, i) => section.lay(before.levels[i] ?? 0));
      wipe(form);
      restore(form, before.answers);
      Object.assign(state, { at: before.at, clock: before.clock, undo: state.undo.slice(0, -1), back: false });
      go(before.step);
      tick();
    },
    cues(button) {
      const choice = document.querySelector("[data-cues]");
      if (!choice) return;
      choice.hidden = !choice.hidden;
      button.setAttribute("aria-expanded", String(!choice.hidden));
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]?.(button);
  });
  form.addEventListener("change", () => {
    keep();
    const here = sections[state.at];
    if (here && mustStop(here.pain())) here.stopForPain();
  });
  form.addEventListener("submit", (event) => event.defaultPrevented || localStorage.removeItem(key));
  form.addEventListener("wrong", (event) => {
    const at = sections.findIndex((section) => event.detail.startsWith(`${section.node.dataset.exercise}-`));
    if (at >= 0) state.at = at;
    go(at >= 0 ? "after" : "finish");
  });
  document.addEventListener("visibilitychange", () => {
    const isRunning = state.step === "run" && state.clock.running_since_ms !== null;
    if (document.visibilityState !== "visible") clock.hidden();
    if (document.visibilityState === "visible") {
      if (sound.cue === "voice") sound.clear(); // beeps stood in for it
      tick();
    } else if (isRunning) sound.plan(sections[state.at].phases, now_s());
  });
  watchCues(sound);
  sections.forEach((section, i) => section.lay(state.levels?.[i] ?? 0));
  if (!isChange) restore(form, stored(key)?.answers);
  form.classList.add("is-player");
  render();
  if (state.step !== "run") return;
  if (state.clock.running_since_ms !== null) wakeUp();
  tick();

  /** Killed and opened again it runs on by the clock; browsers give sound only at the next touch, whichever that is. */
  function wakeUp() {
    wake.hold();
    const touched = () => {
      ["pointerdown", "keydown"].forEach((name) => document.removeEventListener(name, touched));
      if (state.step === "run" && state.clock.running_since_ms !== null) sound.unlock();
    };
    ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, touched));
  }
}

/** A session that was begun on this phone goes on: the way to it says so. @param {HTMLElement} link @param {string} session */
export function noteUnderWay(link, session) {
  if (stored(`mortise-session-${session}`)) link.textContent = say("go_on_session");
}

/** The choice of what tells the time: kept for next time; what this phone cannot do says so. */
function watchCues(sound) {
  document.querySelectorAll('[data-cues] input[name="cue"]').forEach((input) => {
    input.checked = input.value === sound.cue;
    input.addEventListener("change", () => {
      sound.choose(input.value);
      sound.unlock();
      const note = document.querySelector("[data-cue-note]");
      if (note) note.hidden = sound.can(input.value);
    });
  });
}

function element(tag, kind = "", words = "") {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  node.textContent = words;
  return node;
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null; // an older form of the page: start this session's player anew, the server has what was sent
  }
}

function answers(form) {
  return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
}

function wipe(form) {
  form.querySelectorAll("input[type=radio], input[type=checkbox]").forEach((input) => (input.checked = false));
  form.querySelectorAll("input[data-field]:not([type=radio])").forEach((input) => (input.value = ""));
}

function restore(form, pairs) {
  for (const [name, value] of pairs ?? []) {
    for (const field of form.elements[name] instanceof RadioNodeList ? form.elements[name] : [form.elements[name]]) {
      if (!field) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value || field.checked;
      else field.value = value;
    }
  }
}
