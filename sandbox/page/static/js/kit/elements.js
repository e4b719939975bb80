/** Elements that act at once: buttons, menus, and selects and the like outside of an input block. */

import { h } from "../dom.js";
import { createControl, isControl } from "./controls.js";
import { held, wire } from "./held.js";
import { picture } from "./images.js";
import { renderText } from "./mrkdwn.js";
import { freshId, safeUrl } from "./nodes.js";
import { overflow } from "./overflow.js";
import { press } from "./press.js";

/** Draws an accessory of a section or an element of an actions block. */
export function renderElement(element, block, ctx) {
  if (element.type === "image") return picture(element, ctx, "k-accessory-image");
  const node = drawn(element, block, ctx);
  Object.assign(node.dataset, { actionId: element.action_id, blockId: block.block_id });
  return node;
}

function drawn(element, block, ctx) {
  if (element.type === "button") return element.url ? linkButton(element, block, ctx) : button(element, block, ctx);
  if (element.type === "overflow") return overflow(element, block, ctx);
  if (isControl(element.type)) return chooser(element, block, ctx);
  const words = element.text ? renderText(element.text, ctx) : element.type;
  return h("button", { class: "k-button", type: "button", disabled: true, title: "Not in this sandbox" }, words);
}

function buttonLook({ style, accessibility_label: label }) {
  const styles = { primary: " k-primary", danger: " k-danger" };
  return { class: `k-button${styles[style] ?? ""}`, "aria-label": label };
}

function button(element, block, ctx) {
  const node = h("button", { ...buttonLook(element), type: "button" }, renderText(element.text, ctx));
  node.addEventListener("click", () => press(node, { element, block, ctx }));
  return node;
}

/** Slack opens the page and tells the app as well; with a confirm dialog, only after it. */
function linkButton(element, block, ctx) {
  const href = safeUrl(element.url);
  const attributes = { ...buttonLook(element), href, target: "_blank", rel: "noopener noreferrer" };
  const node = h("a", attributes, renderText(element.text, ctx), href && h("span", { "aria-hidden": "true" }, "↗"));
  node.addEventListener("click", async (event) => {
    if (element.confirm || !href) event.preventDefault();
    const wasTold = await press(node, { element, block, ctx });
    if (wasTold && element.confirm && href) window.open(href, "_blank", "noopener,noreferrer");
  });
  return node;
}

/** A select, date or the like that tells the app of each choice; one that was not confirmed is taken back. */
function chooser(element, block, ctx) {
  let last = held(element, block, ctx.state);
  const commit = async () => {
    const value = control.read();
    const wasTold = await press(control.node, { element, block, ctx, choice: wire(element, value) });
    if (wasTold) last = value;
    else control.show(last);
  };
  const control = createControl(element, {
    id: freshId("k-element"),
    naming: { "aria-label": element.placeholder?.text || element.accessibility_label || spoken(element.type) },
    value: last,
    isRequired: false,
    isClearable: false,
    block,
    ctx,
    onChange: () => {},
    onCommit: () => void commit(),
  });
  return control.node;
}

const spoken = (type) => type.replace(/^multi_/, "").replaceAll("_", " ");
