// What is to be heard when: the timeline's cues as tones. Pure, so that the schedule can be checked to the sample.

import { cues } from "./tempo.js";

/** @typedef {{at_s: number, frequency_hz: number, length_s: number}} Tone */

const PITCH_HZ = { ready: 440, up: 880, hold: 660, down: 550, go: 880, walk: 550, run: 880, rest: 330, end: 990 };

/**
 * Tones in the half-open window [from_s, to_s) of an exercise.
 * @param {import("./tempo.js").Phase[]} phases @param {number} from_s @param {number} to_s @returns {Tone[]}
 */
export function tones(phases, from_s, to_s) {
  return cues(phases, from_s, to_s).map(({ at_s, kind }) => ({ at_s, frequency_hz: PITCH_HZ[kind] ?? 440, length_s: kind === "end" ? 0.5 : 0.14 }));
}

/** What tells the time: one of these, chosen once and kept. */
export const CUES = ["beep", "voice", "vibration", "silence"];

/** @param {string | null} kept */
export function cueOf(kept) {
  return kept !== null && CUES.includes(kept) ? kept : "beep";
}
