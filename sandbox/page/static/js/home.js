/** The app's Home tab. */

import { h } from "./dom.js";
import { surfaceContext } from "./surface.js";
import { drawView } from "./view.js";

/**
 * @param {HTMLElement} root
 * @param {{store: any, act: import("./surface.js").Act, onFailure: (text: string) => void}} tools
 * @returns {{open: () => Promise<void>, close: () => void}} `open` tells the app, which then draws it anew
 */
export function createHome(root, { store, act, onFailure }) {
  const blocks = h("div", { class: "home-blocks" });
  const empty = h("p", { class: "empty" });
  root.append(blocks, empty);

  const draw = () => {
    const { home, app } = store.state;
    empty.hidden = Boolean(home);
    empty.textContent = `${app.name} has not published a Home tab for this person yet.`;
    if (!home) return blocks.replaceChildren();
    const where = { view: home.id };
    const context = { store, act, surface: "home", where, state: home.state, errors: home.errors, onFailure };
    drawView(blocks, home, surfaceContext(context));
  };
  store.subscribe("home", draw);
  store.subscribe("snapshot", draw);
  return {
    async open() {
      root.hidden = false;
      const answer = await act("/api/home", {});
      if (!answer.ok) onFailure(answer.error);
    },
    close() {
      root.hidden = true;
    },
  };
}
