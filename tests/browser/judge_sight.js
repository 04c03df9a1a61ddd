// Judge a page by its colours and its type, in the scheme the browser is in: what is hard to read, has no outline, looks
// like the browser's own, stands under a head smaller than its words, or is said twice.
() => {
  for (const one of document.getAnimations()) one.finish(); // a colour on its way is not the colour
  const found = [];
  const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0 && !node.closest(".vh, .skip, [disabled]");
  const name = (node) => `${node.tagName.toLowerCase()}${typeof node.className === "string" && node.className ? "." + node.className.trim().split(/\s+/).join(".") : ""} “${(node.innerText ?? node.textContent ?? "").trim().slice(0, 40)}”`;
  const parts = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  /** What a node stands on; nothing where it is a picture. */
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const colour = parts(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const hasWords = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());

  for (const one of document.querySelectorAll("main *, .p-foot *, .p-top *")) {
    if (!hasWords(one) || !seen(one) || one.closest("select, option, title")) continue;
    const style = getComputedStyle(one);
    const isDrawn = one instanceof SVGElement;
    const under = ground(isDrawn ? one.closest("svg").parentElement : one);
    if (!under || (isDrawn && style.fill === "none")) continue;
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 600);
    const ratio = contrast(over(parts(isDrawn ? style.fill : style.color), under), under);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${scheme}: contrast ${ratio.toFixed(1)}: ${name(one)}`);
  }
  for (const each of document.querySelectorAll("main :is(.btn--line, input, textarea, select, .pick span, .scale span), .p-foot .btn--line")) {
    if (!seen(each) || each.matches("[type=radio], [type=checkbox], [type=hidden]") || each.closest(".unit > span")) continue;
    const one = each.closest(".unit") ?? each; // a number and its unit stand within one outline
    const style = getComputedStyle(one);
    const [around, inside] = [ground(one.parentElement), ground(one)];
    if (!around || !inside) continue;
    const ratio = Math.max(contrast(over(parts(style.borderTopColor), around), around), contrast(inside, around));
    if (parseFloat(style.borderTopWidth) === 0 || ratio < 3) found.push(`${scheme}: outline of ${ratio.toFixed(1)}: ${name(one)}`);
  }
  const face = getComputedStyle(document.body).fontFamily;
  for (const one of document.querySelectorAll("input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select, button")) {
    if (!seen(one)) continue;
    const style = getComputedStyle(one);
    if (style.fontFamily !== face) found.push(`${scheme}: the browser’s own face: ${name(one)}`);
    if (!one.matches("button") && parseFloat(style.fontSize) < 16) found.push(`${scheme}: a field of ${style.fontSize} makes a phone zoom: ${name(one)}`);
  }
  for (const head of document.querySelectorAll(".card > :is(h1, h2), .card > .spread > h2")) {
    if (!seen(head)) continue;
    const words = [...head.closest(".card").querySelectorAll("p, li")].filter((one) => seen(one) && hasWords(one));
    const most = Math.max(0, ...words.filter((one) => !one.matches(".live-number, .big")).map((one) => parseFloat(getComputedStyle(one).fontSize)));
    if (parseFloat(getComputedStyle(head).fontSize) < most) found.push(`${scheme}: a head smaller than its words: ${name(head)}`);
  }
  const said = new Set();
  for (const one of document.querySelectorAll("main :is(p, li, dd, legend, label)")) {
    if (!hasWords(one) || !seen(one)) continue;
    const words = one.innerText.trim();
    if (words.length > 60 && said.has(words)) found.push(`${scheme}: said twice: ${name(one)}`);
    said.add(words);
  }
  return found;
}
