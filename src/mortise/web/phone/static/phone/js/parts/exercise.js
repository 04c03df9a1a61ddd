// One exercise's part of the player's page: its dose, its figure, its form.

import { moved } from "../core/ladder.js";
import { outcome } from "../core/outcome.js";
import { timeline, totalSeconds } from "../core/tempo.js";
import { movingFigure } from "./figure.js";

/** @param {HTMLElement} node */
export function exercise(node) {
  const levels = JSON.parse(node.dataset.levels || "[]");
  const sides = node.dataset.sides.split(" ");
  const svg = node.querySelector("svg[data-frames]");
  const figure = svg ? movingFigure(svg) : null;
  const find = (name) => node.querySelector(`[data-show="${name}"]`);
  const field = (name) => node.querySelectorAll(`[data-field="${name}"]`);
  const planned_words = find("dose")?.textContent ?? "";
  let dose = JSON.parse(node.dataset.dose);
  let phases = timeline(dose, sides);
  let level = 0;

  function choose(name, value) {
    field(name).forEach((input) => {
      if (input.type === "radio") input.checked = input.value === String(value);
      else input.value = value;
    });
  }
  const chosen = (name) => [...field(name)].find((input) => input.type !== "radio" || input.checked)?.value ?? "";

  function lay(to) {
    level = to;
    const one = levels[level];
    if (!one) return;
    dose = one.numbers;
    phases = timeline(dose, sides);
    choose("level", level);
    const words = find("dose");
    if (words) words.textContent = level ? one.long_words : planned_words;
    node.querySelectorAll("[data-kind]").forEach((item, i) => {
      if (one.tempo[i]) item.dataset.seconds = one.tempo[i].seconds;
      const left = item.querySelector("[data-left]");
      if (left && one.tempo[i]) left.textContent = one.tempo[i].seconds;
    });
    for (const [name, n] of [["rep", dose.n_reps], ["set", dose.n_sets]]) {
      const total = node.querySelector(`[data-fill="n_${name}s"]`);
      if (total) total.textContent = String(n);
      const beads = find(`${name}-beads`);
      beads?.replaceChildren(...Array.from({ length: Math.min(n, 20) }, () => document.createElement("i")));
    }
  }

  function nudged(said) {
    const words = { easier: node.dataset.easier, planned: node.dataset.planned, easiest: node.dataset.easiest, most: node.dataset.harder }[said] ?? "";
    const line = find("nudge");
    if (!line) return;
    line.textContent = words.replace("{dose}", levels[level]?.long_words ?? "");
    line.hidden = false;
  }

  return {
    node,
    get phases() {
      return phases;
    },
    get level() {
      return level;
    },
    get isLightened() {
      return level > 0;
    },
    lay,
    /** @param {1 | -1} by 1 is easier */
    nudge(by) {
      const next = moved(level, by, levels.length);
      const isMoved = next.level !== level;
      if (isMoved) lay(next.level);
      if (next.said === "most" && !chosen("reason")) choose("reason", "too_easy"); // the clinic sees that more was asked for
      nudged(next.said);
      return isMoved;
    },
    show({ phase, done_s, left_s }, now_s) {
      const share = done_s / (phase.to_s - phase.from_s);
      figure?.show(phase.kind, share, done_s);
      find("ring")?.setAttribute("stroke-dasharray", `${(100 * Math.min(now_s / totalSeconds(phases), 1)).toFixed(2)} 100`);
      node.querySelectorAll("[data-kind]").forEach((item) => {
        const isNow = item.dataset.kind === phase.kind;
        if (isNow) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
        const left = item.querySelector("[data-left]");
        if (left) left.textContent = clock(isNow ? Math.ceil(left_s) : item.dataset.seconds ?? "");
      });
      waiting(find("wait"), node.querySelector(".tempo"), phase.kind, left_s);
      find("rep").textContent = String(Math.max(1, phase.rep || (phase.kind === "rest" ? dose.n_reps : 1)));
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
    /** What a voice says at the start of a phase. */
    spoken(phase) {
      const part = node.querySelector(`[data-kind="${phase.kind}"] [data-fill="words"]`)?.textContent ?? "";
      const isFirst = phase.rep === 1 && ["up", "down", "go", "walk"].includes(phase.kind);
      const side = isFirst && sides.length > 1 ? `${node.dataset[`word${phase.side}`] ?? ""}. ` : "";
      const plain = node.dataset[`say${phase.kind}`] ?? "";
      return side + (part || plain).replace("{set}", String(phase.set));
    },
    record(done) {
      choose("sets", done.n_sets);
      choose("reps", done.n_reps);
      const became = outcome({ exercise: node.dataset.exercise, planned_sets: dose.n_sets, planned_reps: dose.n_reps }, done);
      choose("outcome", level && became === "done" ? "modified" : became);
      if (level && became !== "skipped" && ["", "too_easy"].includes(chosen("reason"))) choose("reason", "too_hard");
    },
    hurt(done) {
      this.record(done);
      if (done.n_sets < dose.n_sets) choose("reason", "pain");
    },
    pain() {
      const value = [...field("pain")].find((input) => input.checked)?.value ?? "";
      return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : null;
    },
    stopForPain() {
      const note = find("stop");
      if (note) note.hidden = false;
      if (chosen("outcome") === "done") return;
      choose("reason", "pain");
    },
    /** The name and what became of it, for the list at the end. */
    told() {
      const input = [...field("outcome")].find((one) => one.checked);
      return { name: node.querySelector('[data-fill="name"]')?.textContent ?? "", outcome: input?.closest("label")?.textContent?.trim() ?? "" };
    },
  };
}

/** While nothing of the tempo is under way, a rest or the moment before the start stands in its place. */
function waiting(line, tempo, kind, left_s) {
  if (!line || !tempo) return;
  const words = line.dataset[`wait${kind}`];
  line.hidden = !words;
  tempo.hidden = Boolean(words);
  if (!words) return;
  line.querySelector("span").textContent = words;
  line.querySelector("b").textContent = clock(Math.ceil(left_s));
}

/** Seconds; minutes and seconds where there are many. @param {number | string} seconds */
function clock(seconds) {
  const s = Number(seconds);
  return seconds === "" || s < 100 ? String(seconds) : `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function beads(row, at) {
  if (!row) return;
  [...row.children].forEach((bead, i) => {
    bead.className = i + 1 < at ? "on" : i + 1 === at ? "now" : "";
  });
}
