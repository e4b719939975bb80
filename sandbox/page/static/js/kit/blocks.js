/** Block Kit, drawn: https://docs.slack.dev/reference/block-kit/blocks */

import { h } from "../dom.js";
import { renderElement } from "./elements.js";
import { picture, renderImage } from "./images.js";
import { renderInput } from "./inputs.js";
import { renderMarkdown } from "./markdown.js";
import { renderText } from "./mrkdwn.js";
import { fragment } from "./nodes.js";
import { renderRichText } from "./richtext.js";
import { renderTable } from "./table.js";

/**
 * @typedef {object} Context
 * @property {"message"|"modal"|"home"} surface
 * @property {Object<string, string>} names  of people, channels and groups, by ID
 * @property {Object<string, {id: string, url: string, title: string}>} files
 * @property {object} [state]  view.state.values
 * @property {Object<string, string>} [errors]  sentences by block_id
 * @property {{id: string, is_private: boolean}[]} [channels]  to tell private ones from others
 * @property {(pressed: {action_id: string, block_id: string, choice?: unknown}) => unknown} onPress  a promise of
 *   the acknowledgement is waited for
 * @property {(action_id: string, block_id: string, query: string) => Promise<object>} loadOptions
 *   resolves to options, {options} or {option_groups}; rejects with a sentence
 * @property {(block_id: string, value: unknown) => void} [onInput]
 */

const DRAW = {
  actions: (block, ctx) =>
    h("div", { class: "k-actions" }, ...block.elements.map((one) => renderElement(one, block, ctx))),
  context: (block, ctx) => h("div", { class: "k-context" }, ...block.elements.map((one) => contextItem(one, ctx))),
  divider: () => h("hr", { class: "k-divider" }),
  file: (block) => h("div", { class: "k-note" }, `A file from elsewhere: ${block.external_id}`),
  header: (block, ctx) => h("h3", { class: "k-header" }, renderText(block.text, ctx)),
  image: (block, ctx) => renderImage(block, ctx, renderText(block.title, ctx)),
  input: renderInput,
  markdown: (block) => h("div", { class: "k-markdown" }, renderMarkdown(block.text)),
  rich_text: (block, ctx) => h("div", { class: "k-rich" }, renderRichText(block.elements, ctx)),
  section,
  table: renderTable,
};

/**
 * Draws blocks as an app sent them.
 * @param {object[]} blocks
 * @param {Context} ctx
 * @returns {DocumentFragment}
 */
export function renderBlocks(blocks, ctx) {
  return fragment(blocks.map((block) => renderBlock(block, ctx)));
}

function renderBlock(block, ctx) {
  const draw = DRAW[block.type];
  const node = draw
    ? draw(block, ctx)
    : h("div", { class: "k-note" }, `A block of type ${block.type}, which this page does not draw`);
  node.classList.add("k-block");
  node.dataset.blockId = block.block_id ?? "";
  // What comes from outside may be in any script: each block finds its own direction.
  node.dir = "auto";
  return node;
}

function section(block, ctx) {
  const text = block.text && h("div", { class: "k-text" }, renderText(block.text, ctx));
  const fields = block.fields?.map((field) => h("div", { class: "k-text" }, renderText(field, ctx)));
  const body = h("div", { class: "k-section-body" }, text, fields && h("div", { class: "k-fields" }, ...fields));
  const accessory = block.accessory && h("div", { class: "k-accessory" }, renderElement(block.accessory, block, ctx));
  return h("div", { class: "k-section" }, body, accessory);
}

function contextItem(item, ctx) {
  return item.type === "image"
    ? picture(item, ctx, "k-context-image")
    : h("span", { class: "k-text" }, renderText(item, ctx));
}
