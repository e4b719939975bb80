/** The answers to one message, and the line to write another. */

import { h, swap } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";

/**
 * @param {any} parent the message that is answered
 * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} tools
 * @returns {{node: HTMLElement, put: (message: any, anew?: boolean) => void, take: (ts: string) => void,
 *   write: () => void}}
 *   `write` opens the thread and puts the cursor into it
 */
export function createThread(parent, tools) {
  const replies = h("ol", { class: "replies", "aria-live": "polite" });
  const fold = h("button", { type: "button", class: "fold", hidden: true, onclick: () => show(box.hidden) });
  const form = replyForm(parent, tools);
  const box = h("div", { class: "thread-box", hidden: true }, replies, form);
  const node = h("div", { class: "thread" }, fold, box);
  const drawn = new Map();
  const stamps = new Map();

  const show = (open) => {
    box.hidden = !open;
    count();
  };
  const count = () => {
    fold.hidden = drawn.size === 0;
    fold.setAttribute("aria-expanded", String(!box.hidden));
    fold.replaceChildren(icon("down"), `${drawn.size} ${drawn.size === 1 ? "reply" : "replies"}`);
  };
  const put = (message, anew = false) => {
    const stamp = JSON.stringify(message);
    if (stamps.get(message.ts) === stamp && !anew) return;
    stamps.set(message.ts, stamp);
    const item = h("li", { data: { ts: message.ts } }, drawMessage(message, tools));
    if (drawn.has(message.ts)) swap(drawn.get(message.ts), item);
    else replies.append(item);
    drawn.set(message.ts, item);
    count();
  };
  const take = (ts) => {
    stamps.delete(ts);
    drawn.get(ts)?.remove();
    if (drawn.delete(ts)) count();
  };
  const write = () => {
    show(true);
    form.elements.text.focus();
  };
  return { node, put, take, write };
}

function replyForm(parent, { act, onFailure }) {
  const naming = { placeholder: "Reply…", "aria-label": "Reply in this thread", data: { testid: "thread-composer" } };
  const text = h("input", { name: "text", class: "field", autocomplete: "off", ...naming });
  const send = h("button", { type: "submit", class: "ghost", "aria-label": "Send the reply" }, icon("send"));
  const onsubmit = async (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    const answer = await act("/api/say", { channel: parent.channel, text: words, thread_ts: parent.ts });
    if (answer.ok) return;
    text.value ||= words;
    onFailure(answer.error);
  };
  return h("form", { class: "reply-form", onsubmit }, text, send);
}
