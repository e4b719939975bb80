/** The CAMS console: spaces, their WABAs under review, their numbers; everything changed by hand, as at Meta. */

import { h } from "./dom.js";
import { numberPart } from "./number.js";
import { createParts, setText } from "./parts.js";

/** @type {(element: HTMLElement, store: any, api: {post: (path: string, body: object) => Promise<any>}) => void} */
export function mount(element, store, { post }) {
  const problem = h("p", { class: "side-problem", role: "alert" });
  const ask = async (path, body) => {
    const answer = await post(path, body);
    setText(problem, answer.ok === false ? answer.error : "");
    return answer.ok !== false;
  };
  const list = h("div", { class: "spaces" });
  const show = createParts(
    list,
    (space) => space.id,
    (space) => spacePart(space.id, store, ask),
  );
  const hint = "What CAMS and Meta would decide. The app hears of a change only when it asks.";
  element.dataset.testid = "console";
  element.append(
    h("div", { class: "side-head" }, h("h2", {}, "CAMS")),
    h("p", { class: "side-hint" }, hint),
    problem,
    list,
  );
  const draw = () => show(store.state.cams.spaces);
  store.subscribe("snapshot", draw);
  store.subscribe("cams", draw);
}

function spacePart(id, store, ask) {
  const name = h("h3");
  const mark = h("span", { class: "pill" });
  const facts = h("p", { class: "space-facts" });
  const review = reviewPart(id, store, ask);
  const numbers = h("div", { class: "numbers" });
  const show = createParts(
    numbers,
    (number) => number.digits,
    (number) => numberPart(id, number.digits, store, ask),
  );
  const node = h(
    "section",
    { class: "card space", data: { testid: `space-${id}` } },
    h("div", { class: "space-head" }, name, mark),
    facts,
    review.node,
    numbers,
  );
  const update = (space) => {
    setText(name, space.name);
    setText(mark, space.id === store.state.cams.default_space ? "default space" : "");
    mark.hidden = !mark.textContent;
    setText(facts, factsOf(space));
    review.update(space.waba);
    show(space.numbers);
  };
  return { node, update };
}

function factsOf({ id, waba }) {
  const parts = waba ? [waba.name, `WABA ${waba.id}`, waba.business_name, waba.currency] : ["no WABA"];
  return [id, ...parts].filter(Boolean).join(" · ");
}

/** The review: a button for each documented status, and a field, since CAMS may say any word. */
function reviewPart(space, store, ask) {
  const review = (status) => ask("/api/cams/review", { space, status });
  const buttons = h("div", { class: "statuses" });
  const show = createParts(
    buttons,
    (status) => status,
    (status) => statusButton(status, review),
  );
  const field = h("input", {
    class: "k-input",
    "aria-label": `Another review status of ${space}`,
    placeholder: "Another status",
  });
  const other = h("form", { class: "row" }, field, h("button", {}, "Set"));
  other.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await review(field.value)) field.value = "";
  });
  const naming = { role: "group", "aria-label": `Review status of ${space}` };
  const node = h("div", { class: "review", data: { testid: `review-${space}` }, ...naming }, buttons, other);
  const update = (waba) => {
    node.hidden = !waba;
    if (!waba) return;
    const current = waba.review_status;
    const known = store.state.cams.statuses;
    node.dataset.status = current;
    show(known.includes(current) ? known : [...known, current]);
    for (const button of buttons.children) button.setAttribute("aria-pressed", String(button.value === current));
  };
  return { node, update };
}

function statusButton(status, review) {
  const onclick = () => review(status);
  const node = h("button", { type: "button", class: "status", value: status, data: { status }, onclick }, status);
  return { node, update: () => {} };
}
