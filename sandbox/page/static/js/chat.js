/** The WhatsApp chat that a QR code opens, with the message that stands in it, ready to be sent. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Make the screen.
 * @param {any} store
 * @param {() => void} back
 * @returns {{node: HTMLElement, show: (chat: {number: string, message: string, text: string}) => void}}
 */
export function createChat(store, back) {
  const name = h("h3", { dir: "auto" });
  const number = h("small");
  const card = h("p", { class: "chat-card" });
  const log = h("div", { class: "chat-log", role: "log", "aria-label": "Chat" }, card);
  const box = h("textarea", { "aria-label": "Message", rows: 3, dir: "auto", "data-testid": "chat-message" });
  const send = h("button", { class: "send-chat", "aria-label": "Send" }, icon("send"));
  const form = h("form", { class: "chat-form" }, box, send);
  const away = h("button", { type: "button", class: "ghost", "aria-label": "Back to the camera", onclick: back }, "‹");
  const who = h("div", {}, name, number);
  const node = h("div", { class: "screen chat-screen", "data-testid": "chat" }, h("header", {}, away, who), log, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value) log.append(h("p", { class: "sent", dir: "auto" }, box.value));
    box.value = "";
  });
  const show = (chat) => {
    const business = businessOf(store.state.cams, chat.number);
    name.textContent = business.name;
    number.textContent = `${chat.number} · business account`;
    card.textContent = business.about;
    card.hidden = !business.about;
    log.replaceChildren(card);
    box.value = chat.message;
    box.focus({ preventScroll: true });
  };
  return { node, show };
}

/** Whose number it is, as WhatsApp would say it. */
function businessOf({ spaces }, pretty) {
  for (const space of spaces) {
    const number = space.numbers.find((one) => one.pretty === pretty);
    if (number) return { name: space.waba?.name ?? space.name, about: number.profile.about };
  }
  return { name: pretty, about: "" };
}
