// Small signal tools, as `mortise.measure.signals` has them, so that the phone's number and the server's agree. Pure.

/** @typedef {[number, number, number]} Triple */
/** @typedef {{rate_hz: number, acc_m_s2: Triple[], gyr_rad_s: Triple[], is_lost: boolean[]}} Motion */
/** @typedef {{t_ms: number[], acc_m_s2: (number | null)[][], gyr_deg_s: (number | null)[][]}} Samples the phone log's `samples` */

const BRIDGED_S = 0.1;
const RADIANS = Math.PI / 180;

/** The centred mean over about `width` samples (made odd), edges held. @param {number[]} values @param {number} width */
export function windowMean(values, width) {
  const n = Math.max(1, Math.round(width)) | 1;
  if (n === 1 || values.length < 2) return values;
  const half = (n - 1) / 2;
  const last = values.length - 1;
  const at = (/** @type {number} */ i) => values[Math.min(Math.max(i, 0), last)];
  let sum = 0;
  for (let i = -half; i <= half; i += 1) sum += at(i);
  return values.map((_, i) => {
    const mean = sum / n;
    sum += at(i + half + 1) - at(i - half);
    return mean;
  });
}

/** @param {number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/** By straight lines between ranks, as NumPy's. @param {number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

/** @param {number[]} values */
export function mean(values) {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** The stretches [first, last) over which something is so. @param {boolean[]} isSo @returns {[number, number][]} */
export function runs(isSo) {
  /** @type {[number, number][]} */
  const found = [];
  let first = -1;
  for (let i = 0; i <= isSo.length; i += 1) {
    if (isSo[i] && first < 0) first = i;
    if (!isSo[i] && first >= 0) {
      found.push([first, i]);
      first = -1;
    }
  }
  return found;
}

/**
 * Alternating peaks (1) and valleys (-1) at least `reversal` apart in height.
 * @param {number[]} values @param {number} reversal @returns {[number, number][]}
 */
export function turningPoints(values, reversal) {
  /** @type {[number, number][]} */
  const found = [];
  let [high, low, trend] = [0, 0, 0];
  values.forEach((value, i) => {
    if (value > values[high]) high = i;
    if (value < values[low]) low = i;
    if (trend >= 0 && values[high] - value >= reversal) {
      found.push([high, 1]);
      [trend, high, low] = [-1, i, i];
    } else if (trend <= 0 && value - values[low] >= reversal) {
      found.push([low, -1]);
      [trend, high, low] = [1, i, i];
    }
  });
  return found;
}

/**
 * Where values first (or last) cross a level within [start, stop], between samples by a straight line; null: nowhere.
 * @param {number[]} values @param {number} level @param {number} start @param {number} stop @param {boolean} isRising
 */
export function crossing(values, level, start, stop, isRising) {
  for (let i = Math.max(0, start); i < Math.min(stop, values.length - 1); i += 1) {
    const [a, b] = [values[i] - level, values[i + 1] - level];
    if (isRising ? a < 0 && b >= 0 : a > 0 && b <= 0) return i + a / (a - b);
  }
  return null;
}

/**
 * The samples on an even time base; holes of more than 0.1 s are marked lost, shorter ones bridged by straight lines.
 * @param {Samples} samples @returns {Motion}
 */
export function even({ t_ms, acc_m_s2, gyr_deg_s }) {
  const known = t_ms.map((_, i) => i).filter((i) => [...acc_m_s2[i], ...gyr_deg_s[i]].every((one) => one !== null));
  const t = known.map((i) => t_ms[i] / 1000);
  const gaps = t.slice(1).map((one, i) => one - t[i]).filter((gap) => gap > 0);
  const usual_s = gaps.length ? median(gaps) : 1;
  const regular = gaps.filter((gap) => gap < 1.5 * usual_s);
  const rate_hz = regular.length ? 1 / mean(regular) : 0;
  const n = t.length > 1 ? Math.round((t[t.length - 1] - t[0]) * rate_hz) + 1 : 0;
  /** @type {Motion} */
  const motion = { rate_hz, acc_m_s2: [], gyr_rad_s: [], is_lost: [] };
  for (let i = 0, k = 0; i < n; i += 1) {
    const now = t[0] + i / rate_hz;
    while (k < t.length - 2 && t[k + 1] < now) k += 1;
    const gap = t[k + 1] - t[k];
    const share = gap > 0 ? Math.min(Math.max((now - t[k]) / gap, 0), 1) : 0;
    const between = (/** @type {any[][]} */ rows, /** @type {number} */ scale) => /** @type {Triple} */ ([0, 1, 2].map((axis) => scale * (rows[known[k]][axis] + (rows[known[k + 1]][axis] - rows[known[k]][axis]) * share)));
    motion.acc_m_s2.push(between(acc_m_s2, 1));
    motion.gyr_rad_s.push(between(gyr_deg_s, RADIANS));
    motion.is_lost.push(gap > BRIDGED_S + 0.5 / rate_hz && share > 0 && share < 1);
  }
  return motion;
}

/** In place, a power of two long; `sign` -1 forward, 1 back without the division. @param {Float64Array} re @param {Float64Array} im @param {number} sign */
function transform(re, im, sign) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    for (let k = 0; k < half; k += 1) {
      const angle = (sign * 2 * Math.PI * k) / size;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < n; i += size) {
        const j = i + half;
        const [x, y] = [re[j] * c - im[j] * s, re[j] * s + im[j] * c];
        [re[j], im[j], re[i], im[i]] = [re[i] - x, im[i] - y, re[i] + x, im[i] + y];
      }
    }
  }
}

/**
 * Values with their spectrum shaped: `gain(frequency in Hz)` gives the factor as [real, imaginary]. The ends are mirrored.
 * @param {number[]} values @param {number} rate_hz @param {(frequency_hz: number) => [number, number]} gain @param {"odd" | "even"} mirror
 */
export function shaped(values, rate_hz, gain, mirror) {
  const n = values.length;
  const turned = [...values].reverse();
  const before = mirror === "odd" ? turned.map((one) => 2 * values[0] - one) : turned;
  const after = mirror === "odd" ? turned.map((one) => 2 * values[n - 1] - one) : turned;
  const whole = [...before, ...values, ...after];
  const centre = mirror === "odd" ? 0 : mean(whole);
  let size = 1;
  while (size < whole.length) size *= 2;
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  // what pads it up to a power of two runs from the last value back to the first, so that the circle has no jump
  const [last, first] = [whole[whole.length - 1], whole[0]];
  for (let i = 0; i < size; i += 1) re[i] = i < whole.length ? whole[i] - centre : last + ((first - last) * (i - whole.length + 1)) / (size - whole.length + 1) - centre;
  transform(re, im, -1);
  for (let k = 0; k < size; k += 1) {
    const frequency = ((k <= size / 2 ? k : k - size) * rate_hz) / size;
    const [c, s] = gain(frequency);
    [re[k], im[k]] = [re[k] * c - im[k] * s, re[k] * s + im[k] * c];
  }
  transform(re, im, 1);
  return Array.from(re.slice(n, 2 * n), (one) => one / size);
}
