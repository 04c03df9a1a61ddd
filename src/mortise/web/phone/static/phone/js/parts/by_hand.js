// Tests by hand on a page: the server's own form, and the same built from the plan on the phone.

import { askedFor, readingsOf } from "../core/by_hand.js";
import { copy, fill } from "./fill.js";

/** The rows of a form of tests. @param {HTMLFormElement} form @returns {import("../core/by_hand.js").Row[]} */
function rowsOf(form) {
  return [...form.querySelectorAll("input[data-measure]")].map((input) => {
    const { measure, side, unit, instrument, low, high, step } = input.dataset;
    return { name: input.name, value: input.value, measure, side, unit, instrument, low, high, step, symbol: input.parentElement?.querySelector("span")?.textContent ?? "" };
  });
}

/** @param {HTMLFormElement} form @param {{on: string, captured_at: string}} told */
export function readingsIn(form, told) {
  form.dataset.batch ||= crypto.randomUUID().replaceAll("-", ""); // tapped twice it is one report
  return readingsOf(rowsOf(form), { batch: form.dataset.batch, ...told });
}

/** The page of tests from the plan: the one asked for, then what is due. @param {any} state @param {any[]} all the tests of the sensors @param {string} wanted */
export function testsPage({ plan, on, news }, all, wanted) {
  const asked = askedFor(plan, on, news, all, wanted);
  const others = all.filter((one) => !one.closed && !asked.some(({ measure }) => measure === one.hand_measure));
  const closed = all.find((one) => one.test === wanted)?.closed ?? "";
  const content = fill(copy("t-tests"), { nothing: asked.length ? "" : "yes", closed, others });
  content.querySelectorAll("[data-each] a").forEach((link, i) => (link.href = `/phone/test/?test=${others[i].test}`));
  const form = content.querySelector("form");
  for (const test of asked) form.append(fieldOf(test));
  return { content, dock: copy("t-tests-dock") };
}

function fieldOf(test) {
  const part = fill(copy("t-number"), { label: test.label, how: test.how, symbol: test.symbol });
  const input = part.querySelector("input");
  const name = test.side === "none" ? test.measure : `${test.measure}-${test.side}`;
  part.querySelector("label").htmlFor = input.id = `id_${name}`;
  const how = part.querySelector(".hush");
  if (how) {
    how.id = `id_${name}_helptext`;
    input.setAttribute("aria-describedby", how.id);
  }
  input.name = name;
  for (const key of ["measure", "side", "unit", "instrument", "low", "high", "step"]) input.dataset[key] = test[key];
  return part;
}
