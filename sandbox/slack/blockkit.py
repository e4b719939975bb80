"""Says what Slack would refuse in blocks and views: https://docs.slack.dev/reference/block-kit.

Limits are those of the pages, unless a comment names another source. Where the pages say nothing the check is the
stricter one, so what passes here passes there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sandbox.slack import elements as e
from sandbox.slack.forms import elements
from sandbox.slack.model import Json
from sandbox.slack.rich_text import CELL, RICH_TEXT_PARTS
from sandbox.slack.shapes import Items, Obj, Shape, Str, Typed, anything, at_least_one, complaint, exactly_one, flag

Surface = Literal["message", "modal", "home"]

BLOCK_LIMITS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
# Not documented: slackapi/bolt-js issue 2509 saw `msg_blocks_too_long` at 13,297 characters.
MESSAGE_TEXT_LIMIT = 13_000
MARKDOWN_LIMIT = 12_000
# https://docs.slack.dev/reference/block-kit/blocks/table-block: all cells of all tables of a message together.
TABLE_TEXT_LIMIT = 10_000

BLOCK: dict[str, Shape] = {"block_id": e.ID}
PRESSED: dict[str, Shape] = {
    **e.CHOICES,
    "button": e.BUTTON,
    "overflow": e.OVERFLOW,
    "workflow_button": e.WORKFLOW_BUTTON,
}
ACTIONS = Typed(PRESSED)
ACCESSORIES = Typed({**PRESSED, "image": e.IMAGE})
RICH_INPUT = Obj({}, {**e.TYPING, "initial_value": Obj({"elements": RICH_TEXT_PARTS})})
INPUTS = Typed({**e.CHOICES, **e.TEXTS, "file_input": e.FILE_INPUT, "rich_text_input": RICH_INPUT})
# The page names no limit for these texts; 2,000 is what a section's fields may have.
CONTEXT = Typed({"image": e.IMAGE, "plain_text": e.words(2000), "mrkdwn": e.words(2000)})
COLUMN = Obj({}, {"align": Str(among=("left", "center", "right")), "is_wrapped": flag})


def _dispatches_no_files(block: Mapping[str, Any]) -> str:
    element = block.get("element")
    is_file = isinstance(element, dict) and element.get("type") == "file_input"
    return "`dispatch_action` cannot be used with `file_input`" if is_file and block.get("dispatch_action") else ""


BLOCKS: Mapping[str, Shape] = {
    "actions": Obj({"elements": Items(ACTIONS, 25)}, BLOCK),
    "context": Obj({"elements": Items(CONTEXT, 10)}, BLOCK),
    "divider": Obj({}, BLOCK),
    "file": Obj({"external_id": Str(), "source": Str(among=("remote",))}, BLOCK),
    "header": Obj({"text": e.plain(150)}, BLOCK),
    "image": Obj(
        {"alt_text": Str(2000)},
        {**BLOCK, "title": e.plain(2000), "image_url": e.URL, "slack_file": e.SLACK_FILE},
        [exactly_one("image_url", "slack_file")],
    ),
    "input": Obj(
        {"label": e.plain(2000), "element": INPUTS},
        {**BLOCK, "hint": e.plain(2000), "optional": flag, "dispatch_action": flag},
        [_dispatches_no_files],
    ),
    "markdown": Obj({"text": Str(MARKDOWN_LIMIT)}, BLOCK),
    "rich_text": Obj({"elements": RICH_TEXT_PARTS}, BLOCK),
    "section": Obj(
        {},
        {
            **BLOCK,
            "text": e.words(3000),
            "fields": Items(e.words(2000), 10),
            "accessory": ACCESSORIES,
            "expand": flag,
        },
        [at_least_one("text", "fields")],
    ),
    "table": Obj({"rows": Items(Items(CELL, 20), 100)}, {**BLOCK, "column_settings": Items(COLUMN, 20)}),
}
# Everything else may stand on each surface.
ONLY_ON: Mapping[str, frozenset[Surface]] = {
    "file": frozenset({"message"}),
    "markdown": frozenset({"message"}),
    "table": frozenset({"message"}),
}

VIEW_FIELDS: dict[str, Shape] = {
    "private_metadata": Str(3000, low=0),
    "callback_id": Str(255, low=0),
    "external_id": Str(255, low=0),
}
VIEWS: Mapping[str, Shape] = {
    "modal": Obj(
        {"title": e.plain(24), "blocks": Items(anything, low=0)},
        VIEW_FIELDS
        | {"submit": e.plain(24), "close": e.plain(24), "submit_disabled": flag}
        | {"clear_on_close": flag, "notify_on_close": flag},
    ),
    "home": Obj({"blocks": Items(anything, low=0)}, VIEW_FIELDS),
}


def problems(blocks: Sequence[Json], surface: Surface) -> list[str]:
    """Return what Slack would refuse in `blocks` on a surface, in the words of its error messages; empty if nothing."""
    return _block_problems(blocks, surface, "/blocks")


def view_problems(view: Json) -> list[str]:
    """Return what Slack would refuse in the body of a modal or a Home tab."""
    shape = VIEWS.get(str(view.get("type")))
    if shape is None:
        return [complaint(f"unsupported type: {view.get('type')}", "/view/type")]
    found = list(shape(view, "/view"))
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return found
    found += _block_problems(blocks, view["type"], "/view/blocks")
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if view["type"] == "modal" and has_input and "submit" not in view:
        found.append(complaint("must define `submit` to use an `input` block in modals", "/view"))
    return found


def option_problems(answer: Json) -> list[str]:
    """Return what Slack would refuse in an app's answer to block_suggestion."""
    groups = Items(e.OPTION_GROUP, 100, low=0)
    shape = Obj(
        {}, {"options": Items(e.OPTION, 100, low=0), "option_groups": groups}, [exactly_one("options", "option_groups")]
    )
    return list(shape(answer, ""))


