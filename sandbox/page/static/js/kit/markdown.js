/** The markdown block: the part of Markdown that Slack draws. */

import { h } from "../dom.js";
import { ADDRESS, fragment, link, safeUrl } from "./nodes.js";
import { emojiNode } from "./emoji.js";
import { weave } from "./inline.js";
import { tableOf } from "./table.js";

const TOKENS = [
  /\\(?<escaped>[\\`*_{}[\]()#+\-.!~|<>])/,
  /(?<ticks>`+)(?<code>[^`]+)\k<ticks>/,
  // Bounded, or ten thousand brackets would each be searched to the end.
  /!?\[(?<words>[^\]\n]{0,500})\]\((?<target>[^\s()]+)\)/,
  /<(?<angled>https?:[^<>\s]+)>/,
  ADDRESS,
  /:(?<emoji>[a-z0-9_+-]+):/,
  /(?<mark>\*\*|__|~~|\*|_)/,
];
const TOKEN = new RegExp(TOKENS.map((one) => one.source).join("|"), "gi");
const TAGS = { "**": "strong", __: "strong", "~~": "s", "*": "em", _: "em" };
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const LINE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const QUOTED = /^ {0,3}>/;
const FENCE = /^ {0,3}(```|~~~)/;
const ITEM = /^( *)(?:[-*+]|(\d{1,9})[.)]) +(?:\[([ xX])\] +)?(.*)$/;
const ROW = /^\s*\|?.*\|.*$/;
const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

// The first that fits says what a line begins.
const KINDS = [
  [HEADING, headed],
  [LINE, ruled],
  [FENCE, fenced],
  [QUOTED, quoted],
  [ITEM, listed],
];

/**
 * Draws Markdown; HTML in it stays text.
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text) {
  const lines = text.split(/\r?\n/);
  const drawn = fragment([]);
  for (let at = 0; at < lines.length;) at = drawBlock(lines, at, drawn);
  return drawn;
}

/** Draws the block that begins at a line and returns where the next one begins. */
function drawBlock(lines, at, drawn) {
  if (!lines[at].trim()) return at + 1;
  const [, draw] = KINDS.find(([pattern]) => pattern.test(lines[at])) ?? [];
  if (draw) return draw(lines, at, drawn);
  return isTable(lines, at) ? tabled(lines, at, drawn) : paragraph(lines, at, drawn);
}

function paragraph(lines, at, drawn) {
  const end = run(lines, at + 1, (line) => line.trim() && !KINDS.some(([pattern]) => pattern.test(line)));
  return place(drawn, h("p", { class: "k-md-p" }, inline(lines.slice(at, end).join("\n"))), end);
}

function headed(lines, at, drawn) {
  const [, { length: level }, words] = HEADING.exec(lines[at]);
  return place(drawn, h("h4", { class: `k-md-h k-md-h${level}` }, inline(words)), at + 1);
}

function ruled(lines, at, drawn) {
  return place(drawn, h("hr", { class: "k-divider" }), at + 1);
}

function place(drawn, node, next) {
  drawn.append(node);
  return next;
}

function run(lines, from, belongs) {
  let end = from;
  while (end < lines.length && belongs(lines[end])) end += 1;
  return end;
}

function fenced(lines, at, drawn) {
  const [, mark] = FENCE.exec(lines[at]);
  const end = run(lines, at + 1, (line) => !line.trim().startsWith(mark));
  return place(drawn, h("pre", { class: "k-pre" }, lines.slice(at + 1, end).join("\n")), end + 1);
}

function quoted(lines, at, drawn) {
  const end = run(lines, at, (line) => QUOTED.test(line));
  const words = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return place(drawn, h("blockquote", { class: "k-quote" }, inline(words.join("\n"))), end);
}

function listed(lines, at, drawn) {
  const [, , start] = ITEM.exec(lines[at]);
  const isSameKind = (found) => found && Boolean(found[2]) === Boolean(start);
  const end = run(lines, at, (line) => isSameKind(ITEM.exec(line)));
  const items = lines.slice(at, end).map((line) => item(ITEM.exec(line)));
  const list = h(start ? "ol" : "ul", { class: "k-list", start }, ...items);
  return place(drawn, list, end);
}

function item([, indent, , box, words]) {
  const tick =
    box === undefined
      ? null
      : h("span", { "aria-label": box === " " ? "not done" : "done", role: "img" }, box === " " ? "☐ " : "☑ ");
  const node = h("li", { class: box === undefined ? null : "k-task" }, tick, inline(words));
  node.style.marginInlineStart = `${Math.floor(indent.length / 2) * 1.5}em`;
  return node;
}

function isTable(lines, at) {
  const next = lines[at + 1] ?? "";
  return ROW.test(lines[at]) && next.includes("|") && RULE.test(next);
}

function tabled(lines, at, drawn) {
  const end = run(lines, at + 2, (line) => ROW.test(line) && line.trim());
  const rows = [lines[at], ...lines.slice(at + 2, end)].map((line) => cells(line).map(inline));
  const aligns = cells(lines[at + 1]).map((cell) => ({ align: alignOf(cell) }));
  return place(drawn, tableOf(rows, aligns), end);
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
const alignOf = (cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left");

function inline(text) {
  const drawn = fragment([]);
  weave(tokens(text), TAGS, drawn);
  return drawn;
}

function* tokens(text) {
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    if (found.index > end) yield { text: text.slice(end, found.index) };
    end = found.index + found[0].length;
    yield token(found, text);
  }
  yield { text: text.slice(end) };
}

function token(found, text) {
  const { escaped, code, words, target, angled, url, emoji, mark } = found.groups;
  if (escaped) return { text: escaped };
  if (code) return { node: h("code", { class: "k-code" }, code) };
  if (target && !safeUrl(target)) return { text: found[0] };
  if (target) return { node: link(target, words || target) };
  if (angled || url) return { node: link(angled || url, angled || url) };
  return emoji ? { node: emojiNode(emoji) } : { mark, ...sides(text, found.index, mark) };
}

/** Unlike an asterisk, an underscore within a word is a part of it. */
function sides(text, at, mark) {
  const [before, after] = [text[at - 1] ?? " ", text[at + mark.length] ?? " "];
  const isWord = (char) => mark.includes("_") && /[\p{L}\p{N}]/u.test(char);
  return { opens: !/\s/.test(after) && !isWord(before), closes: !/\s/.test(before) && !isWord(after) };
}
