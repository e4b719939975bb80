/** A button with a menu: arrows move, Escape and a click elsewhere close, the focus comes back to the button. */

import { h } from "./dom.js";

/**
 * @param {{button: HTMLButtonElement, label: string, testid?: string, items: () => HTMLElement[]}} parts
 *   `items` draws the entries each time the menu opens; each is a button with the role of a menu item
 * @returns {HTMLElement} the button with its menu
 */
export function menuButton({ button, label, testid, items }) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, hidden: true, data: { testid } });
  const root = h("div", { class: "menu-button" }, button, list);
  button.setAttribute("aria-haspopup", "menu");
  const show = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    list.replaceChildren(...items());
    (list.querySelector('[aria-checked="true"]') ?? list.firstElementChild)?.focus();
  };
  show(false);
  button.addEventListener("click", () => show(list.hidden));
  list.addEventListener("click", () => {
    show(false);
    button.focus();
  });
  root.addEventListener("keydown", (event) => onKey(event, list, () => (show(false), button.focus())));
  root.addEventListener("focusout", (event) => !root.contains(event.relatedTarget) && show(false));
  return root;
}

function onKey(event, list, close) {
  if (list.hidden) return;
  const all = [...list.children];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Escape") close();
  else if (to === undefined) return;
  else all.at(to % all.length)?.focus();
  event.preventDefault();
}
