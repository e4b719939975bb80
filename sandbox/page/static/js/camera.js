/** The camera of the telephone: it is held before a picture of the workspace and reads the QR code in it. */

import { h, patch } from "./dom.js";

/**
 * Make the screen.
 * @param {any} store
 * @param {(file: any) => void} scan
 * @returns {{node: HTMLElement, update: () => void, look: (file: any) => void, found: (answer: any) => void}}
 */
export function createCamera(store, scan) {
  const view = h("div", { class: "finder" }, h("p", {}, "Choose a picture to hold the camera before."));
  const said = h("p", { class: "finder-said", role: "status", "data-testid": "scan-result", dir: "auto" });
  const strip = h("ul", { class: "strip", "aria-label": "Pictures in the workspace" });
  const none = h("p", { class: "empty" }, "There is no picture in the channels yet. Make a QR code in Slack.");
  const node = h(
    "div",
    { class: "screen camera" },
    h("h3", { class: "screen-title" }, "Camera"),
    view,
    said,
    strip,
    none,
  );
  const update = () => {
    const pictures = Object.values(store.state.files).filter((file) => file.type.startsWith("image/"));
    none.hidden = pictures.length > 0;
    patch(
      strip,
      pictures.reverse(),
      (file) => file.id,
      (file) => thumbnail(file, scan),
    );
  };
  const look = (file) => {
    view.replaceChildren(h("img", { src: file.url, alt: file.alt_text || nameOf(file) }));
    view.classList.add("is-looking");
    said.textContent = "Looking…";
  };
  const found = (answer) => {
    view.classList.remove("is-looking");
    said.textContent = sentence(answer);
  };
  return { node, update, look, found };
}

function sentence({ ok, error, text, number, known }) {
  if (ok === false) return error;
  return known ? `Opens a chat with ${number}: ${text}` : `No chat of this CAMS opens with it. It says: ${text}`;
}

function thumbnail(file, scan) {
  const attributes = { type: "button", "aria-label": `Scan ${nameOf(file)}`, data: { testid: `scan-${file.id}` } };
  const picture = h("img", { src: file.url, alt: "", loading: "lazy" });
  return h("li", {}, h("button", { ...attributes, onclick: () => scan(file) }, picture));
}

const nameOf = (file) => file.title || file.name;
