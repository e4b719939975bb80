/** One number in the console: its status, quality and verification, its profile, its QR codes. */

import { h, patch } from "./dom.js";
import { freshId } from "./kit/nodes.js";
import { setText } from "./parts.js";

const PROFILE = [
  ["about", "About"],
  ["description", "Description"],
  ["vertical", "Industry"],
  ["email", "Email"],
  ["address", "Address"],
  ["websites", "Websites, one a line"],
  ["profile_picture_url", "Address of the picture"],
];
const QUALITY_WORDS = { GREEN: "high", YELLOW: "medium", RED: "low" };

/**
 * @param {string} space
 * @param {string} digits
 * @param {any} store
 * @param {(path: string, body: object) => Promise<boolean>} ask says whether it was done
 * @returns {import("./parts.js").Part}
 */
export function numberPart(space, digits, store, ask) {
  const whose = { space, number: digits };
  const title = h("b", { class: "number-name" });
  const state = h("small");
  const status = choice("Status", (value) => ask("/api/cams/number", { ...whose, status: value }));
  const quality = choice("Quality", (value) => ask("/api/cams/number", { ...whose, quality: value }));
  const verification = choice("Verification", (value) => ask("/api/cams/number", { ...whose, verification: value }));
  const profile = profilePart((changed) => ask("/api/cams/profile", { ...whose, ...changed }));
  const codes = codesPart((message) => ask("/api/cams/code", { ...whose, message }));
  const node = h(
    "details",
    { class: "number", data: { testid: `number-${digits}` } },
    h("summary", {}, title, state),
    h("div", { class: "row" }, status.node, quality.node),
    verification.node,
    profile.node,
    codes.node,
  );
  const update = (number) => {
    const { number_statuses: statuses, qualities, verifications } = store.state.cams;
    node.dataset.quality = number.quality;
    setText(title, number.pretty);
    setText(state, `${number.status}, quality ${QUALITY_WORDS[number.quality] ?? number.quality}`);
    status.update(statuses, number.status);
    quality.update(qualities, number.quality);
    verification.update(verifications, number.verification);
    profile.update(number.profile);
    codes.update(number);
  };
  return { node, update };
}

function labelled(words, box) {
  box.id = freshId("side");
  return h("div", { class: "side-field" }, h("label", { for: box.id }, words), box);
}

function choice(words, onChoose) {
  const select = h("select", { class: "k-input", onchange: () => onChoose(select.value) });
  const update = (known, current) => {
    const values = known.includes(current) ? known : [...known, current];
    patch(
      select,
      values,
      (value) => value,
      (value) => h("option", { value }, value || "none"),
    );
    if (select.value !== current) select.value = current;
  };
  return { node: labelled(words, select), update };
}

function profilePart(save) {
  const boxes = Object.fromEntries(PROFILE.map(([name]) => [name, profileBox(name)]));
  const button = h("button", { disabled: true }, "Save profile");
  const form = h("form", { class: "stack" }, ...PROFILE.map(([name, words]) => labelled(words, boxes[name])), button);
  form.addEventListener("input", () => (button.disabled = false));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changed = Object.fromEntries(PROFILE.map(([name]) => [name, fromBox(name, boxes[name].value)]));
    button.disabled = await save(changed);
  });
  const update = (profile) => {
    // What is being typed is not written over.
    if (!button.disabled) return;
    for (const [name] of PROFILE) boxes[name].value = [profile[name]].flat().join("\n");
  };
  return { node: h("details", {}, h("summary", {}, "Business profile"), form), update };
}

function profileBox(name) {
  const isLong = ["websites", "description"].includes(name);
  return isLong
    ? h("textarea", { class: "k-input", name, rows: 2 })
    : h("input", { class: "k-input", name, autocomplete: "off" });
}

const fromBox = (name, text) =>
  name === "websites"
    ? text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean)
    : text;

function codesPart(make) {
  const title = h("summary");
  const list = h("ul", { class: "codes" });
  const message = h("input", { class: "k-input", required: true, autocomplete: "off" });
  const form = h(
    "form",
    { class: "stack" },
    labelled("Somebody else makes a code with the message", message),
    h("button", {}, "Make code"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await make(message.value)) message.value = "";
  });
  const update = ({ qr_codes: codes, qr_code_count: count }) => {
    setText(title, count > codes.length ? `QR codes (the latest ${codes.length} of ${count})` : `QR codes (${count})`);
    patch(list, codes, (one) => one.code, codeRow);
  };
  return { node: h("details", {}, title, list, form), update };
}

function codeRow({ code, message, link }) {
  return h("li", {}, h("p", { dir: "auto" }, message), h("small", {}, h("code", {}, code), " · ", link));
}
