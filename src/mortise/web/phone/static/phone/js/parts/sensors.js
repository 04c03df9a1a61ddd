// The phone's motion sensors: whether there are any, leave to use them, and their samples.

const PATIENCE_MS = 1500;

/** What is missing before anything is asked for; empty: nothing is known to be. */
export function missing() {
  if (!globalThis.isSecureContext) return "insecure";
  return "DeviceMotionEvent" in globalThis ? "" : "none";
}

/** Ask for leave; must be called inside a tap. Resolves with what is missing, or nothing. @returns {Promise<string>} */
export async function allowed() {
  const lacks = missing();
  if (lacks) return lacks;
  const ask = /** @type {any} */ (DeviceMotionEvent).requestPermission;
  try {
    if (typeof ask === "function" && (await ask.call(DeviceMotionEvent)) !== "granted") return "denied";
  } catch {
    return "denied";
  }
  return new Promise((resolve) => {
    const done = (/** @type {string} */ said) => {
      clearTimeout(timer);
      window.removeEventListener("devicemotion", seen);
      resolve(said);
    };
    const timer = setTimeout(() => done("silent"), PATIENCE_MS);
    const seen = (/** @type {DeviceMotionEvent} */ event) => event.accelerationIncludingGravity?.x != null && event.rotationRate?.alpha != null && done("");
    window.addEventListener("devicemotion", seen);
  });
}

/**
 * Listen until `stop`. `sign` is -1 on phones that count acceleration the other way round.
 * @param {(sample: {t_ms: number, acc: number[], gyr_deg_s: number[]}) => void} take @param {1 | -1} sign
 */
export function listen(take, sign = 1) {
  const samples = { t_ms: [], acc_m_s2: [], gyr_deg_s: [] };
  const heard = (/** @type {DeviceMotionEvent} */ event) => {
    const { accelerationIncludingGravity: acc, rotationRate: turn } = event;
    if (!acc || !turn || acc.x === null || turn.alpha === null) return;
    const t_ms = event.timeStamp;
    if (samples.t_ms.length && t_ms <= samples.t_ms.at(-1)) return;
    const sample = { t_ms, acc: [sign * acc.x, sign * acc.y, sign * acc.z], gyr_deg_s: [turn.beta, turn.gamma, turn.alpha] };
    samples.t_ms.push(Math.round(t_ms * 100) / 100);
    samples.acc_m_s2.push(sample.acc.map(rounded));
    samples.gyr_deg_s.push(sample.gyr_deg_s.map(rounded));
    take(sample);
  };
  window.addEventListener("devicemotion", heard);
  return { samples, stop: () => window.removeEventListener("devicemotion", heard) };
}

const rounded = (/** @type {number} */ value) => Math.round(value * 10000) / 10000;
