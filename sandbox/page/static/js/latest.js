/** A way back to the end, for who has scrolled up while messages came. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR_PX = 120;

/**
 * @param {HTMLElement} scroller reversed: its end is at 0, and earlier is negative
 * @returns {{missed: () => void, isNear: () => boolean}} `missed` says that something came
 */
export function createLatest(scroller) {
  const onclick = () => scroller.scrollTo({ top: 0 });
  const button = h(
    "button",
    { type: "button", class: "small latest", hidden: true, onclick },
    icon("down"),
    "New messages",
  );
  const isNear = () => scroller.scrollTop > -NEAR_PX;
  scroller.after(button);
  scroller.addEventListener("scroll", () => isNear() && (button.hidden = true), { passive: true });
  return {
    isNear,
    missed: () => {
      button.hidden = isNear();
    },
  };
}
