// @ts-check
// Draw a stretch over the picture of a recording: fills in from and to. Typing them does the same without a pointer.

/**
 * Where the seconds lie in a picture.
 * @typedef {{left: number, right: number, width: number, from: number, until: number}} Plot
 */

/**
 * The seconds under a place of the picture, held to its ends.
 * @param {Plot} plot
 * @param {number} place from the picture's left edge, in its own units
 * @returns {number}
 */
export function secondsAt(plot, place) {
  const held = Math.min(Math.max(place, plot.left), plot.right);
  const share = (held - plot.left) / (plot.right - plot.left);
  return plot.from + share * (plot.until - plot.from);
}

/**
 * From and to in the order of time, to a tenth of a second, as the form takes them.
 * @param {number} one
 * @param {number} other
 * @returns {[string, string]}
 */
export function ordered(one, other) {
  const tenth = (/** @type {number} */ value) => (Math.round(value * 10) / 10).toFixed(1);
  return one <= other ? [tenth(one), tenth(other)] : [tenth(other), tenth(one)];
}

/** @param {HTMLElement} around */
function listen(around) {
  const svg = around.querySelector("svg");
  const more = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-leave-out]"));
  const from = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=start_s]"));
  const to = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=end_s]"));
  if (!svg || !more || !from || !to) return;
  const read = (/** @type {string} */ name) => Number(around.dataset[name]);
  const plot = { left: read("left"), right: read("right"), width: read("width"), from: read("from"), until: read("until") };
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  mark.setAttribute("class", "c-drawn");
  const height = svg.viewBox.baseVal.height;
  /** @type {number | null} */
  let began = null;
  const placeOf = (/** @type {PointerEvent} */ event) => {
    const box = svg.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * plot.width;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls the picture
    began = placeOf(event);
    svg.setPointerCapture(event.pointerId);
    svg.append(mark);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (began === null) return;
    const now = placeOf(event);
    const [start, end] = ordered(secondsAt(plot, began), secondsAt(plot, now));
    const left = Math.max(Math.min(began, now), plot.left);
    mark.setAttribute("x", String(left));
    mark.setAttribute("y", "0");
    mark.setAttribute("width", String(Math.max(0, Math.min(Math.max(began, now), plot.right) - left)));
    mark.setAttribute("height", String(height));
    from.value = start;
    to.value = end;
  });
  svg.addEventListener("pointerup", () => {
    if (began === null) return;
    began = null;
    if (from.value !== to.value) more.open = true;
  });
}

if (typeof document !== "undefined") document.querySelectorAll("[data-plot]").forEach((one) => listen(/** @type {HTMLElement} */ (one)));
