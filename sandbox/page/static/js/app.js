/** Puts the page together: one person's stream into one store, and every part listening to it. */

import { post, stream } from "./api.js";
import { mount as mountCalls } from "./calls.js";
import { mount as mountConsole } from "./console.js";
import { mountLightbox } from "./files.js";
import { Modal } from "./modal.js";
import { createNotices } from "./notice.js";
import { mountPeople } from "./people.js";
import { mount as mountPhone } from "./phone.js";
import { createStore } from "./store.js";
import { createTabs } from "./tabs.js";
import { mount as mountWeather } from "./weather.js";
import { Workspace } from "./workspace.js";

const FIRST_PERSON = "operator";
const SIDES = { slack: "Slack", cams: "CAMS" };

const at = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
const store = createStore();
const act = (path, body) => post(path, { person: store.state.person, ...body });
const onFailure = createNotices(at.notices);
const tabs = createTabs(at.board);
let stop = () => {};

function become(person) {
  stop();
  stop = stream(person, { onSnapshot: store.load, onChange: store.apply, onState: (live) => drawState(live, person) });
}

function drawState(live, person) {
  // A person of an earlier run, from the address, may not be in this one.
  if (live !== "live" && !store.state && person !== FIRST_PERSON) return become(FIRST_PERSON);
  document.body.dataset.live = live;
  drawApp();
}

function drawApp() {
  const app = store.state?.app;
  const isLive = document.body.dataset.live === "live";
  at.state.classList.toggle("is-ok", Boolean(isLive && app?.connected));
  at.state.classList.toggle("is-warn", !isLive || !app?.connected);
  if (!isLive) at.state.textContent = "Reconnecting to the sandbox…";
  else if (app) at.state.textContent = app.connected ? `${app.name} is connected` : `${app.name} is not connected`;
}

function drawWeather() {
  const on = store.state.weather.filter((one) => one.on);
  at["weather-chip"].hidden = on.length === 0;
  at["weather-chip"].textContent =
    on.length === 1 ? `${SIDES[on[0].side]}: ${on[0].label}` : `${on.length} switches on`;
  tabs.mark("weather", on.length ? String(on.length) : "");
}

function markPanels() {
  let codes = 0;
  const count = () => store.state.cams.sent_codes.length;
  store.subscribe("snapshot", () => (codes = count()));
  store.subscribe("cams", () => {
    if (count() > codes) tabs.mark("phone", "new");
    codes = count();
  });
  store.subscribe("call", () => tabs.mark("calls", "new"));
  store.subscribe("scan", () => tabs.show("phone"));
}

const address = new URLSearchParams(location.hash.slice(1));
new Workspace(at, { store, act, onFailure }, address.get("in") ?? "");
mountPeople(at.people, store, become);
new Modal(at.modal, [at.places, at.place, at.notices, at.messages, at.home, at.composer], { store, act });
mountLightbox(at.lightbox, store);
const panels = { console: mountConsole, phone: mountPhone, calls: mountCalls, weather: mountWeather };
for (const [id, mount] of Object.entries(panels)) mount(at[id], store, { post, stream });
at["weather-chip"].addEventListener("click", () => tabs.show("weather"));
store.subscribe("weather", drawWeather);
store.subscribe("app", drawApp);
store.subscribe("snapshot", () => (drawApp(), drawWeather()));
markPanels();
become(address.get("as") ?? FIRST_PERSON);
