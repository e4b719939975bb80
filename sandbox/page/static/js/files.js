/** Files under a message: a picture to enlarge, or a card; both can be downloaded, pictures shown to the phone. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const UNITS = ["B", "KB", "MB", "GB"];

/** Say how large a file is. */
function fileSize(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${power && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

const isPicture = (file) => file.type.startsWith("image/");
const downloadUrl = (file) => `${file.url}${file.url.includes("?") ? "&" : "?"}download=1`;
const titleOf = (file) => file.title || file.name;

/**
 * Draw a file as a message shows it.
 *
 * @param {any} file
 * @param {any} store is told "enlarge" and "scan" with the file
 */
export function drawFile(file, store) {
  return h(
    "figure",
    { class: isPicture(file) ? "file is-picture" : "file", data: { testid: `file-${file.id}` } },
    isPicture(file) ? preview(file, store) : h("span", { class: "file-icon" }, icon("file")),
    h(
      "figcaption",
      {},
      h("span", { class: "file-name" }, titleOf(file), h("small", {}, `${file.name} · ${fileSize(file.size)}`)),
      actions(file, store),
    ),
  );
}

function preview(file, store) {
  const enlarge = () => store.tell("enlarge", { file });
  const label = `Enlarge ${titleOf(file)}`;
  const picture = h("img", { src: file.url, alt: file.alt_text || titleOf(file), loading: "lazy", decoding: "async" });
  return h("button", { type: "button", class: "preview", "aria-label": label, onclick: enlarge }, picture);
}

function actions(file, store) {
  const scan = () => store.tell("scan", { file });
  return h(
    "span",
    { class: "file-actions" },
    isPicture(file) &&
      h("button", { type: "button", class: "small", onclick: scan }, icon("scan"), "Scan with the phone"),
    h(
      "a",
      { class: "button small", href: downloadUrl(file), download: file.name, "aria-label": `Download ${file.name}` },
      icon("download"),
      "Download",
    ),
  );
}

/**
 * Make the dialog that shows a picture large; it opens when the store tells "enlarge".
 *
 * @param {HTMLDialogElement} dialog
 * @param {any} store
 */
export function mountLightbox(dialog, store) {
  const close = () => dialog.close();
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  store.subscribe("enlarge", ({ file }) => {
    dialog.replaceChildren(
      h(
        "header",
        {},
        h("h2", {}, titleOf(file)),
        actions(file, store),
        h("button", { type: "button", class: "ghost", "aria-label": "Close", onclick: close }, icon("close")),
      ),
      h("img", { src: file.url, alt: file.alt_text || titleOf(file) }),
      file.alt_text && h("p", {}, file.alt_text),
    );
    dialog.showModal();
  });
  store.subscribe("scan", close);
  store.subscribe("snapshot", close);
}
