/** The weather: switches for what goes wrong, with what each has hit. */

import { h } from "./dom.js";
import { createParts, setText } from "./parts.js";

const SIDES = [
  ["slack", "Slack"],
  ["cams", "CAMS"],
];

/** @type {(element: HTMLElement, store: any, api: {post: (path: string, body: object) => Promise<any>}) => void} */
export function mount(element, store, { post }) {
  const problem = h("p", { class: "side-problem", role: "alert" });
  const ask = async (path, body) => setText(problem, (await post(path, body)).error ?? "");
  const clear = () => ask("/api/weather/clear", {});
  const button = h("button", { type: "button", data: { testid: "weather-clear" }, onclick: clear }, "Make it fair");
  const sides = SIDES.map(([side, name]) => drawSide(side, name, ask));
  element.append(
    h("div", { class: "side-head" }, h("h2", {}, "Weather"), button),
    h(
      "p",
      { class: "side-hint" },
      "What goes wrong while a switch is on. Then use the workspace, and see what a person sees.",
    ),
    problem,
    ...sides.map((side) => side.node),
  );
  const draw = () => {
    button.disabled = !store.state.weather.some((one) => one.on);
    for (const side of sides) side.update(store.state.weather);
  };
  store.subscribe("snapshot", draw);
  store.subscribe("weather", draw);
}

function drawSide(side, name, ask) {
  const list = h("div", { class: "card switches" });
  const show = createParts(
    list,
    (one) => one.id,
    (one) => (one.momentary ? moment(one, ask) : lasting(one, ask)),
  );
  const node = h("section", { "aria-label": name }, h("h3", {}, name), list);
  return { node, update: (all) => show(all.filter((one) => one.side === side)) };
}

function lasting({ id, label, hint }, ask) {
  const hits = h("span", { class: "hits" });
  const flip = () => ask("/api/weather", { id, on: node.getAttribute("aria-checked") !== "true" });
  const node = h(
    "button",
    {
      type: "button",
      class: "switch",
      role: "switch",
      "aria-checked": "false",
      data: { testid: `weather-${id}` },
      onclick: flip,
    },
    words(label, hint, hits),
    h("span", { class: "knob", "aria-hidden": "true" }),
  );
  const update = (one) => {
    node.setAttribute("aria-checked", String(one.on));
    setText(hits, hitWords(one, "call"));
  };
  return { node, update };
}

function moment({ id, label, hint }, ask) {
  const hits = h("span", { class: "hits" });
  const onclick = () => ask("/api/weather", { id, on: true });
  const attributes = { type: "button", class: "switch", data: { testid: `weather-${id}` }, onclick };
  const node = h(
    "button",
    attributes,
    words(label, hint, hits),
    h("span", { class: "once", "aria-hidden": "true" }, "once"),
  );
  return { node, update: (one) => setText(hits, hitWords(one, "connection")) };
}

function words(label, hint, hits) {
  return h("span", { class: "switch-words" }, h("b", {}, label), h("small", {}, hint), hits);
}

function hitWords({ on, hits, latest }, what) {
  if (!hits) return on ? "On; has hit nothing yet" : "";
  return `Has hit ${hits} ${what}${hits === 1 ? "" : "s"}${latest ? `, last ${latest}` : ""}`;
}
