/**
 * The modal that a person has before them: the topmost of the stack.
 *
 * It covers the workspace and no more: whoever is asked for a code has to be able to look at the phone.
 */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { readValues } from "./kit/inputs.js";
import { surfaceContext } from "./surface.js";
import { drawView } from "./view.js";

export class Modal {
  #dialog;
  #covered;
  #store;
  #act;
  #parts = build();
  #complaints = {};
  /** The view that is drawn, and how it looked: its ID and its hash. */
  #shown = { id: "", hash: "" };

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLElement[]} covered what cannot be used while it is open
   * @param {{store: any, act: import("./surface.js").Act}} tools
   */
  constructor(dialog, covered, { store, act }) {
    [this.#dialog, this.#covered, this.#store, this.#act] = [dialog, covered, store, act];
    const { form, cross, cancel } = this.#parts;
    dialog.append(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    for (const button of [cross, cancel]) button.addEventListener("click", () => this.#close());
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.#close();
    });
    for (const kind of ["view", "snapshot"]) store.subscribe(kind, () => this.#draw({}));
  }

  #draw(complaints) {
    this.#complaints = complaints;
    const { view, depth } = this.#store.state;
    const before = this.#shown;
    this.#shown = { id: view?.id ?? "", hash: view?.hash ?? "" };
    if (!view) return this.#show(false);
    if (before.hash !== view.hash) this.#fail("");
    drawFrame(this.#parts, view, depth);
    drawView(this.#parts.body, view, this.#context(view));
    this.#show(true);
    if (before.id !== view.id || document.activeElement === document.body) focusFirst(this.#parts);
  }

  /** Show or hide it, in this order: so the focus goes back to where it was. */
  #show(on) {
    if (on) this.#dialog.show();
    for (const one of this.#covered) one.inert = on;
    if (!on) this.#dialog.close();
  }

  #context(view) {
    return surfaceContext({
      store: this.#store,
      act: this.#act,
      surface: "modal",
      where: { view: view.id },
      state: view.state,
      errors: { ...view.errors, ...this.#complaints },
      onFailure: (text) => this.#fail(text),
      values: () => readValues(this.#parts.body),
    });
  }

  async #submit() {
    const { form, body } = this.#parts;
    const { view } = this.#store.state;
    if (form.ariaBusy === "true" || !view?.submit) return;
    this.#fail("");
    busy(this.#parts, true);
    const answer = await this.#act("/api/submit", { view: view.id, values: readValues(body) });
    busy(this.#parts, false);
    const now = this.#store.state.view;
    const complaints = fieldErrors(answer, now);
    if (now && Object.keys(complaints).length) this.#draw(complaints);
    else if (!answer.ok) this.#fail(answer.error);
    body.querySelector('[aria-invalid="true"]')?.focus();
  }

  async #close() {
    const { view } = this.#store.state;
    const answer = view ? await this.#act("/api/close", { view: view.id }) : { ok: true };
    if (!answer.ok) this.#fail(answer.error);
  }

  #fail(text) {
    this.#parts.problem.textContent = text;
  }
}

function build() {
  const title = h("h2", { id: "modal-title", tabindex: "-1" });
  const depth = h("span", { class: "tag" });
  const cross = h("button", { type: "button", class: "ghost", "aria-label": "Close this window" }, icon("close"));
  const body = h("div", { class: "modal-body" });
  const problem = h("p", { class: "modal-problem", role: "alert", data: { testid: "modal-problem" } });
  const cancel = h("button", { type: "button", data: { testid: "modal-close" } });
  const send = h("button", { type: "submit", class: "primary", data: { testid: "modal-submit" } });
  const foot = h("footer", {}, problem, cancel, send);
  const form = h("form", { novalidate: true }, h("header", {}, title, depth, cross), body, foot);
  return { form, title, depth, cross, body, problem, cancel, send };
}

function drawFrame({ title, depth, cancel, send }, view, count) {
  title.textContent = view.title;
  depth.textContent = `${count} of 3`;
  depth.hidden = count < 2;
  cancel.textContent = view.close || (view.submit ? "Cancel" : "Close");
  send.textContent = view.submit || "";
  send.hidden = !view.submit;
}

function busy({ form, send, body }, on) {
  form.ariaBusy = String(on);
  send.disabled = on;
  body.inert = on;
}

function focusFirst({ body, title }) {
  const field = body.querySelector("[autofocus], input:not([type=hidden]), textarea, select, [role=combobox], button");
  (field ?? title).focus();
}

/** The complaints of Slack's own client come as one text, "block: words; block: words". */
function fieldErrors(answer, view) {
  if (answer.ok || !answer.problem || !view) return {};
  const ids = new Set(view.blocks.map((block) => block.block_id));
  const pairs = answer.problem.split("; ").map((part) => part.match(/^(.*?): (.*)$/s)?.slice(1) ?? [""]);
  return pairs.every(([id]) => ids.has(id)) ? Object.fromEntries(pairs) : {};
}
