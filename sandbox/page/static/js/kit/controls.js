/**
 * Everything that holds a value, behind one shape.
 *
 * @typedef {object} Setup
 * @property {string} id  of the node that has the focus
 * @property {object} naming  aria attributes that say what it is and what describes it
 * @property {import("./held.js").Held} value  what it holds at first
 * @property {boolean} isRequired
 * @property {boolean} isClearable  a choice can be taken back
 * @property {object} block
 * @property {object} ctx
 * @property {() => void} onChange  after each change
 * @property {() => boolean} onCommit  when the person is done with it; true where somebody is told
 *
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {() => import("./held.js").Held} read
 * @property {(value: import("./held.js").Held) => void} show
 */

import { choicesControl } from "./choices.js";
import { selectControl } from "./select.js";
import { typedControl } from "./typed.js";

const KINDS = [
  [/_select$|^file_input$/, selectControl],
  [/^radio_buttons$|^checkboxes$/, choicesControl],
  [/_input$|picker$/, typedControl],
];

/** Says whether an element of this type holds a value. */
export const isControl = (type) => KINDS.some(([pattern]) => pattern.test(type));

/** Makes the control of an element. @returns {Control} */
export function createControl(element, setup) {
  const [, create] = KINDS.find(([pattern]) => pattern.test(element.type));
  return create(element, setup);
}
