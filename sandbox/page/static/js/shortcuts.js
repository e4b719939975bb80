/** The app's shortcuts: the global ones in a menu, those of messages in a menu on each message. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";

/**
 * @typedef {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} Tools
 */

/** @param {Tools} tools */
export function shortcutsMenu(tools) {
  const button = h(
    "button",
    { type: "button", class: "ghost", data: { testid: "shortcuts" } },
    icon("bolt"),
    "Shortcuts",
  );
  const items = () => {
    const found = entries(tools, "global", {});
    return found.length ? found : [h("button", menuItem, "This app has no shortcuts")];
  };
  return menuButton({ button, label: "Shortcuts", items });
}

/**
 * @param {Tools} tools
 * @param {{channel: string, ts: string}} where the message
 * @returns {HTMLElement | null} null where the app has none for messages
 */
export function messageShortcutsMenu(tools, where) {
  if (!tools.store.state.app.shortcuts.some((one) => one.type === "message")) return null;
  const label = "Shortcuts for this message";
  const naming = { title: label, "aria-label": label, data: { testid: "message-shortcuts" } };
  const button = h("button", { type: "button", class: "ghost", ...naming }, icon("bolt"));
  return menuButton({ button, label, items: () => entries(tools, "message", { where }) });
}

const menuItem = { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" };

function entries({ store, act, onFailure }, type, more) {
  const start = async (callback_id) => {
    const answer = await act("/api/shortcut", { callback_id, ...more });
    if (!answer.ok) onFailure(answer.error);
  };
  const found = store.state.app.shortcuts.filter((one) => one.type === type);
  return found.map(({ callback_id, name, description }) => {
    const attributes = { ...menuItem, data: { testid: `shortcut-${callback_id}` }, onclick: () => start(callback_id) };
    return h("button", attributes, h("b", {}, name), h("small", {}, description));
  });
}
