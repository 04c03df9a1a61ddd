// Bodies of pages that the server rendered and the plan carries under its seal. What could act is taken out all the same.

const ACTIVE = "script, style, link, meta, base, iframe, frame, object, embed, form, input, button, template, foreignObject, animate, set";

/** @param {string} html @returns {DocumentFragment} */
export function kept(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(ACTIVE).forEach((node) => node.remove());
  for (const node of page.querySelectorAll("*")) {
    for (const { name, value } of [...node.attributes]) {
      const isAddress = /^(xlink:)?href$|^src$|^action$/.test(name);
      if (name.startsWith("on") || name === "style" || (isAddress && !/^[#/]/.test(value.trim()))) node.removeAttribute(name);
    }
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...[...page.body.childNodes].map((node) => document.adoptNode(node)));
  return fragment;
}
