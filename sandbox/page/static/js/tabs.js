/**
 * The panels beside the workspace, one at a time, with marks for what happened in the others.
 *
 * On a narrow screen the workspace is one of the tabs; on a wide one it always stands there, and its tab is not shown.
 */

const NARROW = matchMedia("(max-width: 860px)");
const KEPT = "sandbox-panel";

/**
 * @param {HTMLElement} board holds the tab list and every panel; its data-shown is "chat" or "side"
 * @returns {{show: (panel: string) => void, mark: (panel: string, text: string) => void}}
 *   `mark` puts a word on the tab of a panel that is not looked at; showing the panel takes it off
 */
export function createTabs(board) {
  const tabs = [...board.querySelectorAll('[role="tab"]')];
  const panels = [...board.querySelectorAll('[role="tabpanel"]')];
  let side = sessionStorage.getItem(KEPT) ?? "console";

  const current = () => (NARROW.matches && board.dataset.shown === "chat" ? "chat" : side);
  const draw = () => {
    for (const tab of tabs) select(tab, tab.dataset.panel === current());
    for (const panel of panels) panel.hidden = panel.id !== side;
  };
  const show = (panel) => {
    board.dataset.shown = panel === "chat" ? "chat" : "side";
    if (panel !== "chat") sessionStorage.setItem(KEPT, (side = panel));
    draw();
    mark(panel, "");
  };
  const mark = (panel, text) => {
    const tab = tabs.find((one) => one.dataset.panel === panel);
    tab.dataset.mark = text && panel !== current() ? text : "";
  };

  for (const tab of tabs) {
    tab.setAttribute("aria-controls", tab.dataset.panel);
    tab.addEventListener("click", () => show(tab.dataset.panel));
    tab.addEventListener("keydown", (event) => onArrow(event, tabs));
  }
  NARROW.addEventListener("change", draw);
  draw();
  return { show, mark };
}

function select(tab, selected) {
  tab.setAttribute("aria-selected", String(selected));
  tab.tabIndex = selected ? 0 : -1;
}

function onArrow(event, tabs) {
  const seen = tabs.filter((tab) => tab.offsetParent !== null);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = seen.at((seen.indexOf(event.currentTarget) + step) % seen.length);
  next.click();
  next.focus();
  event.preventDefault();
}
