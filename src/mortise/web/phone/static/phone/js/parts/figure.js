// Moves one drawn figure: sets `transform` on its parts, nothing else.

import { blend, frameAt, readFrames, shareOfRound } from "../core/frames.js";

/** @param {Element} svg a figure with data-frames */
export function movingFigure(svg) {
  const frames = readFrames(svg.getAttribute("data-frames") ?? "");
  const poses = (svg.getAttribute("data-poses") ?? "0").split(" ").map(Number);
  const isCycle = svg.hasAttribute("data-cycle");
  const isDownFirst = svg.hasAttribute("data-down-first");
  const round_s = isCycle ? Number((svg.getAttribute("data-round") ?? "0")) : 0;
  const parts = [...svg.querySelectorAll("[data-part]")];
  const nParts = new Set(parts.map((part) => part.getAttribute("data-part"))).size;
  const lengthsAt = nParts * 3 + svg.querySelectorAll("[data-link]").length * 4; // where parts are drawn shorter
  const bands = [...svg.querySelectorAll("[data-link]")];
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let shown = "";

  function draw(position) {
    const numbers = blend(frames, position);
    for (const part of parts) {
      const number = Number(part.getAttribute("data-part"));
      const at = number * 3;
      const length = numbers[lengthsAt + number] ?? 1;
      const shorter = length === 1 ? "" : ` scale(1 ${length})`;
      part.setAttribute("transform", `translate(${numbers[at]} ${numbers[at + 1]}) rotate(${numbers[at + 2]})${shorter}`);
    }
    for (const band of bands) {
      const at = nParts * 3 + Number(band.getAttribute("data-link")) * 4;
      ["x1", "y1", "x2", "y2"].forEach((name, i) => band.setAttribute(name, String(numbers[at + i])));
    }
  }

  return {
    /** Show the moment `share` (0 to 1) of a phase, `done_s` seconds into it. With reduced motion only whole poses are shown. */
    show(kind, share, done_s = 0) {
      let position = frameAt(kind, shareOfRound(kind, share, done_s, round_s), frames.length, isCycle, isDownFirst);
      if (calm.matches) position = poses.reduce((best, pose) => (Math.abs(pose - position) < Math.abs(best - position) ? pose : best), poses[0]);
      const key = position.toFixed(2);
      if (key === shown) return;
      shown = key;
      draw(position);
    },
  };
}
