"""Block Kit, so that nothing from outside can break it (https://docs.slack.dev/reference/block-kit/blocks).

Foreign text goes into elements that Slack shows as they are: rich text, raw cells, plain text without emoji. Each
builder keeps Slack's limits by shortening; an empty text, which Slack refuses, becomes a dash.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Block = dict[str, Any]
Part = str | dict[str, Any]
"""A piece of a line: text as it is, or one of the elements below."""

HEADER_MAX = 150
BUTTON_MAX = 75
BUTTON_VALUE_MAX = 2000
CONTEXT_MAX = 300
VALUE_MAX = 500
CELL_MAX = 200
ALT_TEXT_MAX = 1000
PROSE_MAX = 3000
URL_MAX = 2000
BUTTONS_MAX = 25
OPTION_MAX = 75
NOTHING = "\N{EN DASH}"
TO_TYPE = re.compile("`([^`]+)`")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Leave out what no JSON or no font can carry."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def shorten(text: str, limit: int) -> str:
    """Cut a text to a number of UTF-16 units, the largest unit in which Slack may count; never empty."""
    text = clean(text)
    if not text.strip():
        return NOTHING
    if units(text) <= limit:
        return text
    while units(text) >= limit:
        # The overshoot in units is at most twice the characters to take off.
        text = text[: len(text) - max((units(text) - limit) // 2, 1)]
    return f"{text}…"


def units(text: str) -> int:
    """Count a text in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def escape(text: str) -> str:
    """Make a text safe where Slack reads mrkdwn, as in the `text` of a message; cut, since escaping lengthens it."""
    return shorten(text, PROSE_MAX).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(text: str) -> Part:
    return {"type": "text", "text": shorten(text, VALUE_MAX), "style": {"bold": True}}


def code(text: str) -> Part:
    return {"type": "text", "text": shorten(text, VALUE_MAX), "style": {"code": True}}


def user(user_id: str) -> Part:
    return {"type": "user", "user_id": user_id}


def channel(channel_id: str) -> Part:
    return {"type": "channel", "channel_id": channel_id}


def emoji(name: str) -> Part:
    return {"type": "emoji", "name": name}


def date(moment: datetime) -> Part:
    """A moment, in each reader's own time zone."""
    fallback = f"{moment:%Y-%m-%d %H:%M} UTC"
    return {
        "type": "date",
        "timestamp": int(moment.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": fallback,
    }


def link(url: str, text: str = "") -> Part:
    """A link where the address is one, else its text."""
    if not is_address(url):
        return text or url
    return {"type": "link", "url": url, "text": shorten(text or url, VALUE_MAX)}


def is_address(url: str) -> bool:
    """Whether Slack takes this as an address."""
    if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and port != 0
        and re.fullmatch(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}", parts.hostname or "") is not None
    )


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER_MAX)}


def plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def lines(*rows: Sequence[Part]) -> Block:
    """Rich text, a row of parts to a line."""
    elements: list[Block] = []
    for number, row in enumerate(rows):
        parts = [*row, "\n"] if number < len(rows) - 1 else row
        elements += [_element(part) for part in parts]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _element(part: Part) -> Block:
    if isinstance(part, str):
        return {"type": "text", "text": part if part in {"\n", " "} else shorten(part, VALUE_MAX)}
    return part


def in_words(row: Iterable[Part]) -> str:
    """A row as a text, for a notification: times in UTC, people without their names."""
    words = (part if isinstance(part, str) else part.get("fallback") or part.get("text") or "somebody" for part in row)
    return "".join(words)


def prose(text: str) -> Block:
    """A sentence of ours, in which `backticks` mark what is to be typed."""
    # Not cut where a value is: the end of a sentence holds the RequestId.
    return lines(typed(shorten(text, PROSE_MAX)))


def typed(text: str) -> list[Part]:
    """The parts of a sentence of ours, in which `backticks` mark what is to be typed."""
    parts = enumerate(TO_TYPE.split(text))
    return [code(part) if number % 2 else {"type": "text", "text": part} for number, part in parts if part]


def facts(pairs: Iterable[tuple[str, Part | Sequence[Part]]]) -> Block:
    """A line for each fact: its name in bold, its value as it is."""
    rows = []
    for name, value in pairs:
        parts = [value] if isinstance(value, str | dict) else list(value)
        rows.append([bold(f"{name}:"), " ", *(parts or [""])])
    return lines(*rows)


def context(text: str) -> Block:
    return {"type": "context", "elements": [plain(text, CONTEXT_MAX)]}


def image(url: str, alt_text: str) -> Block:
    return {"type": "image", "image_url": url, "alt_text": shorten(alt_text, ALT_TEXT_MAX)}


def button(text: str, action_id: str, value: str = "", **more: Any) -> Block:
    """A button; `more` takes style, url, confirm and accessibility_label as Slack names them."""
    if len(value) > BUTTON_VALUE_MAX:
        raise ValueError("A button's value is too long for Slack; put an ID into it, not the thing itself.")
    held = {"value": value} if value else {}
    return {"type": "button", "text": plain(text, BUTTON_MAX), "action_id": action_id, **held, **more}


def option(value: str, text: str) -> Block:
    """One choice of a select."""
    return {"text": plain(text, OPTION_MAX), "value": value}


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons[:BUTTONS_MAX])}


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """A table whose cells show text as it is; at most 99 rows and 20 columns, which no caller comes near."""
    cells = [[{"type": "raw_text", "text": shorten(cell, CELL_MAX)} for cell in row] for row in [names, *rows]]
    return {"type": "table", "rows": cells, "column_settings": [{"is_wrapped": True} for _ in names]}


def without_pictures(blocks: Iterable[Block]) -> list[Block]:
    """Leave pictures from elsewhere out: Slack refuses a whole message when it cannot fetch one."""
    return [block for block in blocks if block["type"] != "image"]


def without_tables(blocks: Iterable[Block]) -> list[Block]:
    """Make lines of tables, which Slack shows in messages only."""
    return [_table_as_lines(block) if block["type"] == "table" else block for block in blocks]


def _table_as_lines(shown: Block) -> Block:
    rows = [[part for cell in row for part in (cell["text"], " · ")][:-1] for row in shown["rows"]]
    return lines(*rows)
