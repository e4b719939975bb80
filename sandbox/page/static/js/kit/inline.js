/** Marks within a line (bold, italic, …), shared by mrkdwn and Markdown. */

import { h } from "../dom.js";

/**
 * @typedef {{node: Node}|{text: string}|{mark: string, opens: boolean, closes: boolean}|{end: true}} Token
 *   `end` ends every mark that is open, as the end of a line does
 */

/**
 * Appends tokens to a node, marks as elements. A mark that is never closed stays the characters it was typed with.
 * One pass; at most one element of each mark is open, so hostile text costs neither depth nor time.
 * @param {Iterable<Token>} tokens
 * @param {Object<string, string>} tags  the element that each mark stands for
 * @param {Node} target
 */
export function weave(tokens, tags, target) {
  const frames = [{ mark: "", node: target }];
  for (const token of tokens) {
    const top = frames[frames.length - 1].node;
    if (token.node) top.appendChild(token.node);
    else if (token.text) top.appendChild(document.createTextNode(token.text));
    else if (token.end) flatten(frames, 1);
    else if (token.mark) meet(frames, token, tags);
  }
  flatten(frames, 1);
}

function meet(frames, { mark, opens, closes }, tags) {
  const index = frames.findIndex((frame) => frame.mark === mark);
  if (closes && index > 0) {
    flatten(frames, index + 1);
    frames[index - 1].node.appendChild(frames.pop().node);
  } else if (opens && index < 0) {
    frames.push({ mark, node: h(tags[mark]) });
  } else {
    frames[frames.length - 1].node.appendChild(document.createTextNode(mark));
  }
}

/** Turns the marks from `from` on, which nothing closes, back into characters. */
function flatten(frames, from) {
  while (frames.length > from) {
    const { mark, node } = frames.pop();
    const parent = frames[frames.length - 1].node;
    parent.appendChild(document.createTextNode(mark));
    while (node.firstChild) parent.appendChild(node.firstChild);
  }
}
