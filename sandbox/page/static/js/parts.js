/** Lists of parts that change in place: a form that somebody is filling in is never drawn anew. */

import { patch } from "./dom.js";

/**
 * @typedef {{node: HTMLElement, update: (item: any) => void}} Part
 *
 * @param {Element} parent
 * @param {(item: any) => string} key
 * @param {(item: any) => Part} make a part is updated with its item as soon as it is made
 * @returns {(items: any[]) => void} makes the children of `parent` the parts of these items, in order
 */
export function createParts(parent, key, make) {
  const parts = new Map();
  const draw = (item) => {
    parts.set(key(item), make(item));
    return parts.get(key(item)).node;
  };
  return (items) => {
    const wanted = new Set(items.map(key));
    for (const name of [...parts.keys()]) if (!wanted.has(name)) parts.delete(name);
    patch(parent, items, key, draw, () => "");
    for (const item of items) parts.get(key(item)).update(item);
  };
}

/** Set the text of a node only where it differs, so that a selection in it stays. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
