/** Line icons, drawn here so that nothing is loaded from elsewhere. Decoration only: the words stand beside them. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M6.5 2.5l-1.5 11M11 2.5l-1.5 11M2.5 6h11.5M2 10h11.5",
  lock: "M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  box: "M2 3.5h12v3H2zM3 6.5v6.5h10V6.5M6.5 9h3",
  home: "M2.5 7.5L8 2.5l5.5 5M4 6.5v7h8v-7M6.5 13.5v-4h3v4",
  talk: "M2.5 3h11v8h-6l-3 2.5V11h-2z",
  bolt: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
  send: "M2.5 13.5l11.5-5.5L2.5 2.5l1.5 5.5zM4 8h5",
  close: "M4 4l8 8M12 4l-8 8",
  download: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
  scan: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3M5.5 5.5h5v5h-5z",
  eye: "M1.5 8C2.5 6 5 3.5 8 3.5S13.5 6 14.5 8C13.5 10 11 12.5 8 12.5S2.5 10 1.5 8zM8 6.2a1.8 1.8 0 1 0 .01 0z",
  reply: "M6.5 4L2.5 8l4 4M2.5 8H10a3.5 3.5 0 0 1 3.5 3.5V13",
  down: "M4 6l4 4 4-4",
  bin: "M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9M6.8 7v4M9.2 7v4",
  check: "M3 8.5l3.5 3.5L13 4.5",
  file: "M4 1.5h5l3 3v10H4zM9 1.5v3h3",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
