/** A panel beside what opened it, above everything else, dialogs too. */

const GAP = 4;
const EDGE = 8;
const TALLEST = 320;

/**
 * Shows a panel under its anchor, or above where there is more room, until it is closed: by the function that is
 * returned, by a press outside, or when its anchor is gone.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel  stands in the same parent as its anchor, so that a dialog around both includes it
 * @param {() => void} onClose
 */
export function openPopup(anchor, panel, onClose) {
  const ends = new AbortController();
  const { signal } = ends;
  const close = () => {
    if (signal.aborted) return;
    ends.abort();
    if (panel.isConnected) panel.hidePopover();
    onClose();
  };
  const place = () => (anchor.isConnected ? position(anchor, panel) : close());
  panel.popover = "manual";
  panel.showPopover();
  place();
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!panel.contains(event.target) && !anchor.contains(event.target)) close();
    },
    { signal, capture: true },
  );
  document.addEventListener("scroll", (event) => event.target !== panel && place(), { signal, capture: true });
  window.addEventListener("resize", place, { signal });
  return { close, place };
}

function position(anchor, panel) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const wanted = [...panel.children].reduce((sum, child) => sum + child.scrollHeight, 0);
  const isBelow = below >= Math.min(wanted, TALLEST) || below >= above;
  panel.style.minWidth = `${Math.min(box.width, window.innerWidth - 2 * EDGE)}px`;
  panel.style.maxHeight = `${Math.max(Math.min(TALLEST, isBelow ? below : above), 80)}px`;
  panel.style.left = `${Math.max(EDGE, Math.min(box.left, window.innerWidth - panel.offsetWidth - EDGE))}px`;
  panel.style.top = isBelow ? `${box.bottom + GAP}px` : `${box.top - GAP - panel.offsetHeight}px`;
}
