/** What a person does to the channel they are in: archive it, give it another name, send the app away. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";

/**
 * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} tools
 * @returns {{node: HTMLElement, show: (channel: any) => void}} `show` takes null where there is nothing to change
 */
export function createManage({ store, act, onFailure }) {
  let channel = null;
  const change = async (what, more = {}) => {
    const answer = await act(`/api/channel/${what}`, { channel: channel.id, ...more });
    onFailure(answer.ok ? "" : answer.error);
    return answer.ok;
  };
  const button = h("button", { type: "button", class: "ghost", data: { testid: "manage" } }, "Channel", icon("down"));
  const items = () => entries(channel, store.state.app.name, change, () => rename.begin(channel.name));
  const menu = menuButton({ button, label: "Change this channel", items });
  const rename = renameForm(menu, button, (name) => change("rename", { name }));
  const node = h("div", { class: "manage", hidden: true }, menu, rename.form);
  const show = (current) => {
    if (current?.id !== channel?.id) rename.end();
    channel = current && !current.is_im ? current : null;
    node.hidden = !channel;
  };
  return { node, show };
}

function entries(channel, app, change, beginRename) {
  if (channel.is_archived) return [entry("unarchive", "Unarchive", "Open it again", () => change("unarchive"))];
  return [
    channel.has_app
      ? entry("kick", `Remove ${app}`, "It can post here no more", () => change("kick"))
      : entry("invite", `Invite ${app}`, "It can post here", () => change("invite")),
    entry("rename", "Rename", "Its ID stays", beginRename),
    entry("archive", "Archive", "Nobody can post here any more", () => change("archive")),
  ];
}

function entry(name, words, hint, onclick) {
  const naming = { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" };
  return h("button", { ...naming, data: { testid: `channel-act-${name}` }, onclick }, words, h("small", {}, hint));
}

/** A line for the new name, which stands in the menu's place until it is sent or given up. */
function renameForm(menu, button, send) {
  const naming = { class: "field", "aria-label": "New name of this channel", autocomplete: "off", maxlength: "80" };
  const text = h("input", { ...naming, data: { testid: "channel-name" } });
  const cancel = h("button", { type: "button", class: "small" }, "Cancel");
  const form = h("form", { class: "rename", hidden: true }, text, h("button", { class: "small" }, "Rename"), cancel);
  const end = () => {
    const isHere = form.contains(document.activeElement);
    form.hidden = true;
    menu.hidden = false;
    if (isHere) button.focus();
  };
  const begin = (name) => {
    text.value = name;
    form.hidden = false;
    menu.hidden = true;
    // The menu gives the focus back to its button first.
    setTimeout(() => text.select());
  };
  cancel.addEventListener("click", end);
  form.addEventListener("keydown", (event) => event.key === "Escape" && end());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send(text.value)) end();
  });
  return { form, begin, end };
}
