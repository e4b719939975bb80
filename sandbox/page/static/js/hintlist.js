/** The list of completions above the composer. The cursor stays in the text; arrows move through the list. */

import { h } from "./dom.js";
import { hintsFor } from "./hints.js";

/** Say whether a key sends what is typed. */
export const isEnter = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;

/**
 * Enter takes an entry that was gone to, or the first while the command is not typed out.
 *
 * @param {{text: HTMLTextAreaElement, list: HTMLElement}} parts
 * @param {() => any[]} commands
 * @returns {{update: () => void, hide: () => void,
 *   onKey: (event: KeyboardEvent, put: (line: string) => void) => boolean}} `onKey` says whether the key was for it
 */
export function createHints({ text, list }, commands) {
  let shown = [];
  let at = -1;
  const options = () => shown.filter((hint) => hint.insert);
  const draw = () => {
    list.hidden = shown.length === 0;
    list.replaceChildren(...shown.map((hint) => drawHint(hint, hint === options()[at])));
    const active = list.querySelector('[aria-selected="true"]');
    if (active) text.setAttribute("aria-activedescendant", active.id);
    else text.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  };
  const update = () => {
    shown = document.activeElement === text ? hintsFor(commands(), text.value) : [];
    const isCommand = commands().some((one) => one.command === text.value);
    at = shown.length && !text.value.includes(" ") && !isCommand ? 0 : -1;
    draw();
  };
  const hide = () => {
    shown = [];
    draw();
  };
  const move = (step) => {
    const from = at < 0 && step < 0 ? 0 : at;
    at = (from + step + options().length) % options().length;
    draw();
  };
  const onKey = (event, put) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isTaken = (event.key === "Tab" && !event.shiftKey) || (isEnter(event) && at >= 0);
    if (!shown.length || event.isComposing) return false;
    if (event.key === "Escape") hide();
    else if (step && all.length) move(step);
    else if (isTaken && all.length) put(all[Math.max(at, 0)].insert);
    else return false;
    return true;
  };
  // Before the blur that a click would cause.
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-insert]");
    event.preventDefault();
    if (!option) return;
    text.value = option.dataset.insert;
    text.dispatchEvent(new Event("input"));
  });
  return { update, hide, onKey };
}

function drawHint({ insert, label, description }, selected) {
  const [, command, usage] = label.match(/^(\S+) ?(.*)$/);
  const words = [h("b", {}, command), usage && h("span", {}, usage), description && h("small", {}, description)];
  const look = insert
    ? { class: "hint", id: `hint-${label.replace(/\W+/g, "-")}`, "aria-selected": String(selected), data: { insert } }
    : { class: "hint is-note", "aria-disabled": "true", "aria-selected": "false" };
  return h("li", { role: "option", ...look }, ...words);
}
