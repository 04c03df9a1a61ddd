// The list of patients by keyboard, and narrowed without loading the page anew. Everything works without this, too.

import { rowAfter, wishOf } from "./keys.js";

const KEYS_OFF = "desk-keys-off";
const TYPING_MS = 250;
const RENEW_MS = 120_000; // a red flag that comes in while the list is open shows by itself

const form = /** @type {HTMLFormElement} */ (document.getElementById("filters"));
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
let lastAsked = 0;

/** The names of the rows that can be seen, in order. */
function names() {
  const found = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll(".needs a.name")]);
  return found.filter((one) => !one.closest("details:not([open])"));
}

function areLettersOn() {
  try {
    return localStorage.getItem(KEYS_OFF) === null;
  } catch {
    return true;
  }
}

/** @param {"next" | "previous"} way */
function move(way) {
  const rows = names();
  const now = rows.findIndex((one) => one.closest("li")?.contains(document.activeElement));
  rows[rowAfter(now, rows.length, way)]?.focus();
}

/** @param {Element | null} element */
function isWriting(element) {
  return element instanceof HTMLElement && element.matches("input:not([type=checkbox]), select, textarea");
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
  const wish = wishOf({ key: event.key, isWriting: isWriting(document.activeElement), hasModifier }, areLettersOn());
  if (!wish) return;
  event.preventDefault();
  if (wish === "next" || wish === "previous") move(wish);
  if (wish === "find") document.getElementById("find")?.focus();
  if (wish === "help") showHelp();
  if (wish === "page-next") turn("next");
  if (wish === "page-back") turn("prev");
}

/** @param {"next" | "prev"} rel */
function turn(rel) {
  const link = document.querySelector(`.pages a[rel=${rel}]`);
  if (link instanceof HTMLAnchorElement) link.click();
}

function showHelp() {
  const box = document.getElementById("keys");
  if (!(box instanceof HTMLDetailsElement)) return;
  box.open = !box.open;
  if (box.open) box.querySelector("summary")?.focus();
}

/** Put the list that `address` shows in the place of this one; what has the focus keeps it.
 * @param {string} address */
async function show(address) {
  const asked = (lastAsked += 1);
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected || asked !== lastAsked) return;
  const parts = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = parts.getElementById("main");
  if (!fresh || asked !== lastAsked || isBusy()) return;
  const focused = document.activeElement;
  const place = focused instanceof HTMLAnchorElement && main.contains(focused) ? focused.getAttribute("href") : "";
  const name = focused instanceof HTMLSelectElement ? focused.name : "";
  const isOpen = document.querySelector("details.quiet")?.hasAttribute("open");
  main.replaceChildren(...fresh.childNodes);
  if (isOpen) document.querySelector("details.quiet")?.setAttribute("open", "");
  begin();
  if (place) /** @type {HTMLElement | null} */ (main.querySelector(`a[href="${CSS.escape(place)}"]`))?.focus();
  if (name) /** @type {HTMLElement | null} */ (main.querySelector(`select[name="${CSS.escape(name)}"]`))?.focus();
  history.replaceState(null, "", address);
}

/** Whether replacing the list would take something out of somebody's hand. */
function isBusy() {
  const box = document.getElementById("keys");
  return box instanceof HTMLDetailsElement && box.open;
}

function addressOfForm() {
  const filters = /** @type {HTMLFormElement} */ (document.getElementById("filters"));
  const given = [...new FormData(filters)].filter(([, value]) => value !== "");
  const words = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return `${form.getAttribute("action")}?${words}`;
}

let typing = 0;
/** @param {Event} event */
function onInput(event) {
  if (!(event.target instanceof HTMLInputElement) || event.target.id !== "find") return;
  clearTimeout(typing);
  typing = window.setTimeout(() => void show(addressOfForm()), TYPING_MS);
}

/** Show the keys, and let them be turned off: a single letter can be said by mistake to a voice control. */
function begin() {
  const box = document.getElementById("keys");
  box?.removeAttribute("hidden");
  const on = document.getElementById("keys-on");
  if (!(on instanceof HTMLInputElement)) return;
  on.checked = areLettersOn();
  on.addEventListener("change", () => {
    try {
      if (on.checked) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, "1");
    } catch {
      on.checked = true; // nothing can be kept here
    }
  });
}

document.addEventListener("keydown", onKey);
document.addEventListener("input", onInput);
main.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) void show(addressOfForm());
});
setInterval(() => {
  if (!document.hidden) void show(location.href);
}, RENEW_MS);
begin();
