/** One message, as a channel and a thread show it. */

import { h } from "./dom.js";
import { drawFile } from "./files.js";
import { icon } from "./icons.js";
import { renderBlocks } from "./kit/blocks.js";
import { renderMrkdwn } from "./kit/mrkdwn.js";
import { avatar } from "./people.js";
import { messageShortcutsMenu } from "./shortcuts.js";
import { surfaceContext } from "./surface.js";

const TOMBSTONE = "tombstone";
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/**
 * @param {any} message
 * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void,
 *   onReply?: () => void}} tools
 * @returns {HTMLElement}
 */
export function drawMessage(message, { store, act, onFailure, onReply }) {
  const where = { channel: message.channel, ts: message.ts };
  const context = surfaceContext({ store, act, surface: "message", where, onFailure });
  const name = nameOf(message, store.state);
  return h(
    "article",
    {
      class: `message${message.ephemeral ? " is-ephemeral" : ""}${message.subtype === TOMBSTONE ? " is-deleted" : ""}`,
      "aria-label": `${name}, ${time(message)}${message.ephemeral ? ", only you see this" : ""}`,
      data: { testid: "message", ts: message.ts, ephemeral: String(message.ephemeral) },
    },
    avatar(message.user, name, message.is_app),
    message.ephemeral && h("p", { class: "whisper" }, icon("eye"), "Only you see this"),
    header(message, name),
    h("div", { class: "body" }, ...body(message, context), ...files(message, store)),
    message.ephemeral ? null : toolbar(message, where, { store, act, onFailure, onReply }),
  );
}

function header(message, name) {
  const at = new Date(Number(message.ts) * 1000);
  return h(
    "p",
    { class: "byline" },
    h("b", {}, name),
    message.is_app && h("span", { class: "tag" }, "APP"),
    h("time", { datetime: at.toISOString(), title: DAY.format(at) }, time(message)),
    message.edited && h("span", { class: "edited" }, "edited"),
  );
}

function body(message, context) {
  if (message.blocks?.length) return [renderBlocks(message.blocks, context)];
  return message.text ? [h("div", { class: "words" }, renderMrkdwn(message.text, context))] : [];
}

function files(message, store) {
  const known = message.files.map((id) => store.state.files[id]).filter(Boolean);
  return known.map((file) => drawFile(file, store));
}

function toolbar(message, where, tools) {
  const menu = messageShortcutsMenu(tools, where);
  const label = "Reply in a thread";
  const naming = { title: label, "aria-label": label, data: { testid: "reply" }, onclick: tools.onReply };
  const reply = tools.onReply && h("button", { type: "button", class: "ghost", ...naming }, icon("reply"));
  const bin = mayDelete(message, tools.store.state) && deleteButton(where, tools);
  return menu || reply || bin ? h("div", { class: "tools" }, menu, reply, bin) : null;
}

/** Say what Slack offers: one's own messages, and an admin anybody's. */
function mayDelete(message, { people, person }) {
  const me = people.find((one) => one.name === person);
  return message.subtype !== TOMBSTONE && (me.is_admin || me.id === message.user);
}

function deleteButton(where, { act, onFailure }) {
  const label = "Delete this message";
  const onclick = async () => {
    const answer = await act("/api/message/delete", where);
    if (!answer.ok) onFailure(answer.error);
  };
  const naming = { title: label, "aria-label": label, data: { testid: "delete" }, onclick };
  return h("button", { type: "button", class: "ghost", ...naming }, icon("bin"));
}

const time = (message) => CLOCK.format(Number(message.ts) * 1000);

/** Return the name that a message stands under. */
function nameOf(message, state) {
  const person = state.people.find((one) => one.id === message.user);
  if (message.is_app && state.app.user === message.user) return state.app.name;
  return person?.real_name || message.user_name;
}
