/** Where a person writes: messages, and slash commands with their completions. */

import { h } from "./dom.js";
import { createHints, isEnter } from "./hintlist.js";
import { icon } from "./icons.js";
import { createHistory, draftOf, keepDraft } from "./lines.js";
import { shortcutsMenu } from "./shortcuts.js";

const SLOW_MS = 600;
// Slackbot tells the person about these in the channel.
const TOLD_BY_SLACKBOT = new Set(["operation_timeout", "dispatch_failed"]);

export class Composer {
  #tools;
  #parts;
  #hints;
  #past;
  #place = "";

  /**
   * @param {HTMLElement} root
   * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} tools
   */
  constructor(root, tools) {
    this.#tools = tools;
    this.#parts = build(tools);
    const { form, text } = this.#parts;
    this.#hints = createHints(this.#parts, () => tools.store.state.app.commands);
    this.#past = createHistory(text);
    root.append(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    text.addEventListener("input", () => this.#put(text.value));
    text.addEventListener("blur", this.#hints.hide);
    text.addEventListener("focus", this.#hints.update);
    text.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Write into a channel from now on. */
  open(channel, name) {
    lock(this.#parts, channel.is_archived, name);
    const place = `${this.#tools.store.state.person} ${channel.id}`;
    if (place === this.#place) return;
    this.#place = place;
    this.#recall(draftOf(place));
  }

  /** Put a line in for the person to finish. */
  begin(line) {
    this.#put(line);
    this.#parts.text.focus();
  }

  #put(line) {
    this.#parts.text.value = line;
    grow(this.#parts.text);
    this.#hints.update();
    keepDraft(this.#place, line);
  }

  #recall(line) {
    this.#put(line);
    this.#hints.hide();
  }

  #onKey(event) {
    const isDone =
      this.#hints.onKey(event, (line) => this.#put(line)) || this.#past.onKey(event, (line) => this.#recall(line));
    if (!isDone && !isEnter(event)) return;
    event.preventDefault();
    if (!isDone) this.#send();
  }

  async #send() {
    const { text, status } = this.#parts;
    const line = text.value.trim();
    if (!line || text.disabled) return;
    const place = this.#place;
    this.#past.add(line);
    this.#put("");
    this.#tools.onFailure("");
    const slow = setTimeout(() => (status.textContent = "Sent. Waiting for the app…"), SLOW_MS);
    const problem = await post(this.#tools.act, channelOf(place), line);
    clearTimeout(slow);
    status.textContent = "";
    if (!problem) return;
    if (!text.value && place === this.#place) this.#put(line);
    this.#tools.onFailure(problem);
  }
}

function build(tools) {
  const text = h("textarea", {
    id: "composer-text",
    rows: 1,
    autocomplete: "off",
    spellcheck: "true",
    "aria-autocomplete": "list",
    "aria-controls": "composer-hints",
    "aria-describedby": "composer-help",
    data: { testid: "composer" },
  });
  const naming = { id: "composer-hints", role: "listbox", "aria-label": "Commands" };
  const list = h("ul", { ...naming, class: "hints", hidden: true, data: { testid: "composer-hints" } });
  const status = h("span", { role: "status", class: "composer-status", data: { testid: "composer-status" } });
  const help = h("span", { id: "composer-help" }, key("/"), " for commands, ", key("Enter"), " to send");
  const sending = { type: "submit", class: "primary send", "aria-label": "Send", data: { testid: "composer-send" } };
  const submit = h("button", sending, icon("send"));
  const row = h("div", { class: "composer-row" }, shortcutsMenu(tools), help, status, submit);
  return { form: h("form", { class: "composer-box" }, list, text, row), text, list, status, submit };
}

const channelOf = (place) => place.split(" ")[1];
const key = (name) => h("kbd", {}, name);

function lock({ text, submit }, archived, name) {
  text.disabled = submit.disabled = archived;
  text.placeholder = archived ? `${name} is archived. Nobody can write here.` : `Message ${name}, or type /`;
  text.setAttribute("aria-label", `Message ${name}`);
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/** Send a line; the answer is what went wrong, in words, or "". */
async function post(act, channel, line) {
  const isCommand = line.startsWith("/");
  const answer = isCommand
    ? await act("/api/command", { channel, line })
    : await act("/api/say", { channel, text: line });
  return answer.ok || (isCommand && TOLD_BY_SLACKBOT.has(answer.problem)) ? "" : answer.error;
}
