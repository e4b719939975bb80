/** Short news about what the person just did, above the messages. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 10_000;

/**
 * @param {HTMLElement} root
 * @returns {(text: string) => void} shows a sentence for a while; the newest only, and none for ""
 */
export function createNotices(root) {
  const region = h("div", { role: "alert", data: { testid: "notice" } });
  let timer = 0;
  const hide = () => region.replaceChildren();
  root.append(region);
  return (text) => {
    clearTimeout(timer);
    if (!text) return hide();
    const close = h(
      "button",
      { type: "button", class: "ghost", "aria-label": "Dismiss", onclick: hide },
      icon("close"),
    );
    region.replaceChildren(h("div", { class: "notice" }, h("span", {}, text), close));
    timer = setTimeout(hide, SHOWN_MS);
  };
}
