// The player: enhances the session form, which works without it. One exercise at a time, timed by the wall clock.
// Every change is kept on the device at once, so a locked screen, a call or a killed page resumes where it was.

import { elapsed, fresh, pause, seek, start } from "../core/clock.js";
import { mustStop, outcome } from "../core/outcome.js";
import { completed, oneBack, phaseAt, timeline, totalSeconds } from "../core/tempo.js";
import { movingFigure } from "./figure.js";
import { buzz, soundBox, wakeLock } from "./sound.js";

const BUZZ = { up: [60], hold: [30], down: [30], go: [60], walk: [30], run: [60, 60, 60], rest: [120], end: [120, 80, 120] };

/** @param {HTMLFormElement} form */
export function player(form) {
  const key = `mortise-session-${form.dataset.session}`;
  const sections = [...form.querySelectorAll("[data-exercise]")].map(exercise);
  const sound = soundBox();
  const wake = wakeLock();
  const state = Object.assign({ at: 0, step: "intro", clock: fresh() }, stored(key));
  let spoken = "";

  function keep() {
    localStorage.setItem(key, JSON.stringify({ at: state.at, step: state.step, clock: state.clock, answers: answers(form) }));
  }

  function go(step) {
    state.step = step;
    if (step !== "run") wake.release();
    render();
    keep();
  }

  function open(index) {
    sound.clear();
    Object.assign(state, { at: index, clock: fresh() });
    go(index < sections.length ? "intro" : "finish");
    window.scrollTo(0, 0);
    form.querySelector(`[data-step]:not([hidden]) h1, [data-step]:not([hidden]) h2`)?.focus();
  }

  function run() {
    sound.unlock();
    state.clock = start(state.clock, Date.now());
    wake.hold();
    go("run");
    tick();
  }

  function halt() {
    state.clock = pause(state.clock, Date.now());
    sound.clear();
    wake.release();
    keep();
    render();
  }

  function finishExercise() {
    const here = sections[state.at];
    const done = completed(here.phases, elapsed(state.clock, Date.now()) / 1000);
    here.record(done);
    state.clock = pause(state.clock, Date.now());
    sound.clear();
    go("after");
  }

  function tick() {
    if (state.step !== "run") return;
    const here = sections[state.at];
    const now_s = elapsed(state.clock, Date.now()) / 1000;
    const phase = phaseAt(here.phases, now_s);
    if (!phase) {
      buzz(BUZZ.end);
      finishExercise();
      return;
    }
    here.show(phase, now_s);
    if (state.clock.running_since_ms !== null) {
      sound.plan(here.phases, now_s);
      announce(phase);
      requestAnimationFrame(tick);
    }
  }

  function announce({ index, phase }) {
    if (spoken === `${state.at}:${index}`) return;
    spoken = `${state.at}:${index}`;
    buzz(BUZZ[phase.kind] ?? []);
    sections[state.at].announce(phase);
  }

  function render() {
    const here = sections[state.at];
    sections.forEach((section) => {
      section.node.hidden = section !== here;
      section.node.querySelectorAll("[data-step]").forEach((part) => {
        part.hidden = !part.dataset.step.split(" ").includes(state.step);
      });
    });
    form.querySelector("[data-finish]").hidden = state.step !== "finish";
    document.querySelectorAll("[data-dock]").forEach((dock) => {
      dock.hidden = dock.dataset.dock !== state.step;
    });
    const isRunning = state.clock.running_since_ms !== null;
    document.querySelectorAll("[data-when]").forEach((node) => {
      node.hidden = (node.dataset.when === "running") !== isRunning;
    });
    const count = document.querySelector("[data-count]");
    if (count && here) count.textContent = count.dataset.words.replace("{i}", String(state.at + 1)).replace("{n}", String(sections.length));
  }

  const actions = {
    start: run,
    toggle: () => (state.clock.running_since_ms === null ? run() : halt()),
    back() {
      const now = Date.now();
      const to_s = oneBack(sections[state.at].phases, elapsed(state.clock, now) / 1000);
      sound.clear();
      state.clock = seek(state.clock, to_s * 1000, now);
      keep();
      tick();
    },
    hurts() {
      sections[state.at].hurt(completed(sections[state.at].phases, elapsed(state.clock, Date.now()) / 1000));
      halt();
      go("after");
    },
    skip() {
      sections[state.at].record({ n_sets: 0, n_reps: 0 });
      halt();
      go("after");
    },
    next: () => open(state.at + 1),
    previous: () => open(Math.max(0, state.at - 1)),
    sound(button) {
      button.setAttribute("aria-pressed", String(sound.toggle()));
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
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tick());
  restore(form, stored(key)?.answers);
  form.classList.add("is-player");
  document.querySelector("[data-dock-bar]").hidden = false;
  render();
  if (state.step === "run") tick();
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

function restore(form, pairs) {
  for (const [name, value] of pairs ?? []) {
    for (const field of form.elements[name] instanceof RadioNodeList ? form.elements[name] : [form.elements[name]]) {
      if (!field) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value || field.checked;
      else field.value = value;
    }
  }
}

/** One exercise's part of the page. */
function exercise(node) {
  const dose = JSON.parse(node.dataset.dose);
  const sides = node.dataset.sides.split(" ");
  const phases = timeline(dose, sides);
  const total_s = totalSeconds(phases);
  const svg = node.querySelector("svg[data-frames]");
  const figure = svg ? movingFigure(svg) : null;
  const find = (name) => node.querySelector(`[data-show="${name}"]`);
  const field = (name) => node.querySelectorAll(`[data-field="${name}"]`);

  function choose(name, value) {
    field(name).forEach((input) => {
      if (input.type === "radio") input.checked = input.value === String(value);
      else input.value = value;
    });
  }

  return {
    node,
    phases,
    show({ phase, done_s, left_s }, now_s) {
      const share = done_s / (phase.to_s - phase.from_s);
      figure?.show(phase.kind, share, done_s);
      find("ring")?.setAttribute("stroke-dasharray", `${(100 * Math.min(now_s / total_s, 1)).toFixed(2)} 100`);
      node.querySelectorAll("[data-kind]").forEach((item) => {
        const isNow = item.dataset.kind === phase.kind;
        if (isNow) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
        const left = item.querySelector("[data-left]");
        if (left) left.textContent = String(isNow ? Math.ceil(left_s) : item.dataset.seconds ?? "");
      });
      find("rep").textContent = String(Math.max(1, phase.rep || completedReps(phases, phase, dose)));
      find("set").textContent = String(phase.set);
      beads(find("rep-beads"), phase.rep);
      beads(find("set-beads"), phase.set);
      const side = find("side");
      if (side && sides.length > 1) side.textContent = node.dataset[`word${phase.side}`] ?? phase.side;
    },
    announce(phase) {
      const line = find("line");
      const words = node.dataset[`say${phase.kind}`];
      if (line && words && (phase.kind !== "up" || phase.rep === 1)) line.textContent = words.replace("{set}", String(phase.set));
    },
    record(done) {
      choose("sets", done.n_sets);
      choose("reps", done.n_reps);
      choose("outcome", outcome({ exercise: node.dataset.exercise, planned_sets: dose.n_sets, planned_reps: dose.n_reps }, done));
    },
    hurt(done) {
      this.record(done);
      if (done.n_sets < dose.n_sets) choose("reason", "pain");
    },
    pain() {
      const chosen = [...field("pain")].find((input) => input.checked);
      return chosen && chosen.value !== "" && chosen.value !== "cant_say" ? Number(chosen.value) : null;
    },
    stopForPain() {
      const note = find("stop");
      if (note) note.hidden = false;
      if ([...field("outcome")].find((input) => input.checked)?.value === "done") return;
      choose("reason", "pain");
    },
  };
}

function completedReps(phases, phase, dose) {
  return phase.kind === "rest" ? dose.n_reps : 1;
}

function beads(row, at) {
  if (!row) return;
  [...row.children].forEach((bead, i) => {
    bead.className = i + 1 < at ? "on" : i + 1 === at ? "now" : "";
  });
}
