// @ts-check
// Moves a drawn exercise (`<svg data-figure>`): sets `transform` on its parts and the ends of its bands.
import { blend, parseFrames, parseTempo, positionAt, progressAt } from "../core/figure_frames.js";

/**
 * Take hold of a drawn exercise.
 * @param {SVGSVGElement} svg
 * @param {{ isReduced?: boolean }} [options] `isReduced` shows poses only; the device's own wish by default
 * @returns {{ show: (progress: number) => void, at: (seconds: number) => void }}
 *   `show` draws a progress from 0 to 1; `at` draws the moment so many seconds after the movement began
 */
export function figure(svg, options = {}) {
  const isReduced = options.isReduced ?? matchMedia("(prefers-reduced-motion: reduce)").matches;
  const frames = parseFrames(svg.dataset.frames ?? "");
  const tempo = parseTempo(svg.dataset.tempo ?? "2 1 2 0.5");
  const poses = (svg.dataset.poses ?? "0").split(" ").map(Number);
  const isCycle = svg.hasAttribute("data-cycle");
  const parts = [...svg.querySelectorAll("[data-part]")];
  const bands = [...svg.querySelectorAll("[data-link]")];
  const nParts = 1 + Math.max(...parts.map((part) => Number(part.getAttribute("data-part"))));

  /** @param {number} progress */
  function show(progress) {
    const now = blend(frames, positionAt(progress, frames.length, poses, isReduced));
    for (const part of parts) {
      const i = 3 * Number(part.getAttribute("data-part"));
      part.setAttribute("transform", `translate(${now[i]} ${now[i + 1]}) rotate(${now[i + 2]})`);
    }
    for (const band of bands) {
      const i = 3 * nParts + 4 * Number(band.getAttribute("data-link"));
      ["x1", "y1", "x2", "y2"].forEach((name, k) => band.setAttribute(name, String(now[i + k])));
    }
  }
  return { show, at: (seconds) => show(progressAt(seconds, tempo, isCycle)) };
}

/**
 * Play a drawn exercise from now on; the page offers Pause, which calls the function returned.
 * @param {SVGSVGElement} svg
 * @param {{ isReduced?: boolean }} [options]
 * @returns {() => void} stops it where it is
 */
export function play(svg, options = {}) {
  const drawn = figure(svg, options);
  const beganAt = performance.now();
  let request = 0;
  /** @param {number} now */
  function tick(now) {
    drawn.at((now - beganAt) / 1000);
    request = requestAnimationFrame(tick);
  }
  request = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(request);
}
