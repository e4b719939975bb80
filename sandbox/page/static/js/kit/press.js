/** Telling the app that something was pressed or chosen. */

import { confirmed } from "./confirm.js";

/**
 * Asks where the element wants it, then tells the app; resolves to whether it was told. While the app has not
 * acknowledged, the node says so by aria-busy, and further presses of it do nothing.
 * @param {HTMLElement} node
 * @param {{element: object, block: object, choice?: unknown, ctx: object}} what
 */
export async function press(node, { element, block, choice, ctx }) {
  if (node.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await confirmed(element.confirm, ctx))) return false;
  const told = { action_id: element.action_id, block_id: block.block_id };
  if (choice !== undefined) told.choice = choice;
  node.setAttribute("aria-busy", "true");
  try {
    await ctx.onPress(told);
  } finally {
    node.removeAttribute("aria-busy");
  }
  return true;
}
