/** Small builders that every renderer of blocks uses. */

import { h } from "../dom.js";

/** Finds an address in prose; the full stop behind it is not a part of it, nor the mark that ends bold around it. */
export const ADDRESS = /(?<url>https?:\/\/[^\s<>|*`)]*[^\s<>|*_~`.,;:!?)\]'"])/;

let made = 0;

/** Returns an id that no other node has. */
export function freshId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}

/** Returns a fragment of nodes and texts; what is undefined is left out. */
export function fragment(children) {
  const holder = document.createDocumentFragment();
  for (const child of children) if (child !== undefined) holder.append(child);
  return holder;
}

/** Returns the address where a link may lead to it, else "": a javascript: address never becomes one. */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url).protocol) ? url : "";
  } catch {
    return "";
  }
}

/** Returns a link to another page, or only its words where the address is not one to follow. */
export function link(url, words, attributes = {}) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, words);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, words);
}
