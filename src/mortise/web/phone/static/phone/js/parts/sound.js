// Beeps scheduled ahead on one audio clock, so that they stay exact when the page is hidden; short buffers, mixed with
// whatever music the person is playing. Voice and vibration say the same; the screen always does.

import { cueOf, tones } from "../core/tones.js";

const AHEAD_S = 20;
const KEPT = "mortise-cue";

/** Put tones on an audio clock on which second 0 of the exercise is `zero_s`. @returns {OscillatorNode[]} */
export function schedule(context, planned, zero_s) {
  return planned.map(({ at_s, frequency_hz, length_s }) => {
    const at = Math.max(zero_s + at_s, context.currentTime);
    const tone = new OscillatorNode(context, { frequency: frequency_hz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.01);
    gain.gain.linearRampToValueAtTime(0, at + length_s);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + length_s + 0.1);
    return tone;
  });
}

/** A sound that mixes with whatever the person is playing. Called inside a tap: browsers give sound only to a touch. */
export function newContext() {
  if ("audioSession" in navigator) /** @type {any} */ (navigator).audioSession.type = "ambient"; // beside the person's music
  return new AudioContext();
}

/** What was chosen to tell the time. */
export const keptCue = () => cueOf(localStorage.getItem(KEPT));

/** @param {string} name */
export const keepCue = (name) => localStorage.setItem(KEPT, cueOf(name));

export function soundBox() {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {OscillatorNode[]} */
  let planned = [];
  let cue = keptCue();
  let until_s = 0;
  /** @type {number | null} */
  let zero_s = null;

  const speaks = () => "speechSynthesis" in globalThis;

  return {
    get cue() {
      return cue;
    },
    /** Whether this phone can do it. @param {string} name */
    can: (name) => (name === "voice" ? speaks() : name === "vibration" ? "vibrate" in navigator : true),
    /** Must be called inside a tap: browsers give sound only to a person's own touch. */
    unlock() {
      if (cue === "vibration" || cue === "silence") return;
      if (!context) {
        context = newContext();
        context.addEventListener("statechange", () => context?.state === "running" && this.clear()); // after a call: anew from the wall clock
      }
      if (context.state !== "running") context.resume();
    },
    /** Plan the cues of the next seconds, all that is left when the page is hidden; none is planned twice. */
    plan(phases, elapsed_s) {
      const isHidden = document.visibilityState === "hidden";
      if (!context || context.state !== "running" || (cue !== "beep" && !(cue === "voice" && isHidden))) return;
      if (!isHidden && elapsed_s + AHEAD_S / 2 < until_s) return;
      zero_s ??= context.currentTime - elapsed_s;
      const to_s = isHidden ? Infinity : elapsed_s + AHEAD_S;
      planned.push(...schedule(context, tones(phases, Math.max(elapsed_s, until_s), to_s), zero_s));
      until_s = to_s;
    },
    /** Forget what was planned: after pause, one back, or another exercise. */
    clear() {
      planned.forEach((tone) => tone.disconnect());
      planned = [];
      until_s = 0;
      zero_s = null;
      if (speaks()) speechSynthesis.cancel();
    },
    /** Say words, where voice was chosen. @param {string} words */
    say(words) {
      if (cue !== "voice" || !speaks() || !words) return;
      speechSynthesis.cancel(); // what is late is of no use
      const said = new SpeechSynthesisUtterance(words);
      said.lang = document.documentElement.lang;
      speechSynthesis.speak(said);
    },
    /** @param {number[]} pattern */
    buzz(pattern) {
      if (cue === "vibration" && "vibrate" in navigator) navigator.vibrate(pattern);
    },
    /** @param {string} name */
    choose(name) {
      this.clear();
      cue = cueOf(name);
      keepCue(cue);
    },
  };
}

/** Keep the screen awake while running; re-acquired when the page is seen again. */
export function wakeLock() {
  let lock = null;
  let isWanted = false;
  async function acquire() {
    if (!isWanted || !("wakeLock" in navigator) || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
    } catch {
      lock = null; // low battery or not allowed: the timers are right all the same
    }
  }
  document.addEventListener("visibilitychange", acquire);
  return {
    hold() {
      isWanted = true;
      acquire();
    },
    release() {
      isWanted = false;
      lock?.release();
      lock = null;
    },
  };
}
