"""Read a page in the mirror and list what is not in it: words written into a page and not into a catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

from mortise.web.ui.mirror import OPEN, SHUT

# Words that are nobody's to translate: the name of the program, and what a person's record holds.
NAMES = ("Mortise",)

READ = """([open, shut, names]) => {
  const found = [];
  const skip = 'script, style, [data-names], .address, textarea';
  const saying = ['data-change', 'data-none', 'data-easier', 'data-easiest', 'data-planned', 'data-harder'];
  const attributes = ['aria-label', 'title', 'placeholder', 'alt', 'content'];
  let depth = 0;
  function look(text, where) {
    let plain = text.replace(/\\{[a-z_]+\\}/g, '');
    for (const name of names) plain = plain.replaceAll(name, '');
    let bare = '';
    const missed = new Set();
    const note = () => {
      if (/\\p{L}/u.test(bare.replace(/\\p{Script=Arabic}/gu, ''))) missed.add(bare.trim());
      bare = '';
    };
    for (const letter of plain) {
      if (letter === open) { note(); depth += 1; }
      else if (letter === shut) { depth -= 1; bare = ''; }
      else if (depth === 0) bare += letter;
    }
    if (depth === 0) note(); else bare = '';
    for (const word of plain.match(/[A-Za-z][A-Za-z’'-]+/g) ?? []) missed.add(word);
    for (const one of missed) found.push(`${where}: ${one} (in: ${text.trim().slice(0, 80)})`);
  }
  function read(root, at) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      const element = node.nodeType === 3 ? node.parentElement : node;
      if (element?.closest?.(skip)) continue;
      const where = `${at}<${element?.localName ?? ''} class="${element?.getAttribute?.('class') ?? ''}">`;
      if (element?.localName === 'noscript') {
        if (node.nodeType === 3) read(new DOMParser().parseFromString(node.data, 'text/html').body, `${where} `);
      } else if (node.nodeType === 3) look(node.data, where);
      else if (node.getAttribute) {
        for (const name of node.getAttributeNames()) {
          const isSaid = /^data-(say|word)/.test(name) || saying.includes(name);
          if (name === 'content' && node.localName === 'meta') continue;
          const before = depth;
          depth = 0;
          if (isSaid || attributes.includes(name)) look(node.getAttribute(name), `${where} ${name}`);
          depth = before;
        }
        if (node.localName === 'template') read(node.content, `${at}<template id="${node.id}"> `);
      }
    }
  }
  depth = 0;
  look(document.title, '<title>');
  depth = 0;
  read(document.body, '');
  if (depth !== 0) found.push(`brackets do not close: ${depth}`);
  const words = JSON.parse(document.getElementById('phone-words')?.textContent ?? '{}');
  for (const [name, said] of Object.entries(words)) {
    for (const text of typeof said === 'string' ? [said] : said.forms) {
      depth = 0;
      look(text, `phone-words ${name}`);
    }
  }
  return [...new Set(found)];
}"""


def not_mirrored(page: Page, names: Sequence[str] = ()) -> list[str]:
    """Return each piece of text of the page that is no text of the mirror, with the place it stands in."""
    found: list[str] = page.evaluate(READ, [OPEN, SHUT, [*names, *NAMES]])
    return found
