// The sentences scripts say, from the page that the server rendered.

/** @type {Record<string, string>} */
export const words = JSON.parse(document.getElementById("phone-words")?.textContent ?? "{}");

/** @param {string} name @param {Record<string, string | number>} values */
export function say(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, String(value)), words[name] ?? "");
}
