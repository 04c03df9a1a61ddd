// Lets a region of a chart be tapped: the tick of the same name is what is kept, the drawing only shows it.
// The first place tapped also answers "Where it hurts" while nobody has: the clinician can choose another.

for (const chart of document.querySelectorAll("[data-chart]")) start(chart);

/** @param {Element} chart */
function start(chart) {
  /** @param {string} name */
  const spots = (name) => chart.querySelectorAll(`[data-for="${CSS.escape(name)}"]`);
  const ticks = /** @type {NodeListOf<HTMLInputElement>} */ (chart.querySelectorAll('input[type="checkbox"]'));

  for (const tick of ticks) {
    const show = () => spots(tick.name).forEach((spot) => spot.classList.toggle("is-on", tick.checked));
    const near = (/** @type {boolean} */ isNear) => spots(tick.name).forEach((spot) => spot.classList.toggle("is-near", isNear));
    tick.addEventListener("change", () => {
      show();
      if (tick.checked) answer(tick);
    });
    tick.addEventListener("focus", () => near(true));
    tick.addEventListener("blur", () => near(false));
    show();
    // What was not saved is put back after this module has run.
    setTimeout(show, 0);
  }
  chart.addEventListener("click", (event) => {
    const spot = /** @type {SVGElement | null} */ (/** @type {Element} */ (event.target).closest("[data-for]"));
    const tick = spot && /** @type {HTMLInputElement | null} */ (chart.querySelector(`[name="${CSS.escape(spot.dataset.for ?? "")}"]`));
    tick?.click();
  });
}

/** @param {HTMLInputElement} tick */
function answer(tick) {
  const [name, value] = (tick.dataset.main ?? "").split("=");
  if (!name) return;
  const asked = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(`[name="${CSS.escape(name)}"]`));
  const given = [...asked].find((one) => one.checked);
  const main = [...asked].find((one) => one.value === value);
  if (!main || (given && given.value !== "unknown")) return;
  main.checked = true;
  main.dispatchEvent(new Event("change", { bubbles: true }));
}
