/** Slack's own markup: https://docs.slack.dev/messaging/formatting-message-text */

import { h } from "../dom.js";
import { formatDate } from "./dates.js";
import { ADDRESS, fragment, link, safeUrl } from "./nodes.js";
import { emojiNode, withEmoji } from "./emoji.js";
import { weave } from "./inline.js";
import { mention } from "./mentions.js";

// The line breaks around a fence belong to it.
const FENCE = /\n?```\n?([\s\S]+?)\n?```\n?/;
const TOKENS = [
  /`(?<code>[^`\n]+)`/,
  /<(?<target>[^<>\n]+)>/,
  /:(?<emoji>[a-z0-9_+'-]+)(?:::skin-tone-(?<tone>[2-6]))?:/,
  ADDRESS,
  /(?<mark>[*_~])/,
];
const TOKEN = new RegExp(TOKENS.map((one) => one.source).join("|"), "gi");
const TAGS = { "*": "strong", _: "em", "~": "s" };
const QUOTED = /^(?:(?:&gt;|>){3}|&gt;|>) ?/;
const THREE = /^(?:&gt;|>){3}/;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** @typedef {{names: Object<string, string>}} Names  the ctx of every renderer has at least this */

/**
 * Draws mrkdwn.
 * @param {string} text
 * @param {Names} ctx
 * @param {{verbatim?: boolean}} how  `verbatim`: addresses that are not in angle brackets stay text
 * @returns {DocumentFragment}
 */
export function renderMrkdwn(text, ctx, { verbatim = false } = {}) {
  const parts = text.split(FENCE);
  return fragment(
    parts.map((part, index) =>
      index % 2 ? h("pre", { class: "k-pre" }, unescaped(part)) : prose(part, ctx, verbatim),
    ),
  );
}

/** Draws a text object of either kind. */
export function renderText(object, ctx) {
  if (!object) return fragment([]);
  if (object.type === "mrkdwn") return renderMrkdwn(object.text, ctx, object);
  return object.emoji === false ? fragment([object.text]) : withEmoji(object.text);
}

function prose(text, ctx, verbatim) {
  return fragment(
    runs(text.split("\n")).map(({ isQuote, lines }) => {
      const drawn = fragment([]);
      lines.forEach((line, at) => {
        if (at) drawn.append("\n");
        weave(tokens(line, ctx, verbatim), TAGS, drawn);
      });
      return isQuote ? h("blockquote", { class: "k-quote" }, drawn) : drawn;
    }),
  );
}

/** Joins lines that are quoted, and lines that are not; what follows >>> is quoted to the end. */
function runs(lines) {
  const found = [];
  let toTheEnd = false;
  for (const line of lines) {
    const sign = toTheEnd ? "" : (QUOTED.exec(line)?.[0] ?? "");
    const isQuote = toTheEnd || sign !== "";
    toTheEnd ||= THREE.test(sign);
    if (found.at(-1)?.isQuote !== isQuote) found.push({ isQuote, lines: [] });
    found.at(-1).lines.push(line.slice(sign.length));
  }
  return found;
}

function* tokens(line, ctx, verbatim) {
  let end = 0;
  for (const found of line.matchAll(TOKEN)) {
    if (found.index > end) yield { text: unescaped(line.slice(end, found.index)) };
    end = found.index + found[0].length;
    yield token(found, line, ctx, verbatim);
  }
  yield { text: unescaped(line.slice(end)) };
}

function token(found, line, ctx, verbatim) {
  const { code, target, emoji, tone, url, mark } = found.groups;
  if (code) return { node: h("code", { class: "k-code" }, unescaped(code)) };
  if (target) return { node: angled(target, ctx) };
  if (emoji) return { node: emojiNode(emoji.toLowerCase(), Number(tone)) };
  if (url) return verbatim ? { text: unescaped(url) } : { node: link(unescaped(url), unescaped(url)) };
  return { mark, ...sides(line, found.index) };
}

/** A mark opens before a word and closes behind one, so that 2*3*4 and snake_case stay as they are. */
function sides(line, at) {
  const before = line[at - 1] ?? " ";
  const after = line[at + 1] ?? " ";
  const isWord = (char) => /[\p{L}\p{N}]/u.test(char);
  return {
    opens: !isWord(before) && !/\s/.test(after) && after !== line[at],
    closes: !/\s/.test(before) && !isWord(after),
  };
}

function angled(target, ctx) {
  const [name, ...labels] = target.split("|");
  const label = unescaped(labels.join("|"));
  if (name.startsWith("!date^")) return date(name, label);
  if ("@#!".includes(name[0])) return mention(name, label, ctx);
  const url = unescaped(name);
  return safeUrl(url) ? link(url, label || url.replace(/^mailto:|^tel:/, "")) : h("span", {}, `<${unescaped(target)}>`);
}

function date(name, fallback) {
  const [, seconds, format = "", url = ""] = name.split("^");
  const shown = formatDate(Number(seconds), unescaped(format), fallback);
  return url ? link(unescaped(url), shown) : shown;
}

function unescaped(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}
