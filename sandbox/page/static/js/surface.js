/** What the Block Kit renderer needs to know of the place it draws in, and how what is pressed there gets out. */

/**
 * @typedef {(path: string, body: object) => Promise<any>} Act posts as the person whose page this is
 */

/**
 * @param {{store: any, act: Act, surface: "message" | "modal" | "home", where: object, state?: object,
 *   errors?: object, onFailure: (text: string) => void, values?: () => object}} place
 *   `where` names the message ({channel, ts}) or the view ({view}); `values` are the typed values of its fields
 */
export function surfaceContext({ store, act, surface, where, state = {}, errors = {}, onFailure, values }) {
  return {
    surface,
    state,
    errors,
    names: store.state.names,
    files: store.state.files,
    channels: store.state.channels,
    async onPress(press) {
      const answer = await act("/api/press", { where, ...press, ...(values && { values: values() }) });
      if (!answer.ok) onFailure(answer.error);
      return answer;
    },
    async loadOptions(action_id, block_id, query) {
      const answer = await act("/api/options", { where, action_id, block_id, query });
      if (answer.ok === false) throw new Error(answer.error);
      return answer.options ?? answer.option_groups ?? [];
    },
  };
}
