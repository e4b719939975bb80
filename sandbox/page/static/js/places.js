/** The list of channels, and the app below them. */

import { h, patch } from "./dom.js";
import { icon } from "./icons.js";

export const HOME = "home";
const MOST_UNREAD = 99;

/** Return what a channel is called on the page. */
export function channelName(channel, state) {
  return channel.is_im ? state.app.name : `#${channel.name}`;
}

/** Choose the picture that stands before a channel's name. */
export function channelIcon(channel) {
  if (channel.is_im) return "talk";
  if (channel.is_archived) return "box";
  return channel.is_private ? "lock" : "hash";
}

/**
 * @param {HTMLElement} root
 * @param {any} store
 * @param {(place: string) => void} go opens a channel by its ID, or HOME
 * @returns {(current: string) => void} draws the list with one entry marked
 */
export function createPlaces(root, store, go) {
  const lists = Object.fromEntries(
    ["channels", "app"].map((title) => {
      const heading = h("h2", { id: `places-${title}` });
      const list = h("ul", { "aria-labelledby": heading.id });
      root.append(h("div", { class: "place-group" }, heading, list));
      return [title, { heading, list }];
    }),
  );
  return (current) => {
    const { channels, app } = store.state;
    const rows = channels.map((channel) => channelRow(channel, store.state, current));
    const home = { id: HOME, testid: "open-home", words: "Home", picture: "home", current: current === HOME };
    const draw = (row) => drawRow(row, go);
    lists.channels.heading.textContent = "Channels";
    lists.app.heading.textContent = app.name;
    patch(
      lists.channels.list,
      rows.filter((row) => !row.im),
      (row) => row.id,
      draw,
    );
    patch(lists.app.list, [home, ...rows.filter((row) => row.im)], (row) => row.id, draw);
  };
}

function channelRow(channel, state, current) {
  return {
    id: channel.id,
    im: channel.is_im,
    testid: `channel-${channel.name}`,
    words: channel.is_im ? "Messages" : channel.name,
    picture: channelIcon(channel),
    unread: channel.id === current ? 0 : channel.unread,
    current: channel.id === current,
    note: noteOn(channel),
    archived: channel.is_archived,
  };
}

function noteOn(channel) {
  if (channel.is_archived) return "archived";
  return channel.has_app ? "" : "without the app";
}

function drawRow({ id, testid, words, picture, unread, current, note, archived }, go) {
  const attributes = {
    type: "button",
    class: unread ? "place-row is-unread" : "place-row",
    "aria-current": current && "page",
    title: note || null,
    data: { testid },
    onclick: () => go(id),
  };
  const count = unread > MOST_UNREAD ? `${MOST_UNREAD}+` : String(unread);
  const badge = unread ? h("span", { class: "badge" }, count, h("span", { class: "hidden" }, " unread")) : null;
  const aside = note && h("span", { class: archived ? "place-note" : "hidden" }, h("i", { class: "hidden" }, ", "), note);
  const label = h("span", { class: "place-words" }, words);
  const quiet = note ? `is-quiet${archived ? " is-archived" : ""}` : "";
  return h("li", { class: quiet }, h("button", attributes, icon(picture), label, aside, badge));
}
