/**
 * What fields hold, as `view.state.values` says it: https://docs.slack.dev/reference/block-kit/block-elements
 *
 * @typedef {{text: {type: string, text: string}, value: string, description?: object, url?: string}} Option
 * @typedef {string|number|Option|Option[]|string[]|null} Held
 */

const HELD = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  users_select: ["selected_user", "initial_user"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  channels_select: ["selected_channel", "initial_channel"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  multi_users_select: ["selected_users", "initial_users"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  file_input: ["files", "initial_files"],
};

/** Returns what an element holds: what the person has put in, else what the app began with, else null. */
export function held(element, block, state) {
  const [key, first] = HELD[element.type];
  const now = state?.[block.block_id]?.[element.action_id];
  return (now?.type === element.type ? now[key] : element[first]) ?? null;
}

/** Returns a held value as it is sent: an option by its value, except where only the app knows its options. */
export function wire(element, value) {
  if (Array.isArray(value)) return value.map((one) => wire(element, one));
  const isKnownOption = value?.text && !element.type.endsWith("external_select");
  return isKnownOption ? value.value : value;
}

/** Returns the options that an element has of itself, in groups; those without a group have the label "". */
export function groupsOf(offered) {
  if (Array.isArray(offered)) return [{ label: "", options: offered }];
  if (offered?.option_groups) {
    return offered.option_groups.map((group) => ({ label: group.label.text, options: group.options }));
  }
  return [{ label: "", options: offered?.options ?? [] }];
}
