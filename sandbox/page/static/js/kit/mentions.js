/** Mentions of people, channels and groups by their ID, drawn with their names. */

import { h } from "../dom.js";

/**
 * Draws a mention as mrkdwn writes it, without the angle brackets: @U…, #C…, !subteam^S…, !here.
 * @param {string} name
 * @param {string} label  what the sender wants to be read; "" for the name
 */
export function mention(name, label, ctx) {
  const [kind, id] = [name[0], name.slice(1)];
  if (kind === "@") return person(id, label, ctx);
  if (kind === "#") return channel(id, label, ctx);
  const group = id.startsWith("subteam^") ? id.slice("subteam^".length) : "";
  return group ? usergroup(group, label, ctx) : broadcast(id, label);
}

export const person = (id, label, ctx) => chip("@", ctx.names[id] || label || id);
export const channel = (id, label, ctx) => chip("#", ctx.names[id] || label || id);
export const usergroup = (id, label, ctx) => chip("@", ctx.names[id] || label || id);
export const broadcast = (range, label = "") => chip("@", label || range);

function chip(sign, words) {
  return h("span", { class: "k-mention" }, words.startsWith(sign) ? words : `${sign}${words}`);
}
