/** What a line that begins with "/" can be completed to, from the commands of the app's manifest. */

/**
 * @typedef {{insert: string, label: string, description: string}} Hint  `insert` is "" where there is only
 *   something to read, because what comes next is the person's to say
 */

/**
 * @param {{command: string, description: string, usage_hint: string}[]} commands
 * @param {string} line
 * @returns {Hint[]}
 */
export function hintsFor(commands, line) {
  if (!line.startsWith("/") || line.includes("\n")) return [];
  const [name] = line.split(" ", 1);
  if (name === line) return commands.filter((one) => one.command.startsWith(name)).map(wholeCommand);
  const found = commands.find((one) => one.command === name);
  return found ? argumentsOf(found, line) : [];
}

function wholeCommand({ command, description, usage_hint }) {
  return { insert: usage_hint ? `${command} ` : command, label: `${command} ${usage_hint}`.trim(), description };
}

/** A usage hint lists its forms between bars: "create [phone] | list [phone]". */
function argumentsOf({ command, description, usage_hint }, line) {
  const forms = usage_hint.split(/\s*\|\s*/).filter(Boolean);
  return forms.flatMap((form) => {
    const fixed = fixedWords(form);
    const start = fixed ? `${command} ${fixed}` : command;
    const label = `${command} ${form}`;
    if (`${start} `.startsWith(line) && `${start} ` !== line && fixed)
      return [{ insert: `${start} `, label, description: "" }];
    const isBegun = line.startsWith(`${start} `) && form !== fixed;
    return isBegun ? [{ insert: "", label, description }] : [];
  });
}

/** The words of a form before its first placeholder: "create [phone]" gives "create". */
function fixedWords(form) {
  const words = form.split(" ");
  const end = words.findIndex((word) => /^[[<(…]/.test(word));
  return (end < 0 ? words : words.slice(0, end)).join(" ");
}
