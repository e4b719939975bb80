/** Pictures in blocks. The page loads none from elsewhere: those are stood for by their alt text. */

import { h } from "../dom.js";

/**
 * Draws an image element or block.
 * @param {{alt_text: string, image_url?: string, slack_file?: {id?: string, url?: string}}} image
 */
export function picture(image, ctx, look) {
  const src = source(image, ctx);
  if (src) return h("img", { class: look, src, alt: image.alt_text, loading: "lazy" });
  const host = hostOf(image.image_url ?? "");
  const why = host ? ` (picture on ${host}, not loaded)` : " (picture not there)";
  return h(
    "span",
    { class: `${look} k-no-image`, role: "img", "aria-label": image.alt_text, title: image.alt_text + why },
    image.alt_text,
  );
}

/** Draws an image block, with its title. */
export function renderImage(block, ctx, title) {
  return h(
    "figure",
    { class: "k-image" },
    block.title && h("figcaption", {}, title),
    picture(block, ctx, "k-image-picture"),
  );
}

function source({ image_url: url, slack_file: file }, ctx) {
  if (file)
    return Object.values(ctx.files ?? {}).find((one) => one.id === file.id || (file.url && one.url === file.url))?.url;
  const isOurs = url.startsWith("data:image/") || hostOf(url) === window.location.host;
  return isOurs ? url : "";
}

function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}
