/** Lines that were sent, and lines that are not sent yet. */

/** What was sent before, by the arrow up in an empty line. */
export function createHistory(text) {
  const lines = [];
  let at = 0;
  return {
    add(line) {
      if (lines.at(-1) !== line) lines.push(line);
      at = lines.length;
    },
    /** Say whether a key was one of these; `put` gets the line. */
    onKey(event, put) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const isOurs = text.value === "" || text.value === lines[at];
      if (!step || !isOurs || !lines.length) return false;
      at = Math.min(Math.max(at + step, 0), lines.length);
      put(lines[at] ?? "");
      return true;
    },
  };
}

const draftKey = (place) => `sandbox-draft ${place}`;

/** Return what is half written in a place; it outlives a reload. */
export const draftOf = (place) => sessionStorage.getItem(draftKey(place)) ?? "";

export function keepDraft(place, line) {
  if (line) sessionStorage.setItem(draftKey(place), line);
  else sessionStorage.removeItem(draftKey(place));
}
