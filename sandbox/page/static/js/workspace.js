/** The workspace of one person: where they are, and everything that hangs on it. */

import { Channel } from "./channel.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { createHome } from "./home.js";
import { icon } from "./icons.js";
import { createManage } from "./manage.js";
import { HOME, channelIcon, channelName, createPlaces } from "./places.js";

const FIRST_CHANNEL = "shop";

export class Workspace {
  #at;
  #tools;
  #channel;
  #composer;
  #home;
  #drawPlaces;
  #here;
  #manage;

  /**
   * @param {Record<string, HTMLElement>} at the elements of the page by their ID
   * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} tools
   * @param {string} place the ID or the name of a channel, or HOME, to begin in where it is there
   */
  constructor(at, tools, place) {
    const { store } = tools;
    [this.#at, this.#tools, this.#here] = [at, tools, place];
    this.#channel = new Channel(at.messages, tools);
    this.#composer = new Composer(at.composer, tools);
    this.#home = createHome(at.home, tools);
    this.#manage = createManage(tools);
    at.place.append(this.#manage.node);
    this.#drawPlaces = createPlaces(at.places, store, (place) => this.#go(place));
    store.subscribe("snapshot", () => this.#settle());
    store.subscribe("channel", ({ channel }) => this.#changed(channel));
    store.subscribe("app", () => this.#drawAround());
    store.subscribe("unread", () => {
      this.#drawAround();
      this.#read();
    });
    document.addEventListener("visibilitychange", () => this.#read());
  }

  get #state() {
    return this.#tools.store.state;
  }

  #current() {
    return this.#state.channels.find((one) => one.id === this.#here);
  }

  /** Stay where this person was, if they can see it; else go where most happens. */
  #settle() {
    const known = (place) => this.#state.channels.find((one) => [one.id, one.name].includes(place))?.id;
    const isThere = this.#here === HOME || known(this.#here);
    this.#go((isThere && (known(this.#here) ?? HOME)) || known(FIRST_CHANNEL) || this.#state.channels[0]?.id || HOME);
  }

  #go(place) {
    if (place !== this.#here) this.#tools.onFailure("");
    this.#here = place;
    const isHome = place === HOME;
    this.#at.messages.hidden = this.#at.composer.hidden = isHome;
    if (isHome) this.#home.open();
    else this.#openChannel();
    const named = isHome ? HOME : this.#current().name;
    history.replaceState(null, "", `#${new URLSearchParams({ as: this.#state.person, in: named })}`);
    this.#drawAround();
  }

  #openChannel() {
    const channel = this.#current();
    this.#home.close();
    this.#channel.open(
      channel,
      introduction(channel, this.#state, (line) => this.#composer.begin(line)),
    );
    this.#composer.open(channel, channelName(channel, this.#state));
    this.#read();
  }

  #changed(channel) {
    if (channel.id === this.#here) this.#go(channel.id);
    else this.#drawAround();
  }

  #read() {
    const isSeen = document.visibilityState === "visible" && this.#state;
    if (isSeen && this.#current()?.unread) this.#tools.act("/api/read", { channel: this.#here });
  }

  #drawAround() {
    const channel = this.#current();
    const unread = this.#state.channels.reduce((sum, one) => sum + (one === channel ? 0 : one.unread), 0);
    const name = channel ? channelName(channel, this.#state) : `${this.#state.app.name} Home`;
    this.#drawPlaces(this.#here);
    drawHeading(this.#at.place, channel, name, this.#state.app.name);
    this.#manage.show(channel ?? null);
    document.title = `${unread ? `(${unread}) ` : ""}${name} · Sandbox`;
  }
}

function drawHeading(root, channel, name, app) {
  const notes = channel ? [channel.is_archived && "archived", !channel.has_app && `${app} is not in here`] : [];
  // What changes the channel stays, and with it a focus that is in there.
  for (const old of root.querySelectorAll(":scope > :not(.manage)")) old.remove();
  root.prepend(
    h("h2", { id: "place-name" }, icon(channel ? channelIcon(channel) : "home"), name.replace(/^#/, "")),
    ...notes.filter(Boolean).map((note) => h("span", { class: "pill" }, note)),
  );
}

/** What stands above the first message: where one is, and what can be done here. */
function introduction(channel, state, begin) {
  const name = channelName(channel, state);
  const person = state.people.find((one) => one.name === state.person);
  const commands = channel.is_archived ? [] : state.app.commands;
  const chips = commands.map((command) => chip(command, begin));
  return h(
    "div",
    {},
    h("h3", {}, channel.is_im ? `You and ${name}` : `This is the start of ${name}`),
    h("p", {}, `You are ${person.real_name}. All of this runs on this computer: nothing here reaches anybody.`),
    chips.length > 0 && h("p", { class: "chips" }, h("span", {}, "Try"), ...chips),
  );
}

function chip({ command, description, usage_hint }, begin) {
  const onclick = () => begin(usage_hint ? `${command} ` : command);
  return h("button", { type: "button", class: "chip", title: description, onclick }, command);
}
