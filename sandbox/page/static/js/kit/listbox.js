/** The list of a select: options in groups, one of them active. */

import { h } from "../dom.js";
import { renderText } from "./mrkdwn.js";
import { freshId } from "./nodes.js";

/** The focus stays in the box beside it, which names the active option by aria-activedescendant. */
export class Listbox {
  #ctx;
  #onPick;
  #rows = [];
  #active = -1;
  #note = h("div", { class: "k-options-note", role: "status" });

  /** @param {{ctx: object, isMany: boolean, onPick: (option: object) => void}} setup */
  constructor({ ctx, isMany, onPick, naming }) {
    this.#ctx = ctx;
    this.#onPick = onPick;
    const many = isMany ? { "aria-multiselectable": "true" } : {};
    this.list = h("div", { class: "k-options", id: freshId("k-list"), role: "listbox", ...many, ...naming });
    this.node = h("div", { class: "k-popup" }, this.list, this.#note);
    // A press must not take the focus from the box.
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Shows groups of options; `chosen` are the values that are held. */
  show(groups, chosen) {
    this.#rows = [];
    this.#active = -1;
    const filled = groups.filter((group) => group.options.length);
    const draw = (option) => this.#row(option, chosen.includes(option.value));
    this.list.replaceChildren(...filled.map((group) => groupNode(group.label, group.options.map(draw))));
    this.say(this.#rows.length ? "" : "Nothing fits.");
  }

  /** Shows a sentence in the place of options. */
  empty(words) {
    this.show([], []);
    this.say(words);
  }

  say(words) {
    this.#note.textContent = words;
  }

  /** The active option, or null. */
  get active() {
    return this.#rows[this.#active]?.option ?? null;
  }

  /** The id of its node, or "". */
  get activeId() {
    return this.#rows[this.#active]?.node.id ?? "";
  }

  /** Moves by one up or down, around the ends. */
  move(by) {
    const from = this.#active < 0 && by < 0 ? 0 : this.#active;
    if (this.#rows.length) this.#activate((from + by + this.#rows.length) % this.#rows.length);
  }

  /** Makes the option with this value the active one, where it is there. */
  goTo(value) {
    this.#activate(this.#rows.findIndex(({ option }) => option.value === value));
  }

  #activate(index) {
    this.#rows[this.#active]?.node.classList.remove("k-active");
    this.#active = index;
    this.#rows[index]?.node.classList.add("k-active");
    this.#rows[index]?.node.scrollIntoView({ block: "nearest" });
  }

  #row(option, isChosen) {
    const node = optionNode(option, isChosen, this.#ctx);
    node.addEventListener("click", () => this.#onPick(option));
    this.#rows.push({ node, option });
    return node;
  }
}

function groupNode(label, rows) {
  if (!label) return h("div", { role: "presentation" }, ...rows);
  const heading = h("div", { class: "k-group-label", id: freshId("k-group"), role: "presentation" }, label);
  return h("div", { role: "group", "aria-labelledby": heading.id }, heading, ...rows);
}

function optionNode(option, isChosen, ctx) {
  const more = option.description && h("span", { class: "k-option-more" }, renderText(option.description, ctx));
  const data = { value: option.value };
  const attributes = { class: "k-option", id: freshId("k-option"), role: "option", "aria-selected": String(isChosen) };
  return h("div", { ...attributes, data }, h("span", {}, renderText(option.text, ctx)), more);
}
