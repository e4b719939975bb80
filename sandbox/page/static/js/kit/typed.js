/** Fields that are typed into: plain text with its counter, number, email, address, rich text, dates and times. */

import { h } from "../dom.js";
import { freshId } from "./nodes.js";

const TEXT_MAX = 3000;
const PAUSE_MS = 300;

const KINDS = {
  plain_text_input: { type: "text" },
  rich_text_input: { type: "text" },
  email_text_input: { type: "email", autocomplete: "off", spellcheck: "false" },
  url_text_input: { type: "url", autocomplete: "off", spellcheck: "false" },
  // A number field of the browser's own would hide what is typed wrong instead of letting it be complained about.
  number_input: { type: "text", inputmode: "decimal", autocomplete: "off" },
  datepicker: { type: "date" },
  timepicker: { type: "time" },
  datetimepicker: { type: "datetime-local" },
};

/**
 * Makes a field of one line or several.
 * @param {object} element
 * @param {import("./controls.js").Setup} setup
 * @returns {import("./controls.js").Control}
 */
export function typedControl(element, setup) {
  const box = makeBox(element, setup);
  const limits = counter(element, box);
  const show = (value) => {
    box.value = asText(element, value);
    limits.update();
  };
  box.addEventListener("input", () => {
    limits.update();
    setup.onChange();
  });
  dispatch(element, box, setup);
  show(setup.value);
  const read = () => fromText(element, box.value);
  return { node: h("div", { class: "k-typed" }, box, limits.node), read, show };
}

function makeBox(element, { id, naming, isRequired }) {
  const isLong = element.multiline || element.type === "rich_text_input";
  const attributes = {
    id,
    class: "k-input",
    placeholder: element.placeholder?.text,
    "aria-required": isRequired ? "true" : null,
    autofocus: element.focus_on_load,
    ...naming,
  };
  return isLong ? h("textarea", { ...attributes, rows: 4 }) : h("input", { ...attributes, ...KINDS[element.type] });
}

/** Says when the app wants to hear of what is typed; dates are pressed as soon as they are whole. */
function dispatch(element, box, { onCommit }) {
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (/picker$/.test(element.type)) return void box.addEventListener("change", onCommit);
  if (wanted.includes("on_enter_pressed")) {
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      // Only where somebody listens; else Enter sends the form, or begins a line.
      if (onCommit()) event.preventDefault();
    });
  }
  if (wanted.includes("on_character_entered")) box.addEventListener("input", debounced(onCommit, PAUSE_MS));
}

/** Returns a function that runs once calls to it have ceased for a while. */
export function debounced(run, wait) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, wait);
  };
}

function counter(element, box) {
  const { min_length: low = 0, max_length: high } = element;
  const node = h("div", { class: "k-counter", id: freshId("k-counter") });
  const isShown = element.type === "plain_text_input";
  if (isShown) box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") ?? ""} ${node.id}`.trim());
  const update = () => {
    if (!isShown) return;
    // Characters as Slack counts them, so that an emoji is one.
    const length = [...box.value].length;
    const max = high ?? TEXT_MAX;
    const words = length < low ? `, at least ${low}` : "";
    node.textContent = high || length > max * 0.8 || words ? `${length} / ${max}${words}` : "";
    node.classList.toggle("k-over", length > max);
  };
  return { node: isShown ? node : null, update };
}

function asText(element, value) {
  if (value === null) return "";
  if (element.type === "datetimepicker") return localMinute(value);
  if (element.type === "rich_text_input") return textOf(value);
  return String(value);
}

function fromText(element, text) {
  if (text === "") return null;
  if (element.type === "datetimepicker") return Math.floor(new Date(text).getTime() / 1000);
  if (element.type !== "rich_text_input") return text;
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { type: "rich_text", elements: [section] };
}

function localMinute(seconds) {
  const moment = new Date(seconds * 1000);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const textOf = (part) => (part.text ?? "") + (part.elements ?? []).map(textOf).join("");
