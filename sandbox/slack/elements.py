"""The shapes of Block Kit's elements and composition objects.

https://docs.slack.dev/reference/block-kit/block-elements and .../composition-objects: every number here is a limit that
the page of that element states, unless a comment names another source.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.slack.shapes import Items, Obj, Shape, Str, Typed, Whole, at_least_one, exactly_one, flag

ID = Str(255)
URL = Str(3000, matches=re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE).fullmatch)
DATE = Str(matches=re.compile(r"\d{4}-\d\d-\d\d").fullmatch)
TIME = Str(matches=re.compile(r"([01]\d|2[0-3]):[0-5]\d").fullmatch)
STYLE = Str(among=("primary", "danger"))


def plain(high: int) -> Shape:
    """Return the shape of a plain_text object of 1 to `high` characters."""
    return Typed({"plain_text": Obj({"text": Str(high)}, {"emoji": flag})})


def words(high: int) -> Shape:
    """Return the shape of a text object of either kind, of 1 to `high` characters."""
    mrkdwn = Obj({"text": Str(high)}, {"verbatim": flag})
    return Typed({"plain_text": Obj({"text": Str(high)}, {"emoji": flag}), "mrkdwn": mrkdwn})


CONFIRM = Obj({"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)}, {"style": STYLE})
# 150 since 2025; it was 75 (changelog of slack_sdk 3.35).
OPTION_VALUE = Str(150)
OPTION = Obj({"text": plain(75), "value": OPTION_VALUE}, {"description": plain(75)})
RICH_OPTION = Obj({"text": words(75), "value": OPTION_VALUE}, {"description": words(75)})
LINK_OPTION = Obj({"text": plain(75), "value": OPTION_VALUE}, {"description": plain(75), "url": URL})
OPTION_GROUP = Obj({"label": plain(75), "options": Items(OPTION, 100)})
DISPATCH = Obj({}, {"trigger_actions_on": Items(Str(among=("on_enter_pressed", "on_character_entered")), high=2)})
FILTER = Obj(
    {},
    {
        "include": Items(Str(among=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    [at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users")],
)
SLACK_FILE = Obj({}, {"id": Str(), "url": URL}, [exactly_one("id", "url")])

ACTION: dict[str, Shape] = {"action_id": ID}
CHOICE: dict[str, Shape] = {**ACTION, "confirm": CONFIRM, "focus_on_load": flag, "placeholder": plain(150)}
TYPING: dict[str, Shape] = {
    **ACTION,
    "focus_on_load": flag,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
}
MANY: dict[str, Shape] = {"max_selected_items": Whole(1, 100)}


def _initial_is_an_option(value: Mapping[str, Any]) -> str:
    """Slack refuses an initial option that is not exactly one of the options."""
    offered = _list(value.get("options"))
    for group in _list(value.get("option_groups")):
        offered += _list(group.get("options")) if isinstance(group, dict) else []
    first = [*_list(value.get("initial_options")), value.get("initial_option")]
    missing = [option for option in first if option is not None and option not in offered]
    return "`initial_option` must exactly match one of the options" if missing else ""


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _lengths_in_order(value: Mapping[str, Any]) -> str:
    low, high = value.get("min_length"), value.get("max_length")
    in_order = not (isinstance(low, int) and isinstance(high, int) and low > high)
    return "" if in_order else "`min_length` must not be greater than `max_length`"


STATIC: dict[str, Shape] = {"options": Items(OPTION, 100), "option_groups": Items(OPTION_GROUP, 100)}
STATIC_RULES = [exactly_one("options", "option_groups"), _initial_is_an_option]
EXTERNAL: dict[str, Shape] = {"min_query_length": Whole(0, 100)}
CONVERSATION: dict[str, Shape] = {"default_to_current_conversation": flag, "filter": FILTER}

IMAGE = Obj(
    {"alt_text": Str(2000)},
    {"image_url": URL, "slack_file": SLACK_FILE},
    [exactly_one("image_url", "slack_file")],
)

BUTTON = Obj(
    {"text": plain(75)},
    {
        **ACTION,
        "value": Str(2000),
        "url": URL,
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": Str(75),
    },
)
WORKFLOW_BUTTON = Obj(
    {
        "text": plain(75),
        "workflow": Obj({"trigger": Obj({"url": URL}, {"customizable_input_parameters": Items(Obj())})}),
    },
    {**ACTION, "style": STYLE, "accessibility_label": Str(75)},
)

SELECTS: Mapping[str, Shape] = {
    "static_select": Obj({}, CHOICE | STATIC | {"initial_option": OPTION}, STATIC_RULES),
    "multi_static_select": Obj({}, CHOICE | STATIC | MANY | {"initial_options": Items(OPTION, 100)}, STATIC_RULES),
    "external_select": Obj({}, CHOICE | EXTERNAL | {"initial_option": OPTION}),
    "multi_external_select": Obj({}, CHOICE | EXTERNAL | MANY | {"initial_options": Items(OPTION, 100)}),
    "users_select": Obj({}, CHOICE | {"initial_user": Str()}),
    "multi_users_select": Obj({}, CHOICE | MANY | {"initial_users": Items(Str())}),
    "conversations_select": Obj(
        {}, CHOICE | CONVERSATION | {"initial_conversation": Str(), "response_url_enabled": flag}
    ),
    "multi_conversations_select": Obj({}, CHOICE | CONVERSATION | MANY | {"initial_conversations": Items(Str())}),
    "channels_select": Obj({}, CHOICE | {"initial_channel": Str(), "response_url_enabled": flag}),
    "multi_channels_select": Obj({}, CHOICE | MANY | {"initial_channels": Items(Str())}),
}

CHOICES: Mapping[str, Shape] = {
    **SELECTS,
    "checkboxes": Obj(
        {"options": Items(RICH_OPTION, 10)},
        {**ACTION, "confirm": CONFIRM, "focus_on_load": flag, "initial_options": Items(RICH_OPTION, 10)},
        [_initial_is_an_option],
    ),
    "radio_buttons": Obj(
        {"options": Items(RICH_OPTION, 10)},
        {**ACTION, "confirm": CONFIRM, "focus_on_load": flag, "initial_option": RICH_OPTION},
        [_initial_is_an_option],
    ),
    "datepicker": Obj({}, CHOICE | {"initial_date": DATE}),
    "timepicker": Obj({}, CHOICE | {"initial_time": TIME, "timezone": Str()}),
    "datetimepicker": Obj(
        {},
        {**ACTION, "confirm": CONFIRM, "focus_on_load": flag, "initial_date_time": Whole(10**9, 10**10 - 1)},
    ),
}

OVERFLOW = Obj({"options": Items(LINK_OPTION, 5)}, {**ACTION, "confirm": CONFIRM})

# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element: 3,000 characters at most.
TEXTS: Mapping[str, Shape] = {
    "plain_text_input": Obj(
        {},
        TYPING
        | {"initial_value": Str(3000, low=0), "multiline": flag}
        | {"min_length": Whole(0, 3000), "max_length": Whole(1, 3000)},
        [_lengths_in_order],
    ),
    "email_text_input": Obj({}, TYPING | {"initial_value": Str()}),
    "url_text_input": Obj({}, TYPING | {"initial_value": Str()}),
    "number_input": Obj(
        {"is_decimal_allowed": flag}, TYPING | {"initial_value": Str(), "min_value": Str(), "max_value": Str()}
    ),
}
FILE_INPUT = Obj({}, {**ACTION, "filetypes": Items(Str()), "max_files": Whole(1, 10)})
