// Saves a page of the desk as it is filled in. What the server has not taken yet is kept on this device, under the name of
// whoever typed it, and offered again; a value that somebody else changed meanwhile is left as the record has it.
// Without scripts the buttons do the same.

import { brought, draftKey, isFresh, keptWords, leftWords, pruned } from "./draft.js";

const IDLE_MS = 1500;
const RETRY_MS = 10_000;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-keep]"));
if (form) start(form);

/** @param {HTMLFormElement} form */
function start(form) {
  const key = draftKey(form.dataset.keep ?? "", location.pathname, String(new FormData(form).get("context") ?? ""));
  const says = /** @type {HTMLElement} */ (document.querySelector("[data-keep-says]"));
  const first = values();
  /** @type {Set<string>} */
  const touched = new Set();
  let timer = 0;
  let isSending = false;

  for (const shown of document.querySelectorAll("[data-scripts]")) shown.removeAttribute("hidden");
  bringBack();
  form.addEventListener("input", (event) => touch(event, IDLE_MS));
  form.addEventListener("change", (event) => touch(event, IDLE_MS));
  form.addEventListener("focusout", (event) => {
    const left = group(/** @type {Element} */ (event.target));
    const to = /** @type {Element | null} */ (event.relatedTarget);
    if (touched.size && (!to || group(to) !== left)) plan(0);
  });
  form.addEventListener("submit", submit);
  addEventListener("online", () => plan(0));
  addEventListener("pagehide", () => { if (touched.size) send(true); });

  /** @returns {Record<string, string>} */
  function values() {
    /** @type {Record<string, string>} */
    const found = {};
    for (const field of form.elements) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) continue;
      if (!field.name || field.type === "hidden") continue;
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
        if (field.checked) found[field.name] = field.value;
        else found[field.name] ??= "";
      } else found[field.name] = field.value;
    }
    return found;
  }

  /** @param {string} name @param {string} value */
  function put(name, value) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
        field.checked = field.value === value;
      } else /** @type {HTMLInputElement} */ (field).value = value;
    }
  }

  /** @param {Element} element */
  function group(element) {
    return element.closest("fieldset, td, .field, .tick") ?? element;
  }

  /** @param {Event} event @param {number} wait_ms */
  function touch(event, wait_ms) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (!field.name) return;
    touched.add(field.name);
    keep();
    say("Not saved yet", "");
    // An arrow key walks through answers that stop a programme: those wait until the clinician has moved on.
    if (!field.closest("[data-acts]")) plan(field.type === "checkbox" ? 0 : wait_ms);
  }

  function keep() {
    const now = values();
    const fields = Object.fromEntries([...touched].map((name) => [name, { was: first[name] ?? "", now: now[name] ?? "" }]));
    try {
      if (touched.size) localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields }));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store: the server still gets everything */ }
  }

  function bringBack() {
    pruned(localStorage);
    const text = localStorage.getItem(key);
    if (!text) return;
    const { fields, left } = brought(text, first, isFresh);
    for (const [name, value] of Object.entries(fields)) {
      put(name, value);
      touched.add(name);
    }
    keep();
    if (left.length) say(leftWords(left.length), "is-amber");
    if (touched.size) {
      say("Brought back what was not saved", "is-amber");
      plan(0);
    }
  }

  /** @param {number} wait_ms */
  function plan(wait_ms) {
    clearTimeout(timer);
    timer = setTimeout(() => send(false), wait_ms);
  }

  /** @param {boolean} isLeaving */
  async function send(isLeaving) {
    if (!touched.size) return true;
    if (isSending && !isLeaving) {
      plan(200);
      return false;
    }
    isSending = true;
    const sent = values();
    const names = [...touched];
    const body = new FormData(form);
    for (const name of names) body.append("touched", name);
    try {
      if (!isLeaving) say("Saving", "");
      const answer = await fetch(location.href, {
        method: "POST", body, headers: { "X-Save": "touched" }, credentials: "same-origin", keepalive: isLeaving, redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        say("You are signed out. What you typed is kept on this device: sign in and open this page again.", "is-amber");
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      const now = values();
      for (const name of told.saved) {
        first[name] = sent[name] ?? "";
        if ((now[name] ?? "") === (sent[name] ?? "")) touched.delete(name);
      }
      keep();
      show(told, names);
      return !touched.size;
    } catch {
      say(keptWords(names.length), "is-amber");
      clearTimeout(timer);
      timer = setTimeout(() => send(false), RETRY_MS);
      return false;
    } finally {
      isSending = false;
    }
  }

  /** @param {{saved: string[], wrong: Record<string, string>, odd: Record<string, string>, html: Record<string, string>, at: string}} told @param {string[]} names */
  function show(told, names) {
    for (const name of names) unmark(name);
    for (const [name, words] of Object.entries(told.wrong)) mark(name, words, false);
    for (const [name, words] of Object.entries(told.odd)) mark(name, words, true);
    for (const [place, html] of Object.entries(told.html)) {
      const there = document.querySelector(`[data-live="${CSS.escape(place)}"]`);
      if (there) there.innerHTML = html;
    }
    const n_open = Object.keys(told.wrong).length + Object.keys(told.odd).length;
    if (n_open) say(leftWords(n_open), "is-amber");
    else if (!touched.size) say(`Saved ${told.at}`, "is-met");
  }

  /** @param {string} name */
  function place(name) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    return field ? group(field) : form;
  }

  /** @param {string} name */
  function unmark(name) {
    place(name).querySelectorAll(".wrongs").forEach((old) => old.remove());
    form.querySelectorAll(`[data-live-wrong="${CSS.escape(name)}"]`).forEach((old) => old.remove());
    form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((field) => field.removeAttribute("aria-invalid"));
  }

  /** @param {string} name @param {string} words @param {boolean} isOdd */
  function mark(name, words, isOdd) {
    const box = document.createElement("div");
    box.className = "wrongs";
    box.dataset.liveWrong = name;
    box.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.className = "wrong";
    line.textContent = words;
    box.append(line);
    if (isOdd) {
      const label = document.createElement("label");
      label.className = "confirm";
      const tick = document.createElement("input");
      Object.assign(tick, { type: "checkbox", name: `ok-${name}`, value: "1" });
      tick.addEventListener("change", () => { if (tick.checked) touched.add(name); });
      label.append(tick, " It is so: keep it, marked");
      box.append(label);
    }
    place(name).append(box);
    form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((field) => field.setAttribute("aria-invalid", "true"));
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    if (!touched.size || form.dataset.going) return;
    event.preventDefault();
    clearTimeout(timer);
    while (isSending) await new Promise((done) => setTimeout(done, 50));
    const text = says.textContent;
    await send(false);
    // With no line the page stays, and so does what was typed; with a value in doubt the server shows the page again.
    if (touched.size && !navigator.onLine) return;
    if (touched.size && says.dataset.lost === "1") return;
    form.dataset.going = "1";
    if (!touched.size) localStorage.removeItem(key);
    form.requestSubmit(/** @type {HTMLElement | null} */ (event.submitter));
    if (!touched.size) say(text ?? "", "");
  }

  /** @param {string} words @param {string} css */
  function say(words, css) {
    if (!says) return;
    says.textContent = words;
    says.className = `kept ${css}`;
    says.dataset.lost = css === "is-amber" && words.startsWith("Not sent") ? "1" : "0";
  }
}
