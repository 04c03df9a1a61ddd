// Easier and back again: which of the doses offered is done. Pure. Harder never goes above today's plan, level 0.

import { completed } from "./tempo.js";

/**
 * One level easier (1) or harder (-1); what was asked for and cannot be had says so.
 * @param {number} level 0 is today's plan @param {1 | -1} by @param {number} n_levels
 * @returns {{level: number, said: "easier" | "planned" | "easiest" | "most"}}
 */
export function moved(level, by, n_levels) {
  if (by > 0 && level + 1 >= n_levels) return { level, said: "easiest" };
  if (by < 0 && level <= 0) return { level: 0, said: "most" };
  const next = level + by;
  return { level: next, said: next === 0 ? "planned" : "easier" };
}

/**
 * Where the same exercise goes on when its dose changes under way: at the start of the set that was being done. Sets
 * already done count; null when there is nothing left to do.
 * @param {import("./tempo.js").Phase[]} before @param {import("./tempo.js").Phase[]} after @param {number} elapsed_s
 * @returns {number | null}
 */
export function carriedOver(before, after, elapsed_s) {
  const { n_sets } = completed(before, elapsed_s);
  if (n_sets === 0) return 0;
  const next = after.find((phase) => phase.rep > 0 && phase.set === n_sets + 1);
  return next ? next.from_s : null;
}
