// Tests with the phone's own sensors: where it is worn, laid flat once, watched while it is done, and what came of it.

import { numberOf } from "../core/motion/tests.js";
import { calibrated, watchLunge } from "../core/motion/watch.js";
import { copy, fill } from "./fill.js";
import { keepRecording, sendRecordings } from "./recordings.js";
import { allowed, listen, missing } from "./sensors.js";
import { keepCue, keptCue, newContext, wakeLock } from "./sound.js";
import { say, written } from "./words.js";

const FLAT_MS = 2000;
const PUT_ON_S = 6;
const BEAT_MS = 1000; // up on one, down on the next: thirty a minute
const LOOK_MS = 500;
const STAND_GOAL_S = 30;
const N_LUNGES = 3;
const ARC = 178;
const RADIANS = Math.PI / 180;

const data = (/** @type {string} */ id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

const RING_WIDE = 84;   // of the 104 of its picture

/** Words within the ring; longer ones of another language are drawn narrower. @param {any} node a text of an SVG @param {string} words */
function inRing(node, words) {
  if (node.textContent === words) return;
  node.textContent = words;
  node.removeAttribute("textLength");
  if (node.getComputedTextLength() <= RING_WIDE) return;
  node.setAttribute("textLength", String(RING_WIDE));
  node.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

/** @param {HTMLElement} place @param {HTMLElement} dock @param {string} wanted a test's id, or nothing for the list @param {string} side @param {any[]} all */
export function live(place, dock, wanted, side, all = data("live-tests") ?? []) {
  const chosen = all.find((one) => one.test === wanted);
  const last = data("live-last") ?? {};
  const show = (content, below = null) => {
    place.replaceChildren(content);
    dock.replaceChildren(...(below ? [below] : []));
    window.scrollTo(0, 0);
    place.querySelector("h1")?.focus();
  };
  if (chosen) new Run(chosen, show, side, Number(last[chosen.measure] ?? 0)).place();
  else list(all, show);
}

function list(all, show) {
  const lacks = missing();
  show(
    fill(copy("t-live-list"), {
      missing: lacks ? say(`live_${lacks}`) : "",
      missing_more: lacks ? say(`live_${lacks}_more`) : "",
      tests: all.map(({ title, by_hand }) => ({ title, by_hand })),
    }),
  );
  document.querySelectorAll("[data-open]").forEach((link, i) => {
    link.href = `/phone/live/${all[i].test}/`;
    link.setAttribute("aria-label", `${link.textContent}: ${all[i].title}`);
  });
}

class Run {
  constructor(test, show, side, last) {
    Object.assign(this, { test, show, side, last, sign: 1, bias: [0, 0, 0], marks: [], sound: null, timers: [], wake: wakeLock() });
  }

  /** A walk is of both legs; it is kept with the treated side. */
  get isSided() {
    return this.test.test !== "gait";
  }

  place(lacks = missing()) {
    const content = fill(copy("t-live-place"), { ...this.test, missing: lacks ? say(`live_${lacks}`) : "", missing_more: lacks ? say(`live_${lacks}_more`) : "" });
    content.querySelectorAll("[data-place-at]").forEach((part) => part.dataset.placeAt.split(" ").includes(this.test.placement) || part.remove());
    if (!this.isSided) content.querySelector("[data-which-leg]")?.remove();
    content.querySelectorAll('[name="live-side"]').forEach((input) => {
      input.checked = input.value === this.side;
      input.addEventListener("change", () => (this.side = input.value));
    });
    content.querySelectorAll('[name="cue"]').forEach((input) => {
      input.checked = input.value === (keptCue() === "voice" ? "beep" : keptCue());
      input.addEventListener("change", () => keepCue(input.value));
    });
    const below = this.dockGo();
    const button = below.querySelector("[data-live-go]");
    button.textContent = say("live_start");
    button.disabled = ["insecure", "none"].includes(lacks) || Boolean(this.test.closed);
    button.addEventListener("click", () => this.ask());
    this.show(content, below);
  }

  dockGo() {
    const below = copy("t-live-dock-go");
    below.querySelector("[data-by-hand]").href += `?test=${this.test.test}`;
    return below;
  }

  async ask() {
    this.hear();
    const lacks = await allowed();
    if (lacks) return this.place(lacks);
    this.wake.hold();
    this.flat();
  }

  /** Two seconds on a flat surface: which way gravity counts, and what the gyroscope says when nothing turns. */
  flat() {
    this.show(copy("t-live-flat"));
    const line = document.querySelector("[data-flat-words]");
    line.textContent = say("live_flat_wait");
    const look = () => {
      const heard = listen(() => {});
      this.later(() => {
        heard.stop();
        const found = calibrated(heard.samples);
        if ("wrong" in found) {
          if (found.wrong === "silent") return this.place("silent");
          line.textContent = say(`live_flat_${found.wrong}`);
          return look();
        }
        Object.assign(this, { bias: found.bias_rad_s, sign: found.sign });
        this.putOn(line);
      }, FLAT_MS);
    };
    look();
  }

  putOn(line) {
    document.querySelector("[data-flat-title]").textContent = say("live_put_on");
    document.querySelector("[data-flat-hint]").textContent = this.test.place;
    for (let i = 0; i < PUT_ON_S; i += 1) this.later(() => (line.textContent = say("live_ready", { n: PUT_ON_S - i })), i * 1000);
    this.later(() => {
      this.beep(880);
      this.run();
    }, PUT_ON_S * 1000);
  }

  run() {
    this.show(fill(copy("t-live-run"), this.test), copy("t-live-dock-run"));
    const find = (name) => document.querySelector(`[data-live-${name}]`);
    const isLunge = this.test.test === "lunge";
    if (isLunge) this.arc();
    else document.querySelector("[data-gauge]")?.remove();
    find("state").textContent = say("live_stand");
    find("pinch").hidden = !isLunge;
    this.marks = [];
    const watch = watchLunge(this.bias);
    let before = { n_held: 0, said: "" };
    const begun_ms = performance.now();
    this.heard = listen((sample) => {
      if (!isLunge) return;
      const seen = watch.take(sample.t_ms / 1000, sample.acc, sample.gyr_deg_s.map((one) => one * RADIANS));
      this.gauge(seen, before);
      if (seen.n_held >= N_LUNGES && before.n_held < N_LUNGES) this.later(() => this.finish(), 1500);
      before = seen;
    }, this.sign);
    find("done").addEventListener("click", () => this.finish());
    find("again").addEventListener("click", () => this.again());
    find("pinch").addEventListener("click", () => this.marks.push({ kind: "first_pinch", t_ms: this.heard.samples.t_ms.at(-1) ?? 0 }));
    if (!isLunge) this.every(() => this.look(find, (performance.now() - begun_ms) / 1000), LOOK_MS);
    if (this.test.test === "heel-rise") this.every((n) => this.beat(find, n % 2 === 1), BEAT_MS);
    this.later(() => this.finish(), this.test.seconds * 1000);
  }

  /** Up on one, down on the next: heard, felt and seen, each by itself enough. */
  beat(find, isUp) {
    this.beep(isUp ? 880 : 550);
    this.buzz(isUp ? 60 : 30);
    inRing(find("count"), say(isUp ? "live_up" : "live_down"));
    find("ring").setAttribute("stroke-dasharray", isUp ? "100 100" : "0 100");
  }

  /** The number so far, from all samples so far. */
  look(find, since_s) {
    const found = numberOf(this.test.test, this.heard.samples);
    const isKnown = !("refused" in found);
    const isStand = this.test.test === "balance";
    const value = isKnown ? found.value : 0;
    find("number").textContent = isKnown ? shown(value, this.test.unit_kind) : "–";
    const isToBeat = this.test.test === "heel-rise";
    if (!isToBeat) inRing(find("count"), say("seconds", { n: Math.floor(since_s) }));
    if (!isToBeat) find("ring").setAttribute("stroke-dasharray", `${Math.min(100, isStand ? (100 * value) / STAND_GOAL_S : (100 * since_s) / this.test.seconds)} 100`);
    find("state").textContent = say("live_under_way");
    if (isStand && isKnown && (value >= STAND_GOAL_S || !found.quality.includes("held_to_end"))) {
      if (value < STAND_GOAL_S) this.heard.lost = true;
      this.finish();
    }
  }

  gauge(seen, before) {
    const find = (name) => document.querySelector(`[data-live-${name}]`);
    if (!find("number")) return;
    find("shin")?.setAttribute("transform", `rotate(${-Math.max(-5, Math.min(60, seen.angle_deg)).toFixed(1)})`);
    find("number").textContent = String(Math.round(seen.angle_deg));
    inRing(find("count"), say("live_trial", { n: seen.n_held }));
    find("ring").setAttribute("stroke-dasharray", `${Math.min(100, (100 * seen.hold_s) / 2).toFixed(0)} 100`);
    if (seen.said !== before.said) find("state").textContent = say(`live_${seen.said}`);
    const warn = find("warn");
    if (warn.dataset.now !== String(seen.warns)) {
      Object.assign(warn, { hidden: !seen.warns, textContent: seen.warns ? say(`live_${seen.warns}`) : "" });
      warn.dataset.now = String(seen.warns);
    }
    if (seen.said === "held" && before.said !== "held") {
      this.beep(990);
      this.buzz(80);
    }
    this.tone(seen.angle_deg);
  }

  /** A tone that rises to the target: the last value, or the deepest so far. */
  tone(angle_deg) {
    if (!this.sound) return;
    this.deepest = Math.max(this.deepest ?? 20, angle_deg);
    const share = Math.min(1, Math.max(0, angle_deg / (this.last || this.deepest)));
    const { context, tone, gain } = this.sound;
    tone.frequency.setTargetAtTime(220 + 440 * share, context.currentTime, 0.05);
    gain.gain.setTargetAtTime(angle_deg > 5 ? 0.06 : 0, context.currentTime, 0.05);
  }

  arc() {
    const point = (deg, radius) => `${(-radius * Math.sin(deg * RADIANS)).toFixed(1)} ${(-radius * Math.cos(deg * RADIANS)).toFixed(1)}`;
    const along = (from, to) => `M${point(from, ARC)}A${ARC} ${ARC} 0 0 0 ${point(to, ARC)}`;
    document.querySelector("[data-live-arc]").setAttribute("d", along(0, 50));
    if (this.last) document.querySelector("[data-live-target]").setAttribute("d", along(Math.max(0, this.last - 3), this.last + 3));
    const ticks = document.querySelector("[data-live-ticks]");
    for (let deg = 0; deg <= 50; deg += 10) {
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const [x, y] = point(deg, ARC + 14).split(" ");
      Object.entries({ x, y, "text-anchor": "middle" }).forEach(([name, value]) => text.setAttribute(name, value));
      text.textContent = `${deg}°`;
      ticks.append(text);
    }
  }

  finish() {
    if (!this.heard) return;
    const heard = this.heard;
    this.stop();
    const found = numberOf(this.test.test, heard.samples);
    const isKnown = !("refused" in found);
    const content = fill(copy("t-live-result"), {
      what: this.isSided ? `${this.test.title}. ${say(`side_${this.side}`)}` : this.test.title,
      headline: say(isKnown ? "live_result" : "live_refused"),
      why: isKnown ? "" : say(`live_r_${found.refused}`),
      number: isKnown ? withUnit(found.value, this.test) + (found.error ? ` ± ${shown(found.error, "°")}` : "") : "",
      more: isKnown ? moreOf(found.more) : [],
      doubts: isKnown ? found.quality.map((flag) => say(`live_q_${flag}`)).filter(Boolean) : [],
      by_hand: this.test.by_hand,
    });
    const below = this.dockGo();
    const button = below.querySelector("[data-live-go]");
    button.textContent = say(isKnown ? "live_keep" : "live_again");
    button.addEventListener("click", () => (isKnown ? this.keep(heard.samples, button) : this.again()));
    this.show(content, below);
  }

  async keep(samples, button) {
    button.disabled = true;
    const log = {
      format: "mortise.phone-log/1", device: navigator.userAgent.slice(0, 200), side: this.side, placement: this.test.placement, test: this.test.test,
      clock: { source: "event", resolution_ms: 0.1 }, samples, marks: this.marks,
    };
    const line = document.querySelector("[data-live-sent]");
    let id;
    try {
      id = await keepRecording(log, this.test.test, this.side);
    } catch {
      line.textContent = say("live_not_kept");
      return;
    }
    line.textContent = say("live_kept");
    const answer = (await sendRecordings())[id];
    if (answer) line.textContent = this.answered(answer);
    button.textContent = say("live_again");
    button.disabled = false;
    button.replaceWith(button.cloneNode(true));
    document.querySelector("[data-live-go]")?.addEventListener("click", () => this.again());
  }

  answered(answer) {
    if (answer.reason) return say("live_sent_refused", { reason: answer.reason });
    const one = answer.readings.find((reading) => reading.measure === this.test.measure);
    if (!one || !answer.is_on_record) return say("live_sent_aside");
    return say("live_sent", { value: withUnit(one.value, this.test) });
  }

  again() {
    this.stop();
    this.place();
  }

  // ------------------------------------------------------------ sound and clocks

  /** Called inside the tap that starts: browsers give sound only to a person's own touch. */
  hear() {
    if (["vibration", "silence"].includes(keptCue())) return;
    try {
      const context = newContext();
      const tone = new OscillatorNode(context, { frequency: 220 });
      const gain = new GainNode(context, { gain: 0 });
      tone.connect(gain).connect(context.destination);
      tone.start();
      this.sound = { context, tone, gain };
    } catch {
      this.sound = null; // the screen shows all of it
    }
  }

  buzz(ms) {
    if (keptCue() !== "silence") navigator.vibrate?.(ms);
  }

  beep(frequency) {
    if (!this.sound) return;
    const { context } = this.sound;
    const tone = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0.2 });
    tone.connect(gain).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.12);
  }

  later(work, ms) {
    this.timers.push(setTimeout(work, ms));
  }

  every(work, ms) {
    let n = 0;
    const timer = setInterval(() => work((n += 1)), ms);
    this.timers.push(timer);
  }

  stop() {
    this.heard?.stop();
    this.heard = null;
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers = [];
    this.sound?.context.close();
    this.sound = null;
    this.wake.release();
  }
}

function shown(value, unit) {
  return written(value, unit === "s in the air" ? 2 : unit === "°" || unit === "s" ? 1 : 0);
}

function withUnit(value, { unit, unit_kind }) {
  return `${shown(value, unit_kind)}${unit && unit !== "°" ? " " : ""}${unit}`;
}

function moreOf(more) {
  return Object.entries(more)
    .filter(([name, value]) => value !== null && say(`live_more_${name}`))
    .map(([name, value]) => say(`live_more_${name}`, { ...more, value: written(Number(value), Number.isInteger(value) ? 0 : name.endsWith("ratio") || name === "contact_s" ? 2 : 1) }));
}
