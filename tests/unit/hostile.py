"""Text as nobody would wish it, and what Slack says to blocks that were made of it.

The local Slack's validator counts characters. Slack does not say in which unit it counts, so here each character
outside the basic plane weighs two, as in UTF-16: the strictest reader has to be content.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from bot.cams.models import Profile, QrCode, Waba
from bot.statuses import MEANINGS
from bot.store import Card, CardAct, Transition, Watch
from sandbox.slack import blockkit

NASTY = (
    "",
    "   ",
    "\n\n",
    "\u200b",
    "<!channel> <@U012ABC> <https://example.com|here> & &amp; &lt;b&gt;",
    "*bold* _italic_ ~struck~ `code` ```block``` > quote :smile:",
    "`",
    "``` ` ``",
    "\0\x07\x1b[31m",
    "\ud800 half",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f600" * 10_000,
    "x" * 10_000,
    "&" * 10_000,
    "<" * 10_000,
    "\n" * 10_000,
    "`" * 10_000,
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "e" + "\u0301" * 10_000,
    "https://example.com/" + "a" * 10_000,
    "http://[::1",
    "https://example.com:99999999/",
    'https://example.com/"<>|',
    "javascript:alert(1)",
)
TEXT = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=200)
NAME = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=128)
"""A space ID as the forms take it."""

TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its zone is beside it
QR_CODES = st.builds(QrCode, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
RATES = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=3), max_size=3)
WABAS = st.builds(Waba, *[TEXT] * 10, RATES)
TRANSITIONS = st.builds(
    Transition,
    kind=st.sampled_from(
        ["review", "poll_failing", "poll_recovered", "cams_silent", "cams_answers", "key_refused", "key_accepted"]
    ),
    waba_id=TEXT,
    waba_name=TEXT,
    before=TEXT,
    after=TEXT | st.sampled_from(sorted(MEANINGS)),
    before_since=st.none() | TIMES,
    at_least=st.booleans(),
    detail=TEXT,
    id=st.integers(1),
    space_id=NAME,
    seen_at=TIMES,
)
_USER = st.sampled_from(["U012ABC", "W012ABC"])
CARDS = st.builds(
    Card,
    id=st.integers(1, 2**63 - 1),
    space_id=NAME,
    channel_id=st.just("C012ABC"),
    waba_id=TEXT,
    waba_name=TEXT,
    state=st.sampled_from(["open", "closed"]),
    status=TEXT | st.sampled_from(sorted(MEANINGS)),
    before=TEXT,
    status_since=TIMES,
    changes=st.integers(1, 2**31),
    opened_at=TIMES,
    closed_at=st.none() | TIMES,
    acked_by=st.just("") | _USER,
    acked_at=st.none() | TIMES,
    assigned_to=st.just("") | _USER,
    snoozed_by=st.just("") | _USER,
    snoozed_until=st.none() | TIMES,
    snoozed_to_change=st.booleans(),
    show_at=TIMES,
)
CARD_ACTS = st.builds(
    CardAct,
    id=st.integers(1),
    card_id=st.integers(1),
    at=TIMES,
    user_id=_USER,
    act=st.sampled_from(["ack", "unack", "assign", "snooze", "unsnooze", "refresh", "watch", "unwatch", "mode", "x"]),
    detail=st.sampled_from(["", "U012ABC", "C012ABC", "each", "2026-11-20T12:00:00+00:00", "change"]) | TEXT,
)
WATCHES = st.builds(
    Watch,
    space_id=st.just("cams-1"),
    waba_name=TEXT,
    review_status=TEXT,
    first_seen_at=st.none() | TIMES,
    looked_at=st.none() | TIMES,
    failing_since=st.none() | TIMES,
    failure=TEXT,
)
PROFILES = st.builds(Profile, *[TEXT] * 6, st.lists(TEXT, max_size=8).map(tuple))


def message_problems(blocks: Sequence[dict[str, Any]], text: str = "x") -> list[str]:
    """What Slack would refuse in a message."""
    heavy = _weighed(list(blocks))
    found = blockkit.problems(heavy, "message")
    if blockkit.text_length(heavy) > blockkit.MESSAGE_TEXT_LIMIT:
        found.append(f"{blockkit.text_length(heavy)} characters are too many for a message")
    if not 0 < len(_weighed(text)) <= 40_000:
        found.append("the text is empty or too long")
    return found + _untransportable([text, *blocks]) + _refused_by_the_sdk(blocks) + list(_badly_dated(blocks))


def _badly_dated(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What reads badly once Slack writes a date as “today at 10:03 AM”."""
    for block in blocks:
        for section in block["elements"] if block["type"] == "rich_text" else ():
            for before, after in pairwise(section["elements"]):
                if after["type"] == "date" and before.get("text", "").endswith("at "):
                    yield f"“at today at”, behind {before['text']!r}"


def view_problems(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a modal."""
    SdkView(**view).validate_json()
    return blockkit.view_problems(_weighed(view)) + _untransportable(view) + _refused_by_the_sdk(view["blocks"])


def _weighed(part: Any) -> Any:
    if isinstance(part, str):
        return "".join("xx" if char > "\uffff" else char for char in part)
    if isinstance(part, dict):
        return {key: _weighed(value) for key, value in part.items()}
    return [_weighed(value) for value in part] if isinstance(part, list) else part


def _untransportable(part: Any) -> list[str]:
    try:
        json.dumps(part, ensure_ascii=False).encode()
    except ValueError as error:
        return [str(error)]
    return []


def _refused_by_the_sdk(blocks: Sequence[dict[str, Any]]) -> list[str]:
    parsed = [SdkBlock.parse(block) for block in blocks]
    for block in parsed:
        if block is not None:
            block.validate_json()
    return ["a block that slack_sdk does not know"] if None in parsed else []
