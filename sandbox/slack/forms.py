"""What the fields of a view or a message hold, and what a person may put into them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Json, State

# https://docs.slack.dev/reference/block-kit/block-elements: where an element keeps its value, and its first value.
FIELDS: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", "initial_files"),
}


def with_ids(blocks: Sequence[Json], fresh: Callable[[], str]) -> list[Json]:
    """Return a copy of blocks in which every block and every element has an ID, as Slack gives them."""
    copied = deepcopy(list(blocks))
    for block in copied:
        block.setdefault("block_id", fresh())
    for _, element in elements(copied):
        element.setdefault("action_id", fresh())
    return copied


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every element that a person can use, with its block."""
    for block in blocks:
        held = [block.get("element"), block.get("accessory")]
        if block.get("type") in {"actions", "context_actions"}:
            held += block.get("elements", [])
        yield from ((block, item) for item in held if isinstance(item, dict) and item.get("type") != "image")


def options_of(element: Json) -> list[Json]:
    """Return the options that an element shows of itself, groups flattened."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def value_of(element: Json, value: Any) -> Json:
    """Return what `view.state.values` says of an element that holds `value`."""
    return {"type": element["type"], FIELDS[element["type"]][0]: value}


def first_state(blocks: Sequence[Json], channel: str = "", kept: State | None = None) -> State:
    """Return what the fields hold when blocks are first shown.

    `channel` is where the person is, for `default_to_current_conversation`. Fields of `kept` whose block_id,
    action_id and type are still there hold what they held: Slack carries input over an update that way.
    """
    state: dict[str, dict[str, Json]] = {}
    for block, element in elements(blocks):
        if element["type"] not in FIELDS:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        before = (kept or {}).get(block_id, {}).get(action_id)
        if before is None or before["type"] != element["type"]:
            before = _first_value(element, channel)
        state.setdefault(block_id, {})[action_id] = before
    return state


def _first_value(element: Json, channel: str) -> Json:
    multiple = element["type"] == "checkboxes" or element["type"].startswith(("multi_", "file_"))
    first = element.get(FIELDS[element["type"]][1], [] if multiple else None)
    if not first and channel and element.get("default_to_current_conversation"):
        first = [channel] if multiple else channel
    return value_of(element, first)


def is_empty(held: Json) -> bool:
    """Say whether a field holds nothing."""
    return held[FIELDS[held["type"]][0]] in (None, "", [])


def set_field(state: State, block_id: str, action_id: str, held: Json) -> State:
    """Return the state with one field changed."""
    return {**state, block_id: {**state.get(block_id, {}), action_id: held}}


def chosen(element: Json, given: Any, offered: Sequence[Json]) -> Any:
    """Return what an element holds once a person has given it a value.

    Options are named by their value, their text or themselves; several by a list. Raises CannotActError
    when `offered` has no such option.
    """
    key = FIELDS[element["type"]][0]
    if key == "selected_option":
        return None if given is None else _option(given, offered)
    if key == "selected_options":
        return [_option(one, offered) for one in given or []]
    if key == "value":
        return None if given in (None, "") else str(given)
    return given


def _option(given: Any, offered: Sequence[Json]) -> Json:
    for option in offered:
        if given in (option, option.get("value"), option["text"]["text"]):
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    shown = [option.get("value") for option in offered]
    raise CannotActError(f"no option {given!r} among {shown}")


def complaints(blocks: Sequence[Json], state: State) -> dict[str, str]:
    """Return what Slack's own client says of the fields before it sends anything, by block_id."""
    said = {}
    for block, element in elements(blocks):
        if block["type"] == "input" and (words := _complaint(block, element, state)):
            said[block["block_id"]] = words
    return said


def _complaint(block: Json, element: Json, state: State) -> str:
    held = state[block["block_id"]][element["action_id"]]
    if is_empty(held):
        return "" if block.get("optional") else "Please complete this required field."
    value = held[FIELDS[element["type"]][0]]
    if element["type"] == "number_input":
        return _number_complaint(element, value)
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if isinstance(value, str) and len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        return f"Please choose at most {element['max_selected_items']}."
    return ""


def _number_complaint(element: Json, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    low, high = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    return "" if low <= number <= high else f"Please enter a number from {low:g} to {high:g}."
