/** Every call to CAMS as it happens, and how much of the quota this second has used. */

import { h, patch } from "./dom.js";
import { createParts, setText } from "./parts.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

/** @type {(element: HTMLElement, store: any) => void} */
export function mount(element, store) {
  const list = h("ol", { class: "card calls", "data-testid": "calls", "aria-label": "Calls, the latest first" });
  const empty = h("p", { class: "empty" }, "Nobody has called CAMS yet.");
  const bars = h("div", { class: "card quotas" });
  const showQuota = createParts(bars, (one) => one.operation, quotaBar);
  element.append(
    h("div", { class: "side-head" }, h("h2", {}, "Quota")),
    h("p", { class: "side-hint" }, "Calls within the last second, of those that CAMS allows."),
    bars,
    h("div", { class: "side-head" }, h("h2", {}, "Calls")),
    list,
    empty,
  );
  const drawQuota = () => showQuota(store.state.quota);
  const draw = () => {
    const { calls } = store.state;
    empty.hidden = calls.length > 0;
    list.hidden = !calls.length;
    // A call never changes once it was made, so its id is all there is to compare.
    patch(
      list,
      calls.toReversed(),
      (call) => String(call.id),
      callRow,
      (call) => String(call.id),
    );
    drawQuota();
  };
  store.subscribe("snapshot", draw);
  store.subscribe("call", draw);
  store.subscribe("quota", drawQuota);
}

function quotaBar({ operation }) {
  const meter = h("meter", { min: 0, "aria-label": operation });
  const count = h("span", { class: "quota-count" });
  const name = h("span", { class: "quota-name" }, operation);
  const node = h("div", { class: "quota", data: { testid: `quota-${operation}` } }, name, count, meter);
  const update = ({ limit, used }) => {
    Object.assign(meter, { max: limit, high: limit * 0.8, value: used });
    node.classList.toggle("is-full", used >= limit);
    setText(count, `${used} / ${limit}`);
  };
  return { node, update };
}

function callRow(call) {
  const facts = [
    ["Request", call.request_id],
    ["Caller", call.caller],
    ["Weather", call.fault],
    ...Object.entries(call.parameters),
  ].filter(([, value]) => value);
  const at = new Date(call.at);
  return h(
    "li",
    { class: "call", data: { testid: "call", operation: call.operation } },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: "call-name" }, call.operation),
        h("span", { class: isRight(call) ? "pill is-ok" : "pill is-bad" }, answer(call)),
        h("small", {}, `${CLOCK.format(at)} · ${duration(call.seconds)}${call.fault ? ` · ${call.fault}` : ""}`),
      ),
      h(
        "dl",
        { class: "facts" },
        ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, String(value)))),
      ),
    ),
  );
}

const isRight = (call) => call.http_status === 200 && ["OK", ""].includes(call.code);

/** What came back: the code, with the HTTP status where that is not 200; nothing where the line was cut. */
function answer({ http_status: status, code }) {
  if (!status) return "no answer";
  return status === 200 ? code || "200" : `${status} ${code}`.trim();
}

function duration(seconds) {
  const ms = seconds * 1000;
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${seconds.toFixed(1)} s`;
}
