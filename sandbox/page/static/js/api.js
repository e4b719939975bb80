/** The way to the sandbox: acts go out as POST, what happened comes in as one event stream. */

const RETRY_MS = 2000;

/**
 * Do something. Never rejects: what could not be done is `{ok: false, error: "a sentence"}`.
 *
 * @param {string} path such as "/api/command"
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.ok && answer.ok !== false) return answer;
    return { ...answer, ok: false, error: answer.error || sentence(answer.problem) };
  } catch {
    return { ok: false, error: "The sandbox does not answer. Is it still running?" };
  }
}

/**
 * Listen as a person. A snapshot comes first and after every reconnection.
 *
 * @param {string} person
 * @param {{onSnapshot: (snapshot: any) => void, onChange: (change: any) => void,
 *   onState: (state: "live" | "waiting") => void}} listener
 * @returns {() => void} ends it
 */
export function stream(person, { onSnapshot, onChange, onState }) {
  let source = null;
  let timer = 0;
  const open = () => {
    source = new EventSource(`/api/stream?person=${encodeURIComponent(person)}`);
    source.addEventListener("snapshot", (event) => onSnapshot(JSON.parse(event.data)));
    source.addEventListener("change", (event) => onChange(JSON.parse(event.data)));
    source.addEventListener("open", () => onState("live"));
    source.addEventListener("error", () => {
      // The browser reconnects by itself, except after an answer that is no event stream.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
      onState("waiting");
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

const PROBLEMS = {
  operation_timeout: "The app did not answer within 3 seconds.",
  dispatch_failed: "The app could not be reached, or answered with an error.",
};

function sentence(problem) {
  return PROBLEMS[problem] ? `${PROBLEMS[problem]} (${problem})` : problem || "That did not work.";
}
