/** Input blocks: a label, a control, a hint, an error; and what the person put into them. */

import { h } from "../dom.js";
import { createControl } from "./controls.js";
import { held, wire } from "./held.js";
import { renderText } from "./mrkdwn.js";
import { freshId } from "./nodes.js";
import { press } from "./press.js";

/** @type {WeakMap<Element, {block: object, control: import("./controls.js").Control}>} */
const fields = new WeakMap();

/** Draws an input block. */
export function renderInput(block, ctx) {
  const ids = { box: freshId("k-box"), label: freshId("k-label"), hint: freshId("k-hint"), error: freshId("k-error") };
  const error = ctx.errors?.[block.block_id];
  const node = h("div", {
    class: error ? "k-field k-invalid" : "k-field",
    data: { testid: `field-${block.block_id}`, actionId: block.element.action_id },
  });
  const control = createControl(block.element, setupOf(block, ids, error, ctx, node));
  const hint = block.hint && h("div", { class: "k-hint", id: ids.hint }, renderText(block.hint, ctx));
  node.append(labelNode(block, ids, ctx), control.node, errorNode(block, ids, error), hint ?? "");
  fields.set(node, { block, control });
  return node;
}

function setupOf(block, ids, error, ctx, node) {
  const described = [error && ids.error, block.hint && ids.hint].filter(Boolean).join(" ");
  const naming = {
    "aria-labelledby": ids.label,
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
  };
  const value = held(block.element, block, ctx.state);
  const [isRequired, isClearable] = [!block.optional, Boolean(block.optional)];
  const wiring = { onChange: () => changed(node, ctx), onCommit: () => committed(node, ctx) };
  return { id: ids.box, naming, value, isRequired, isClearable, block, ctx, ...wiring };
}

function errorNode(block, ids, error) {
  const attributes = { class: "k-error", id: ids.error, role: "alert" };
  return error ? h("div", { ...attributes, data: { testid: `field-error-${block.block_id}` } }, error) : "";
}

function labelNode(block, ids, ctx) {
  const optional = block.optional && h("span", { class: "k-optional" }, " (optional)");
  const isGroup = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const attributes = { class: "k-label", id: ids.label, for: isGroup ? null : ids.box };
  return h(isGroup ? "div" : "label", attributes, renderText(block.label, ctx), optional);
}

function changed(node, ctx) {
  const { block, control } = fields.get(node);
  ctx.onInput?.(block.block_id, wire(block.element, control.read()));
}

/** Tells the app where the block asks for it; says whether it does. */
function committed(node, ctx) {
  const { block, control } = fields.get(node);
  if (!block.dispatch_action) return false;
  press(node, { element: block.element, block, ctx, choice: wire(block.element, control.read()) });
  return true;
}

/**
 * Returns what the fields under a node hold, by block_id: text, the value of an option (the option itself where only
 * the app knows its options), an ID, a date, a list of these, or null.
 * @param {Element} root
 * @returns {Object<string, unknown>}
 */
export function readValues(root) {
  const read = ({ block, control }) => [block.block_id, wire(block.element, control.read())];
  return Object.fromEntries(fieldsIn(root).map(read));
}

/**
 * Puts into the fields under `to` what those under `from` hold, where block, action and type are the same: Slack
 * carries input over an update that way.
 */
export function carryOver(from, to) {
  const same = ({ block }) => `${block.block_id} ${block.element.action_id} ${block.element.type}`;
  const before = new Map(fieldsIn(from).map((field) => [same(field), field.control.read()]));
  for (const field of fieldsIn(to)) if (before.has(same(field))) field.control.show(before.get(same(field)));
}

const fieldsIn = (root) => [...root.querySelectorAll(".k-field")].map((node) => fields.get(node));
