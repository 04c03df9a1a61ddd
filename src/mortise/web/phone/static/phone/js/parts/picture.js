// Build a picture node by node from a tree. Only drawing elements and harmless attributes are known here.

const SVG = "http://www.w3.org/2000/svg";
const TAGS = new Set(["svg", "g", "path", "circle", "ellipse", "line", "rect", "polyline", "polygon", "text", "tspan", "title", "desc", "defs", "clipPath", "use"]);

/** @param {any[]} tree [tag, attributes, children or text] @returns {SVGElement | null} */
export function pictureOf([tag, attributes, inside]) {
  if (!TAGS.has(tag)) return null;
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    const isOwn = name !== "href" || String(value).startsWith("#");
    if (isOwn && !name.startsWith("on") && name !== "style") node.setAttribute(name, String(value));
  }
  if (typeof inside === "string") node.textContent = inside;
  else for (const child of inside) node.append(...[pictureOf(child)].filter((one) => one !== null));
  return node;
}

/** Put an exercise's picture where it belongs, when this phone has it. @param {Element} place @param {string} url @param {"moving" | "small"} kind */
export async function showPicture(place, url, kind) {
  try {
    const response = (await caches.match(url)) ?? (await fetch(url));
    if (!response.ok) return;
    const node = pictureOf((await response.json())[kind]);
    if (node) place.replaceChildren(node);
  } catch {
    // the words say all of it
  }
}
