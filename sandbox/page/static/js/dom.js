/** Making and patching DOM nodes. Data only ever becomes text or an attribute, never markup. */

/**
 * Make an element. Functions become listeners ("onclick"), `data` becomes data-… attributes, true an empty
 * attribute; null, undefined and false are left out. Children are nodes or text; null and false are left out.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | false | undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const drawnFrom = new WeakMap();

/**
 * Make the children of `parent` show `items`, in order; only those that changed are drawn anew.
 *
 * @param {Element} parent
 * @param {any[]} items
 * @param {(item: any) => string} key
 * @param {(item: any) => HTMLElement} draw
 * @param {(item: any) => string} [stamp] what an item looks like: the same stamp, the same picture
 */
export function patch(parent, items, key, draw, stamp = JSON.stringify) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const wanted = new Set(items.map(key));
  for (const [name, node] of old) if (!wanted.has(name)) node.remove();
  let at = parent.firstElementChild;
  for (const item of items) {
    const before = old.get(key(item));
    const node = before && drawnFrom.get(before) === stamp(item) ? before : fresh(item, key, draw, stamp);
    if (before && node !== before) {
      if (at === before) at = node;
      swap(before, node);
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

function fresh(item, key, draw, stamp) {
  const node = draw(item);
  node.dataset.key = key(item);
  drawnFrom.set(node, stamp(item));
  return node;
}

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]";

/** Put a node in the place of another; a focus that was inside stays as near as it can. */
export function swap(before, node) {
  const held = before.contains(document.activeElement) ? document.activeElement : null;
  const id = held?.dataset.testid ?? held?.closest("[data-testid]")?.dataset.testid;
  before.replaceWith(node);
  if (!held) return;
  const same = [node, ...node.querySelectorAll("[data-testid]")].find((one) => id && one.dataset.testid === id);
  (same?.matches(FOCUSABLE) ? same : focusable(same ?? node))?.focus({ preventScroll: true });
}

/** Return the first thing in a node (or the node itself) that can have the focus. */
function focusable(node) {
  return node.matches(FOCUSABLE) ? node : node.querySelector(FOCUSABLE);
}
