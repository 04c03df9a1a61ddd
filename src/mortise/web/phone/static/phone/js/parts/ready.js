// Whether this phone can do what Mortise needs: each line is tried, not guessed.

import { allowed, missing } from "./sensors.js";
import { say } from "./words.js";

const PATIENCE_MS = 8000;

/** @type {Record<string, () => Promise<boolean | null>>} null: not needed, or only known after a tap */
const TRIALS = {
  secure: async () => globalThis.isSecureContext,
  worker: async () => {
    if (!("serviceWorker" in navigator)) return false;
    const late = new Promise((resolve) => setTimeout(() => resolve(false), PATIENCE_MS));
    return Boolean(await Promise.race([navigator.serviceWorker.ready, late]));
  },
  store: () =>
    new Promise((resolve) => {
      if (!("indexedDB" in globalThis) || !globalThis.crypto?.subtle) return resolve(false);
      const opening = indexedDB.open("mortise-trial");
      opening.onerror = () => resolve(false);
      opening.onsuccess = () => {
        opening.result.close();
        indexedDB.deleteDatabase("mortise-trial");
        resolve(true);
      };
    }),
  lasting: async () => (navigator.storage?.persisted ? ((await navigator.storage.persisted()) || (await navigator.storage.persist()) ? true : null) : null),
  sound: async () => "AudioContext" in globalThis,
  awake: async () => ("wakeLock" in navigator ? true : null),
  sensors: async () => (missing() ? false : null),
};

/** @param {HTMLElement} place */
export function ready(place) {
  for (const [name, trial] of Object.entries(TRIALS)) trial().then((is) => mark(place, name, is), () => mark(place, name, false));
  const button = place.querySelector("[data-ready-sensors]");
  button?.addEventListener("click", async () => {
    const lacks = await allowed();
    mark(place, "sensors", !lacks);
    const note = place.querySelector("[data-ready-note]");
    if (note) note.textContent = lacks ? say(`live_${lacks}_more`) : "";
  });
}

function mark(place, name, is) {
  const row = place.querySelector(`[data-ready="${name}"]`);
  if (!row) return;
  row.dataset.is = is === null ? "unknown" : is ? "yes" : "no";
  row.querySelector("[data-ready-words]").textContent = say(`ready_${row.dataset.is}`);
  const isShort = is === false || (is === null && name === "lasting"); // sensors are only known after a tap
  const how = isShort ? say(`ready_how_${name}`) : "";
  const line = row.querySelector("[data-ready-how]");
  if (line) Object.assign(line, { textContent: how, hidden: !how });
  row.querySelector("use")?.setAttribute("href", `#p-${is === null ? "unknown" : is ? "met" : "unmet"}`);
}
