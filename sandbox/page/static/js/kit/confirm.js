/** Confirm dialogs: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */

import { h } from "../dom.js";
import { renderText } from "./mrkdwn.js";
import { freshId } from "./nodes.js";

/**
 * Asks, and resolves to whether the person wants it. Escape means no. The focus goes back to where it was.
 * @param {object} asked  the confirmation dialog object
 * @returns {Promise<boolean>}
 */
export function confirmed(asked, ctx) {
  const title = h("h2", { id: freshId("k-confirm") }, renderText(asked.title, ctx));
  const words = h("div", { class: "k-confirm-text", id: freshId("k-confirm") }, renderText(asked.text, ctx));
  const style = asked.style === "danger" ? "k-danger" : "k-primary";
  const yes = h(
    "button",
    { class: `k-button ${style}`, value: "yes", "data-testid": "confirm-ok" },
    renderText(asked.confirm, ctx),
  );
  const no = h(
    "button",
    { class: "k-button", value: "no", "data-testid": "confirm-cancel" },
    renderText(asked.deny, ctx),
  );
  const naming = { "aria-labelledby": title.id, "aria-describedby": words.id };
  const form = h("form", { method: "dialog" }, title, words, h("div", { class: "k-confirm-buttons" }, no, yes));
  const dialog = h("dialog", { class: "k-confirm", "data-testid": "confirm", ...naming }, form);
  return shown(dialog);
}

function shown(dialog) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.({ preventScroll: true });
      resolve(dialog.returnValue === "yes");
    });
  });
}
