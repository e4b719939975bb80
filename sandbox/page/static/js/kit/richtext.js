/** rich_text blocks: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { h } from "../dom.js";
import { formatDate } from "./dates.js";
import { fragment, link } from "./nodes.js";
import { emojiNode } from "./emoji.js";
import { broadcast, channel, person, usergroup } from "./mentions.js";

const STYLES = [
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
  ["highlight", "mark"],
];
// HTML's own numbering goes deeper by other signs; Slack's goes 1, a, i and around.
const NUMBERING = ["decimal", "lower-alpha", "lower-roman"];

const INLINE = {
  broadcast: (part) => broadcast(part.range),
  channel: (part, ctx) => channel(part.channel_id, "", ctx),
  color: (part) => color(part.value),
  date: (part) => date(part),
  emoji: (part) => emojiNode(part.name, part.skin_tone, part.unicode),
  link: (part) => link(part.url, part.text || part.url),
  team: (part, ctx) => person(part.team_id, "", ctx),
  text: (part) => document.createTextNode(part.text),
  user: (part, ctx) => person(part.user_id, "", ctx),
  usergroup: (part, ctx) => usergroup(part.usergroup_id, "", ctx),
};

const PARTS = {
  rich_text_list: list,
  rich_text_preformatted: (part, ctx) => h("pre", { class: "k-pre" }, line(part.elements, ctx)),
  rich_text_quote: (part, ctx) => h("blockquote", { class: "k-quote" }, line(part.elements, ctx)),
  rich_text_section: (part, ctx) => h("div", { class: "k-line" }, line(part.elements, ctx)),
};

/**
 * Draws the elements of a rich_text block, or of a table's cell.
 * @returns {DocumentFragment}
 */
export function renderRichText(elements, ctx) {
  return fragment(elements.map((part) => PARTS[part.type]?.(part, ctx)));
}

function line(elements, ctx) {
  return fragment(elements.map((part) => styled(INLINE[part.type]?.(part, ctx), part.style)));
}

function styled(node, style) {
  if (!node || !style) return node;
  const inner = style.code ? h("code", { class: "k-code" }, node) : node;
  return STYLES.reduce((held, [name, tag]) => (style[name] ? h(tag, {}, held) : held), inner);
}

function list(part, ctx) {
  const indent = part.indent ?? 0;
  const isOrdered = part.style === "ordered";
  const start = isOrdered && part.offset ? part.offset + 1 : null;
  const node = h(isOrdered ? "ol" : "ul", { class: "k-list", start });
  node.style.marginInlineStart = `${indent * 1.5}em`;
  if (isOrdered) node.style.listStyleType = NUMBERING[indent % NUMBERING.length];
  node.append(...part.elements.map((item) => h("li", {}, line(item.elements, ctx))));
  return node;
}

function date(part) {
  const shown = formatDate(part.timestamp, part.format, part.fallback);
  return part.url ? link(part.url, shown) : shown;
}

function color(value) {
  const swatch = h("span", { class: "k-swatch" });
  // The CSSOM drops what is not a colour.
  swatch.style.backgroundColor = value;
  return h("span", {}, swatch, value);
}
