/** Selects of every kind: a box and a list beside it (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). */

import { h } from "../dom.js";
import { Listbox } from "./listbox.js";
import { freshId } from "./nodes.js";
import { optionSource } from "./options.js";
import { openPopup } from "./popup.js";
import { debounced } from "./typed.js";

const PAUSE_MS = 250;

/**
 * Makes a select; it holds one value or null, or a list of values.
 * @param {object} element
 * @param {import("./controls.js").Setup} setup
 * @returns {import("./controls.js").Control}
 */
export function selectControl(element, setup) {
  const select = new Select(element, setup);
  return { node: select.node, read: () => select.read(), show: (value) => select.show(value) };
}

class Select {
  #element;
  #setup;
  #isMany;
  #source;
  #list;
  #box;
  #chips = h("ul", { class: "k-chips", "aria-label": "Chosen" });
  #chosen = [];
  #popup = null;
  #asked = 0;
  #isTyped = false;
  #isChanged = false;
  #searchSoon = debounced(() => this.#search(), PAUSE_MS);

  constructor(element, setup) {
    this.#element = element;
    this.#setup = setup;
    this.#isMany = element.type.startsWith("multi_") || element.type === "file_input";
    this.#source = optionSource(element, setup.block, setup.ctx);
    const { ctx, naming } = setup;
    this.#list = new Listbox({ ctx, isMany: this.#isMany, naming, onPick: (option) => this.#pick(option) });
    this.#list.node.id = freshId("k-popup");
    this.#box = this.#makeBox();
    this.node = h(
      "div",
      { class: "k-select" },
      this.#isMany && this.#chips,
      this.#box,
      this.#clearButton(),
      this.#list.node,
    );
    this.#list.node.hidden = true;
    this.show(setup.value);
  }

  read() {
    const values = this.#chosen.map((option) => this.#source.holds(option));
    return this.#isMany ? values : (values[0] ?? null);
  }

  show(value) {
    this.#chosen = [value ?? []].flat().map((one) => this.#source.option(one));
    this.#draw();
  }

  #makeBox() {
    const { id, naming, isRequired } = this.#setup;
    const box = h("input", {
      id,
      class: "k-input k-select-box",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: this.#element.placeholder?.text ?? (this.#source.isRemote ? "Type to search" : "Choose"),
      autofocus: this.#element.focus_on_load,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.#list.list.id,
      "aria-required": isRequired ? "true" : null,
      ...naming,
    });
    box.addEventListener("click", () => this.#open());
    box.addEventListener("focus", () => box.select());
    box.addEventListener("blur", () => this.#leave());
    box.addEventListener("keydown", (event) => this.#onKey(event));
    box.addEventListener("input", (event) => this.#onType(event));
    return box;
  }

  #clearButton() {
    if (this.#isMany || !this.#setup.isClearable) return null;
    const onclick = () => this.#choose([]);
    return h("button", { class: "k-clear", type: "button", "aria-label": "Clear", onclick }, "×");
  }

  #onType(event) {
    // What is typed here is a query, not a value.
    event.stopPropagation();
    this.#isTyped = true;
    if (!this.#popup) this.#open();
    else if (this.#source.isRemote) this.#searchSoon();
    else this.#search();
  }

  #onKey(event) {
    const act = this.#keys[event.key];
    if (event.isComposing || !act?.()) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What each key does; true where the key has no other meaning then. */
  #keys = {
    ArrowDown: () => this.#step(1),
    ArrowUp: () => this.#step(-1),
    Enter: () => {
      if (!this.#popup) this.#open();
      else if (this.#list.active) this.#pick(this.#list.active);
      return true;
    },
    Escape: () => {
      const wasOpen = Boolean(this.#popup);
      this.#isTyped = false;
      this.#popup?.close();
      return wasOpen;
    },
    Backspace: () => {
      if (this.#isMany && !this.#box.value && this.#chosen.length) this.#choose(this.#chosen.slice(0, -1));
      return false;
    },
  };

  #step(by) {
    if (this.#popup) this.#list.move(by);
    else this.#open();
    this.#mark();
    return true;
  }

  #mark() {
    const id = this.#popup ? this.#list.activeId : "";
    if (id) this.#box.setAttribute("aria-activedescendant", id);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  #open() {
    if (this.#popup) return;
    this.#list.node.hidden = false;
    this.#popup = openPopup(this.#box, this.#list.node, () => this.#closed());
    this.#box.setAttribute("aria-expanded", "true");
    this.#search();
  }

  #closed() {
    this.#popup = null;
    this.#asked += 1;
    this.#list.node.hidden = true;
    this.#box.setAttribute("aria-expanded", "false");
    this.#mark();
    this.#draw();
    // What is typed next takes the place of what was chosen.
    if (document.activeElement === this.#box) this.#box.select();
    if (this.#isChanged) this.#setup.onCommit();
    this.#isChanged = false;
  }

  /** The box is left: emptied by hand means that nothing is chosen, anything else that was typed is forgotten. */
  #leave() {
    const isEmptied = this.#isTyped && !this.#box.value && !this.#isMany && this.#setup.isClearable;
    if (isEmptied && this.#chosen.length) this.#choose([]);
    this.#popup?.close();
    this.#draw();
  }

  async #search() {
    const query = this.#isTyped || this.#isMany ? this.#box.value : "";
    const ask = (this.#asked += 1);
    if ([...query].length < this.#source.queryMin) {
      return this.#list.empty(`Type ${this.#source.queryMin} or more characters.`);
    }
    if (this.#source.isRemote) this.#list.empty("Looking…");
    const found = await this.#source.find(query).catch((error) => String(error.message || error));
    // Another question was asked meanwhile, or the list was closed.
    if (ask !== this.#asked || !this.#popup) return;
    if (typeof found === "string") this.#list.empty(found);
    else this.#offer(found);
  }

  #offer(groups) {
    this.#list.show(
      groups,
      this.#chosen.map((option) => option.value),
    );
    if (this.#isTyped) this.#list.move(1);
    else this.#list.goTo(this.#chosen.at(-1)?.value);
    this.#mark();
    this.#popup.place();
  }

  #pick(option) {
    if (!this.#isMany) return this.#choose([option]);
    const without = this.#chosen.filter((one) => one.value !== option.value);
    const most = this.#element.max_selected_items ?? this.#element.max_files ?? 100;
    if (without.length < this.#chosen.length) this.#choose(without);
    else if (this.#chosen.length < most) this.#choose([...this.#chosen, option]);
    else this.#list.say(`At most ${most}.`);
  }

  #choose(options) {
    this.#chosen = options;
    this.#isChanged = true;
    this.#setup.onChange();
    this.#draw();
    if (this.#popup && this.#isMany) this.#search();
    else if (this.#popup) this.#popup.close();
    else this.#closed();
  }

  #draw() {
    this.#isTyped = false;
    this.#box.value = this.#isMany ? "" : (this.#chosen[0]?.text.text ?? "");
    this.node?.classList.toggle("k-filled", this.#chosen.length > 0);
    if (this.#isMany) this.#chips.replaceChildren(...this.#chosen.map((option) => this.#chip(option)));
    this.#chips.hidden = !this.#chosen.length;
  }

  #chip(option) {
    const words = option.text.text;
    const onclick = () => {
      this.#choose(this.#chosen.filter((one) => one !== option));
      this.#box.focus();
    };
    return h(
      "li",
      { class: "k-chip" },
      words,
      h("button", { type: "button", "aria-label": `Remove ${words}`, onclick }, "×"),
    );
  }
}
