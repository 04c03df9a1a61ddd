// Fill a template with text. Everything from the plan goes in as text or attribute, never as markup.

/** @param {string} id @returns {DocumentFragment} */
export function copy(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no template ${id}`);
  return document.importNode(template.content, true);
}

/**
 * `data-fill` takes text, `data-each` repeats its first child, `data-if` stands or goes. What is empty goes.
 * @param {Element | DocumentFragment} root @param {Record<string, any>} values
 */
export function fill(root, values) {
  for (const node of root.querySelectorAll("[data-if]")) if (isEmpty(values[node.dataset.if])) node.remove();
  for (const list of [...root.querySelectorAll("[data-each]")]) repeat(list, values[list.dataset.each] ?? []);
  for (const node of root.querySelectorAll("[data-fill]")) {
    if (node.closest("[data-filled]")) continue;
    const value = values[node.dataset.fill];
    if (value === undefined || value === null || value === "") node.remove();
    else node.textContent = String(value);
  }
  return root;
}

function repeat(list, items) {
  const pattern = list.firstElementChild;
  if (!pattern) return;
  pattern.remove();
  for (const item of items) {
    const node = pattern.cloneNode(true);
    node.dataset.filled = "";
    if (typeof item === "object") fillOne(node, item);
    else node.textContent = String(item);
    list.append(node);
  }
}

function fillOne(node, item) {
  for (const part of node.querySelectorAll("[data-fill]")) part.textContent = String(item[part.dataset.fill] ?? "");
  for (const [name, value] of Object.entries(item.attributes ?? {})) node.setAttribute(name, value);
}

/** Numbers to call: the first, the emergency line, stands out as on the server's pages. @param {{words: string, number: string, dial: string}[]} calls */
export function callsOf(calls) {
  return (calls ?? []).map((one, i) => ({ ...one, attributes: { href: `tel:${one.dial}`, class: i ? "btn btn--wide btn--line" : "btn btn--wide" } }));
}

const isEmpty = (/** @type {any} */ value) => !value || (Array.isArray(value) && value.length === 0);
