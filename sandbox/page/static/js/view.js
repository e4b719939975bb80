/** The blocks of a modal or a Home tab, patched block by block so that what was typed elsewhere stays. */

import { h, patch } from "./dom.js";
import { renderBlocks } from "./kit/blocks.js";
import { carryOver } from "./kit/inputs.js";

/**
 * @param {HTMLElement} root
 * @param {any} view
 * @param {object} context of the renderer; its `errors` belong to the fields
 */
export function drawView(root, view, context) {
  if (root.dataset.view !== view.id) root.replaceChildren();
  root.dataset.view = view.id;
  const before = new Map([...root.children].map((slot) => [slot.dataset.key, slot]));
  const draw = (block) => {
    const slot = h("div", { class: `slot is-${block.type}` }, renderBlocks([block], context));
    if (before.has(block.block_id)) carryOver(before.get(block.block_id), slot);
    return slot;
  };
  const stamp = (block) => JSON.stringify([block, context.errors[block.block_id] ?? ""]);
  patch(root, view.blocks, (block) => block.block_id, draw, stamp);
}
