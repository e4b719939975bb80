/** Radio buttons and checkboxes. */

import { h } from "../dom.js";
import { renderText } from "./mrkdwn.js";
import { freshId } from "./nodes.js";

/**
 * Makes a group of radio buttons or checkboxes; it holds one option or null, or a list of options.
 * @param {object} element
 * @param {import("./controls.js").Setup} setup
 * @returns {import("./controls.js").Control}
 */
export function choicesControl(element, setup) {
  const isMany = element.type === "checkboxes";
  const name = freshId("k-choice");
  const boxes = element.options.map((option, index) => choiceBox(isMany, name, option, index, element));
  const items = element.options.map((option, index) => choice(option, boxes[index], setup.ctx));
  const node = h(
    "div",
    { class: "k-choices", id: setup.id, role: isMany ? "group" : "radiogroup", tabindex: "-1", ...setup.naming },
    ...items,
  );
  if (setup.isRequired && !isMany) node.setAttribute("aria-required", "true");
  node.addEventListener("change", () => {
    setup.onChange();
    setup.onCommit();
  });
  const read = () => {
    const chosen = element.options.filter((_, index) => boxes[index].checked);
    return isMany ? chosen : (chosen[0] ?? null);
  };
  const show = (value) => {
    const values = [value ?? []].flat().map((option) => option.value);
    boxes.forEach((box, index) => {
      box.checked = values.includes(element.options[index].value);
    });
  };
  show(setup.value);
  return { node, read, show };
}

function choiceBox(isMany, name, option, index, element) {
  return h("input", {
    type: isMany ? "checkbox" : "radio",
    name,
    id: freshId("k-box"),
    value: option.value,
    autofocus: index === 0 && element.focus_on_load,
  });
}

function choice(option, box, ctx) {
  const more = option.description && h("span", { class: "k-option-more" }, renderText(option.description, ctx));
  return h("label", { class: "k-choice" }, box, h("span", {}, h("span", {}, renderText(option.text, ctx)), more));
}
