// Beeps scheduled ahead on the audio clock, so that they stay exact when the page is hidden; short buffers, mixed with
// whatever music the person is playing. Vibration says the same where there is any.

import { cues } from "../core/tempo.js";

const AHEAD_S = 20;
const PITCH_HZ = { ready: 440, up: 880, hold: 660, down: 550, go: 880, walk: 550, run: 880, rest: 330, end: 990 };

export function soundBox() {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {OscillatorNode[]} */
  let planned = [];
  let isOn = true;
  let until_s = 0;

  function beep(at, kind) {
    const tone = new OscillatorNode(context, { frequency: PITCH_HZ[kind] ?? 440 });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.01);
    gain.gain.linearRampToValueAtTime(0, at + (kind === "end" ? 0.5 : 0.14));
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.6);
    planned.push(tone);
  }

  return {
    /** Must be called inside a tap: browsers give sound only to a person's own touch. */
    unlock() {
      context ??= new AudioContext();
      if (context.state === "suspended") context.resume();
    },
    /** Plan the cues of the next seconds; called again and again, it never plans one twice. */
    plan(phases, elapsed_s) {
      if (!context || !isOn || elapsed_s + AHEAD_S / 2 < until_s) return;
      const from_s = Math.max(elapsed_s, until_s);
      for (const cue of cues(phases, from_s, elapsed_s + AHEAD_S)) beep(context.currentTime + cue.at_s - elapsed_s, cue.kind);
      until_s = elapsed_s + AHEAD_S;
    },
    /** Forget what was planned: after pause, one back, or another exercise. */
    clear() {
      planned.forEach((tone) => tone.disconnect());
      planned = [];
      until_s = 0;
    },
    toggle() {
      isOn = !isOn;
      if (!isOn) this.clear();
      return isOn;
    },
  };
}

export function buzz(pattern) {
  if ("vibrate" in navigator) navigator.vibrate(pattern);
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