def _block_problems(blocks: Sequence[Any], surface: Surface, at: str) -> list[str]:
    """What is wrong with single blocks; only where that is nothing, what is wrong with them together."""
    found = []
    if len(blocks) > BLOCK_LIMITS[surface]:
        found.append(complaint(f"no more than {BLOCK_LIMITS[surface]} items allowed", at))
    for index, block in enumerate(blocks):
        found += Typed(BLOCKS)(block, f"{at}/{index}")
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        if surface not in ONLY_ON.get(kind, {surface}):
            found.append(complaint(f"unsupported type: {kind}", f"{at}/{index}/type"))
    return found or [*_repeated(blocks, surface, at), *_too_much(blocks, at)]


def _repeated(blocks: Sequence[Json], surface: Surface, at: str) -> Iterator[str]:
    """Block IDs are unique; action IDs are unique within their block; one element takes the focus."""
    for block_id in _twice(block.get("block_id") for block in blocks):
        yield complaint(f"`block_id` {block_id} already exists", at)
    placed = list(elements(blocks))
    for block in blocks:
        for action_id in _twice(element.get("action_id") for holder, element in placed if holder is block):
            yield complaint(f"`action_id` {action_id} already exists for other interactive elements", at)
    if sum(bool(element.get("focus_on_load")) for _, element in placed) > 1:
        yield complaint("only one element may set `focus_on_load`", at)
    if surface != "modal" and any(element["type"] == "file_input" for _, element in placed):
        yield complaint("unsupported type: file_input", at)


def _twice(names: Iterable[str | None]) -> list[str]:
    return [name for name, times in Counter(names).items() if name is not None and times > 1]


def _too_much(blocks: Sequence[Json], at: str) -> Iterator[str]:
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        yield complaint("only one table block allowed", at)
    if text_length(tables) > TABLE_TEXT_LIMIT:
        yield complaint(f"table cells must have less than {TABLE_TEXT_LIMIT + 1} characters together", at)
    if text_length([block for block in blocks if block["type"] == "markdown"]) > MARKDOWN_LIMIT:
        yield complaint(f"markdown blocks must have less than {MARKDOWN_LIMIT + 1} characters together", at)


def text_length(part: Any) -> int:
    """Return how many characters of `text` there are in blocks, or in any part of them."""
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(text_length(item) for item in part.values())
    return sum(text_length(item) for item in part) if isinstance(part, list | tuple) else 0


def slack_files(part: Any) -> Iterator[Json]:
    """Yield the references to uploaded files in blocks."""
    if isinstance(part, dict):
        if isinstance(part.get("slack_file"), dict):
            yield part["slack_file"]
        for item in part.values():
            yield from slack_files(item)
    elif isinstance(part, list):
        for item in part:
            yield from slack_files(item)
