/**
 * The messages of one channel, newest at the bottom, threads below the message that they answer.
 *
 * Only the latest are drawn, and earlier ones as they are scrolled to, so that a long channel costs no more than a
 * short one.
 */

import { h, swap } from "./dom.js";
import { createLatest } from "./latest.js";
import { drawMessage } from "./message.js";
import { createThread } from "./thread.js";

// Messages of one sender that come this soon after each other stand under one name.
const TOGETHER_SECONDS = 300;
const BATCH = 60;
const MOST = 180;

/** @typedef {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} Tools */

export class Channel {
  #tools;
  #root;
  #parts;
  #latest;
  /** @type {Map<string, ReturnType<typeof createEntry>>} by ts, oldest first */
  #entries = new Map();
  #place = "";
  #id = "";
  #floor = "";

  /**
   * @param {HTMLElement} root scrolls
   * @param {Tools} tools
   */
  constructor(root, tools) {
    const { store } = tools;
    this.#root = root;
    this.#tools = tools;
    this.#parts = build(root);
    this.#latest = createLatest(root);
    this.#parts.onEarlier(() => this.#reach(this.#entries.size + BATCH));
    store.subscribe("message", ({ message }) => message.channel === this.#id && this.#come(message));
    store.subscribe("message_removed", ({ channel, ts }) => channel === this.#id && this.#remove(ts));
    store.subscribe("file", ({ file }) => this.#redrawWith(file));
  }

  /** Draw a channel, `opening` above its messages; one that is already there is only brought up to date. */
  open(channel, opening) {
    const place = `${this.#tools.store.state.person} ${channel.id}`;
    const isNew = place !== this.#place;
    [this.#place, this.#id] = [place, channel.id];
    // Busy, so that a screen reader does not read a whole channel out as if it were new.
    this.#root.setAttribute("aria-busy", "true");
    this.#parts.intro.replaceChildren(opening);
    const kept = new Set(this.#messages().map((message) => message.ts));
    for (const ts of [...this.#entries.keys()]) if (isNew || !kept.has(ts)) this.#remove(ts);
    this.#reach(Math.max(this.#entries.size, BATCH));
    if (isNew) this.#root.scrollTop = 0;
    this.#latest.missed();
    requestAnimationFrame(() => this.#root.removeAttribute("aria-busy"));
  }

  #messages() {
    return this.#tools.store.state.messages[this.#id] ?? [];
  }

  #come(message) {
    this.#put(message);
    if (this.#entries.size > MOST && this.#latest.isNear()) this.#reach(BATCH);
    this.#latest.missed();
  }

  #put(message, anew = false) {
    const parent = isReply(message) ? this.#entries.get(message.thread_ts) : null;
    const known = this.#entries.get(message.ts);
    if (parent) parent.reply(message, anew);
    if (parent && !isInChannel(message)) return;
    if (known) known.draw(message, anew);
    else if (message.ts >= this.#floor && !isElsewhere(message, this.#messages())) this.#add(message);
  }

  #add(message) {
    const entry = createEntry(message, this.#tools);
    this.#entries.set(message.ts, entry);
    this.#parts.list.insertBefore(entry.node, nodeAfter(this.#parts.list, message.ts));
    joinNeighbours(entry.node);
  }

  #remove(ts) {
    const entry = this.#entries.get(ts);
    this.#entries.forEach((one) => one.forget(ts));
    if (!entry) return;
    const next = entry.node.nextElementSibling;
    entry.node.remove();
    this.#entries.delete(ts);
    if (next) join(next);
  }

  /** Draw this many, from the latest back. */
  #reach(count) {
    const main = this.#messages().filter(isInChannel);
    this.#floor = main.at(-count)?.ts ?? "";
    for (const ts of [...this.#entries.keys()]) if (ts < this.#floor) this.#remove(ts);
    this.#messages().forEach((message) => this.#put(message));
    const isWhole = this.#floor === "" || this.#floor === main[0]?.ts;
    this.#parts.intro.hidden = !isWhole;
    this.#parts.earlier.hidden = isWhole;
    this.#parts.look();
  }

  #redrawWith(file) {
    const holds = (message) => message.files.includes(file.id);
    for (const message of this.#messages().filter(holds)) this.#put(message, true);
  }
}

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

/** Say whether it stands in the channel: of the replies, those that were sent there too. */
const isInChannel = (message) => !isReply(message) || message.subtype === "thread_broadcast";

/** Say whether a message answers one that is there, but not drawn now. */
function isElsewhere(message, messages) {
  return !isInChannel(message) && messages.some((one) => one.ts === message.thread_ts);
}

/** Make the frame. It is reversed: so the scroller itself keeps to the end while messages come, without script. */
function build(root) {
  const list = h("ol", { class: "entries" });
  const intro = h("div", { class: "intro" });
  const earlier = h("button", { type: "button", class: "small earlier", hidden: true }, "Show earlier messages");
  root.append(h("div", { class: "column" }, intro, earlier, list));
  const onSight = ([found]) => found.isIntersecting && earlier.click();
  const sight = new IntersectionObserver(onSight, { root, rootMargin: "300px 0px" });
  const look = () => {
    sight.unobserve(earlier);
    sight.observe(earlier);
  };
  return { list, intro, earlier, look, onEarlier: (fn) => earlier.addEventListener("click", fn) };
}

function createEntry(message, tools) {
  const node = h("li", { class: "entry", data: { ts: message.ts, user: message.user } });
  const thread = createThread(message, tools);
  let article = null;
  let drawnFrom = "";
  const draw = (latest, anew = false) => {
    const stamp = JSON.stringify(latest);
    if (stamp === drawnFrom && !anew) return;
    drawnFrom = stamp;
    const fresh = drawMessage(latest, { ...tools, onReply: thread.write });
    node.dataset.ephemeral = String(latest.ephemeral);
    if (article) swap(article, fresh);
    else node.append(fresh, thread.node);
    article = fresh;
  };
  draw(message);
  return { node, draw, reply: thread.put, forget: thread.take };
}

/** Find what stands behind a message; nearly always nothing, as messages come in order. */
function nodeAfter(list, ts) {
  let after = null;
  let before = list.lastElementChild;
  while (before && before.dataset.ts > ts) [after, before] = [before, before.previousElementSibling];
  return after;
}

function joinNeighbours(node) {
  join(node);
  if (node.nextElementSibling) join(node.nextElementSibling);
}

function join(node) {
  const { ts, user, ephemeral } = node.dataset;
  const before = node.previousElementSibling?.dataset;
  const isNear = before && Number(ts) - Number(before.ts) < TOGETHER_SECONDS;
  node.classList.toggle("is-joined", Boolean(isNear && before.user === user && before.ephemeral === ephemeral));
}
