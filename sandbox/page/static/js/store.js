/**
 * What the page knows: the snapshot of one person, kept up to date by the changes that follow it.
 *
 * @typedef {{kind: string, [more: string]: any}} Change
 * @typedef {(change: Change, state: any) => void} Listener
 */

/**
 * Make an empty store. `state` is null until the first snapshot.
 *
 * `subscribe(kind, fn)` calls `fn(change, state)` after every change of that kind (the kinds of the stream, and
 * "snapshot", after which everything may be different), and returns a function that ends it.
 * `tell(kind, more)` carries news inside the page only, such as "scan" with the file that the phone should look at.
 */
export function createStore() {
  /** @type {Map<string, Set<Listener>>} */
  const listeners = new Map();
  const store = {
    state: null,
    load(snapshot) {
      store.state = snapshot;
      store.tell("snapshot");
    },
    apply(change) {
      APPLY[change.kind]?.(store.state, change);
      announce(change);
    },
    subscribe(kind, fn) {
      if (!listeners.has(kind)) listeners.set(kind, new Set());
      listeners.get(kind).add(fn);
      return () => listeners.get(kind).delete(fn);
    },
    tell: (kind, more = {}) => announce({ ...more, kind }),
  };

  function announce(change) {
    for (const fn of [...(listeners.get(change.kind) ?? [])]) fn(change, store.state);
  }
  return store;
}

const CALLS_KEPT = 200;

const APPLY = {
  message: (state, { message }) => upsert((state.messages[message.channel] ??= []), message),
  message_removed: (state, { channel, ts }) => {
    state.messages[channel] = (state.messages[channel] ?? []).filter((message) => message.ts !== ts);
  },
  view: (state, { view, depth }) => Object.assign(state, { view, depth }),
  home: (state, { view }) => Object.assign(state, { home: view }),
  file: (state, { file }) => {
    state.files[file.id] = file;
  },
  channel: (state, { channel }) => {
    const at = state.channels.findIndex((known) => known.id === channel.id);
    if (at < 0) state.channels.push(channel);
    else state.channels[at] = channel;
  },
  names: (state, { names }) => Object.assign(state.names, names),
  app: (state, { app }) => Object.assign(state, { app }),
  call: (state, { call, quota }) => {
    state.calls.push(call);
    if (state.calls.length > CALLS_KEPT) state.calls.shift();
    if (quota) state.quota = quota;
  },
  quota: (state, { quota }) => Object.assign(state, { quota }),
  cams: (state, { cams }) => Object.assign(state, { cams }),
  weather: (state, { weather }) => Object.assign(state, { weather }),
  unread: (state, { channel, unread }) => {
    const known = state.channels.find((one) => one.id === channel);
    if (known) known.unread = unread;
  },
};

/** Put a message in its place by `ts`. Most are new, and so last: it looks from the end. */
function upsert(messages, message) {
  let at = messages.length - 1;
  while (at >= 0 && messages[at].ts > message.ts) at -= 1;
  if (at >= 0 && messages[at].ts === message.ts) messages[at] = message;
  else messages.splice(at + 1, 0, message);
}
