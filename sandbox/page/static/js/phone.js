/** A telephone: the codes that WhatsApp sends arrive on it, and its camera scans the pictures of the workspace. */

import { h } from "./dom.js";
import { createCamera } from "./camera.js";
import { createChat } from "./chat.js";
import { icon } from "./icons.js";
import { createInbox } from "./inbox.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const TICK_MS = 10_000;

/** @type {(element: HTMLElement, store: any, api: {post: (path: string, body: object) => Promise<any>}) => void} */
export function mount(element, store, { post }) {
  const phone = new Phone(store, post);
  element.append(h("h2", { class: "hidden" }, "Phone"), phone.node);
  for (const kind of ["snapshot", "cams"]) store.subscribe(kind, () => phone.receive(kind));
  for (const kind of ["snapshot", "file"]) store.subscribe(kind, () => phone.screens.camera.update());
  store.subscribe("scan", ({ file }) => phone.scan(file));
}

class Phone {
  #store;
  #post;
  #latest = "";
  #scanned = null;

  constructor(store, post) {
    this.#store = store;
    this.#post = post;
    const camera = createCamera(store, (file) => this.scan(file));
    this.screens = { inbox: createInbox(), camera, chat: createChat(store, () => this.show("camera")) };
    this.apps = {
      inbox: appButton("Messages", "talk", "phone-inbox", () => this.show("inbox")),
      camera: appButton("Scan a picture", "scan", "phone-scan", () => this.show("camera")),
    };
    const screens = Object.values(this.screens).map((screen) => screen.node);
    const dock = h("div", { class: "dock" }, ...Object.values(this.apps));
    this.node = h("div", { class: "phone", data: { testid: "phone" } }, statusBar(), ...screens, dock);
    this.show("inbox");
  }

  show(name, ...more) {
    for (const [key, screen] of Object.entries(this.screens)) screen.node.hidden = key !== name;
    for (const [key, app] of Object.entries(this.apps)) app.setAttribute("aria-pressed", String(key === name));
    this.screens[name].show?.(...more);
  }

  /** A code that has just come is what the telephone shows, whatever was on its screen. */
  receive(kind) {
    const { cams } = this.#store.state;
    const latest = cams.sent_codes.at(-1)?.at ?? "";
    this.screens.inbox.update(cams);
    if (kind === "cams" && latest !== this.#latest) this.show("inbox");
    this.#latest = latest;
  }

  async scan(file) {
    const { camera } = this.screens;
    this.#scanned = file;
    this.show("camera");
    camera.look(file);
    const answer = await this.#post("/api/phone/scan", { file: file.id });
    // It is held before another picture by now.
    if (this.#scanned !== file) return;
    camera.found(answer);
    if (answer.known) this.show("chat", answer);
  }
}

function appButton(words, picture, testid, onclick) {
  return h("button", { type: "button", class: "app", data: { testid }, onclick }, icon(picture), words);
}

function statusBar() {
  const clock = h("span");
  const tick = () => {
    clock.textContent = CLOCK.format();
  };
  tick();
  setInterval(tick, TICK_MS);
  const signal = h("span", { class: "signal" }, h("i"), h("i"), h("i"), h("i"));
  return h("div", { class: "phone-bar", "aria-hidden": "true" }, clock, h("span", { class: "island" }), signal);
}
