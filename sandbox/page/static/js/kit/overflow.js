/** The menu behind three dots. */

import { h } from "../dom.js";
import { renderText } from "./mrkdwn.js";
import { freshId, safeUrl } from "./nodes.js";
import { openPopup } from "./popup.js";
import { press } from "./press.js";

/** Draws an overflow menu (https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/). */
export function overflow(element, block, ctx) {
  const menu = h("div", { class: "k-popup k-menu", id: freshId("k-menu"), role: "menu", hidden: true });
  const naming = { "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false" };
  const button = h(
    "button",
    { class: "k-button k-overflow", type: "button", "aria-controls": menu.id, ...naming },
    "⋯",
  );
  const node = h("span", { class: "k-overflow-wrap" }, button, menu);
  let popup = null;
  const closed = () => {
    popup = null;
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const open = () => {
    menu.hidden = false;
    popup = openPopup(button, menu, closed);
    button.setAttribute("aria-expanded", "true");
    menu.firstElementChild.focus();
  };
  const choose = (option) => {
    popup?.close();
    button.focus();
    if (safeUrl(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
    press(button, { element, block, ctx, choice: option.value });
  };
  menu.append(...element.options.map((option) => menuItem(option, ctx, () => choose(option))));
  button.addEventListener("click", () => (popup ? popup.close() : open()));
  menu.addEventListener("keydown", (event) => onKey(event, menu, button, () => popup?.close()));
  return node;
}

function menuItem(option, ctx, onclick) {
  const more = option.description && h("span", { class: "k-option-more" }, renderText(option.description, ctx));
  const attributes = { class: "k-option", type: "button", role: "menuitem", tabindex: "-1", onclick };
  return h("button", attributes, h("span", {}, renderText(option.text, ctx)), more);
}

function onKey(event, menu, button, close) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const wanted = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (wanted !== undefined) items[wanted % items.length].focus();
  else if (event.key === "Escape") button.focus();
  if (event.key === "Escape" || event.key === "Tab") close();
  if (event.key !== "Tab" && event.key !== "Enter" && event.key !== " ") event.preventDefault();
  event.stopPropagation();
}
