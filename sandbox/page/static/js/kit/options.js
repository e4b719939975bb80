/** Where a select has its options from. */

import { groupsOf } from "./held.js";

// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element: three unless said.
const QUERY_MIN = 3;

/**
 * @typedef {{label: string, options: import("./held.js").Option[]}} Group
 * @typedef {object} Source
 * @property {boolean} isRemote  asking takes a while, and each query anew
 * @property {number} queryMin  shorter queries find nothing
 * @property {(query: string) => Promise<Group[]>} find
 * @property {(held: any) => import("./held.js").Option} option  the option that stands for a held value
 * @property {(option: import("./held.js").Option) => any} holds  and back
 */

/** @returns {Source} */
export function optionSource(element, block, ctx) {
  const kind = element.type.replace("multi_", "");
  if (kind === "external_select") return external(element, block, ctx);
  if (kind === "static_select") return local(groupsOf(element));
  if (kind === "file_input") return files(ctx);
  return named(ctx, kind, element.filter);
}

function external(element, block, ctx) {
  const find = async (query) => groupsOf(await ctx.loadOptions(element.action_id, block.block_id, query));
  const queryMin = element.min_query_length ?? QUERY_MIN;
  return { isRemote: true, queryMin, find, option: (held) => held, holds: (option) => option };
}

function local(groups, { option = (held) => held, holds = (chosen) => chosen } = {}) {
  const find = async (query) => {
    const wanted = query.trim().toLowerCase();
    const fits = (one) => one.text.text.toLowerCase().includes(wanted);
    return groups.map((group) => ({ ...group, options: group.options.filter(fits) }));
  };
  return { isRemote: false, queryMin: 0, find, option, holds };
}

/** People and channels are offered by name and held by ID. */
function named(ctx, kind, filter) {
  const offered = Object.keys(ctx.names).filter((id) => belongs(id, kind, filter, ctx));
  const option = (id) => plainOption(signed(id, ctx), id);
  const options = offered.map(option).sort((one, other) => one.text.text.localeCompare(other.text.text));
  return local([{ label: "", options }], { option, holds: (chosen) => chosen.value });
}

function belongs(id, kind, filter, ctx) {
  if (kind === "users_select") return /^[UW]/.test(id);
  if (kind === "channels_select" || !filter?.include) return /^[CG]/.test(id);
  const channel = ctx.channels?.find((one) => one.id === id);
  const isPrivate = channel ? channel.is_private : id.startsWith("G");
  return /^[CG]/.test(id) && filter.include.includes(isPrivate ? "private" : "public");
}

const signed = (id, ctx) => `${/^[UW]/.test(id) ? "@" : "#"}${(ctx.names[id] ?? id).replace(/^[@#]/, "")}`;

function files(ctx) {
  const option = (file) => plainOption(file.title || file.name || file.id, file.id);
  const options = Object.values(ctx.files).map(option);
  const holds = (chosen) => ({ id: chosen.value, name: ctx.files[chosen.value]?.name });
  return local([{ label: "", options }], { option, holds });
}

function plainOption(text, value) {
  return { text: { type: "plain_text", text, emoji: false }, value };
}
