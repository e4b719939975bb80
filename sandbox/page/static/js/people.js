/** Who sits at the keyboard: pictures of people, and the menu that changes places. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";

const HUES = 6;

/** Draw a picture for somebody: the first letters of the name on a colour of their own. */
export function avatar(id, name, isApp = false) {
  const letters = name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .map((word) => word[0]);
  const hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % HUES;
  const look = isApp ? "avatar is-app" : `avatar hue-${hue}`;
  return h("span", { class: look, "aria-hidden": "true" }, letters.slice(0, 2).join("").toUpperCase() || "?");
}

/** Say a language in words: "de-DE" is "German (Germany)". */
function languageName(locale) {
  try {
    return new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

/**
 * @param {HTMLElement} root
 * @param {any} store
 * @param {(name: string) => void} become
 */
export function mountPeople(root, store, become) {
  const button = h("button", { type: "button", class: "person-button", data: { testid: "person-switcher" } });
  const items = () => humans(store.state).map((person) => entry(person, store.state.person, become));
  root.append(menuButton({ button, label: "Act as", testid: "people", items }));
  store.subscribe("snapshot", (_, state) => {
    const person = state.people.find((one) => one.name === state.person);
    button.title = `${person.title} · ${languageName(person.locale)}`;
    button.replaceChildren(
      avatar(person.id, person.real_name),
      h("span", { class: "hidden" }, "Acting as"),
      h("span", { class: "person-words" }, h("b", {}, person.real_name), h("small", {}, person.title)),
      icon("down"),
    );
  });
}

const humans = (state) => state.people.filter((person) => !person.is_app);

function entry(person, current, become) {
  const chosen = person.name === current;
  return h(
    "button",
    {
      type: "button",
      class: "menu-item person",
      role: "menuitemradio",
      "aria-checked": String(chosen),
      tabindex: "-1",
      data: { testid: `person-${person.name}` },
      onclick: () => chosen || become(person.name),
    },
    avatar(person.id, person.real_name),
    h(
      "span",
      { class: "person-words" },
      h("b", {}, person.real_name, h("span", { class: "tag" }, person.name)),
      h("small", {}, person.title),
      h("small", {}, languageName(person.locale)),
    ),
    chosen && icon("check"),
  );
}
