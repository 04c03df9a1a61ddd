// Judge a page as it stands: what is wider than the screen, broken, too small to tap, covered, or out of order. `tried`: [direction, size of text].
(tried) => {
  const root = document.documentElement;
  const TARGET = 44;
  const found = [];
  const before = { dir: root.dir, size: root.style.fontSize };
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && node.getClientRects().length > 0;
  const name = (node) => `${node.tagName.toLowerCase()}${node.className && typeof node.className === "string" ? "." + node.className.trim().split(/\s+/).join(".") : ""} “${(node.innerText || node.ariaLabel || node.name || "").trim().slice(0, 40)}”`;
  const wordsOf = (node) => {
    const ends = { left: Infinity, right: -Infinity };
    for (const child of node.childNodes) {
      if (child.nodeType !== 3 || !child.textContent.trim()) continue;
      const range = document.createRange();
      range.selectNode(child);
      for (const box of range.getClientRects()) Object.assign(ends, { left: Math.min(ends.left, box.left), right: Math.max(ends.right, box.right) });
    }
    return ends;
  };
  // A sign stands before its number and a product keeps its order in every language; a number before a word of a
  // language that runs from right to left stands right of it.
  const FROM_LEFT = /[−+±≥≤]\s?\d|\d\s?[×±]\s?\d/gu;
  const FROM_RIGHT = /\d\s\p{Script=Hebrew}/gu;
  const letter = (node, at) => { const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + 1); return range.getBoundingClientRect(); };
  const outOfOrder = () => {
    const wrong = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!seen(node.parentElement) || node.parentElement.closest("script, template, .vh")) continue;
      for (const [pattern, isFromLeft] of [[FROM_LEFT, true], [FROM_RIGHT, false]]) {
        for (const found of node.data.matchAll(pattern)) {
          const first = letter(node, found.index);
          const last = letter(node, found.index + found[0].length - 1);
          const isOneLine = Math.abs(first.top - last.top) < first.height / 2;
          if (isOneLine && first.left < last.left !== isFromLeft) wrong.push(`figures out of order: ${found[0]} in ${name(node.parentElement)}`);
        }
      }
    }
    return wrong;
  };
  const swapped = () => [...document.querySelectorAll("input[value=left]")].filter((left) => {
    const right = left.closest("fieldset")?.querySelector("input[value=right]");
    return right && seen(left.closest("label")) && left.closest("label").getBoundingClientRect().left > right.closest("label").getBoundingClientRect().left;
  });
  for (const [dir, size] of tried) {
      root.dir = dir;
      root.style.fontSize = size;
      const where = `${dir} ${size || "100%"}`;
      const wide = root.clientWidth;
      if (root.scrollWidth > wide) {
        const out = [...document.body.querySelectorAll("*")].filter((one) => { if (!seen(one) || one.closest(".vh, .skip, .scroll")) return false; const box = one.getBoundingClientRect(); return box.right > wide + 1 || box.left < -1; });
        found.push(`${where}: scrolls sideways, ${root.scrollWidth} wide: ${out.slice(-2).map(name).join("; ")}`);
      }
      for (const one of document.querySelectorAll("main *, .p-foot *, .p-top *")) {
        if (!seen(one) || one.closest("svg, .vh, .scroll, select, input, textarea") ) continue;
        const style = getComputedStyle(one);
        if (one.childNodes.length && [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) {
          const box = one.getBoundingClientRect();
          if (style.display !== "inline" && one.scrollWidth > one.clientWidth + 2 && box.width > 0) found.push(`${where}: words leave their box: ${name(one)}`);
          const ends = wordsOf(one);
          if (one.closest(".chart details")) continue; // a table of numbers scrolls by itself
          const longest = Math.max(...one.textContent.trim().split(/\s+/).map((word) => word.length));
          if (longest > 4 && ends.right - ends.left < 2 * parseFloat(style.fontSize)) found.push(`${where}: words broken letter by letter: ${name(one)}`);
          if (ends.right > wide + 1 || ends.left < -1) found.push(`${where}: words leave the screen: ${name(one)}`);
        }
      }
      const targets = document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), textarea, select");
      for (const one of targets) {
        if (!seen(one) || one.closest(".skip, .vh") || one.matches(".skip, .vh, [disabled]")) continue;
        const isInText = one.matches("a") && one.closest("p, li, dd") && getComputedStyle(one).display === "inline" && one.closest("p, li, dd").innerText.trim() !== one.innerText.trim();
        if (isInText) continue;
        const shown = one.matches("input[type=radio], input[type=checkbox]") ? one.closest("label") ?? one : one;
        const box = shown.getBoundingClientRect();
        if (box.height < TARGET - 0.5 || box.width < TARGET - 0.5) found.push(`${where}: target of ${Math.round(box.width)} × ${Math.round(box.height)}: ${name(shown)}`);
      }
      if (dir === "rtl" && root.lang.startsWith("ar")) found.push(...outOfOrder().map((one) => `${where}: ${one}`));
      found.push(...swapped().map((one) => `${where}: left stands on the right: ${name(one.closest("label"))}`));
      const foot = document.querySelector(".p-foot");
      if (foot && getComputedStyle(foot).position === "sticky") {
        const share = foot.getBoundingClientRect().height / innerHeight;
        if (share > 0.4) found.push(`${where}: what is fixed below takes ${Math.round(share * 100)} % of the screen`);
      }
    }
  root.dir = before.dir;
  root.style.fontSize = before.size;
  return found;
}
