"""How an alert names things: short enough that what matters is never cut off."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import blocks
from bot.blocks import Part
from bot.store import Transition

USER = re.compile(r"[UW][A-Z0-9]+")
CHANNEL = re.compile(r"[CDG][A-Z0-9]+")
NAME_MAX = 80
STATUS_MAX = 30
MODES: Mapping[str, str] = {
    "card": "One card for each account, edited in place",
    "each": "A message for each change",
    "digest": "A daily digest only",
}
CONSOLE = "https://chatapp.console.alibabacloud.com/CustomerList"


def one_line(text: str, limit: int) -> str:
    """Return a text of others on one line, cut to a number of UTF-16 units."""
    return blocks.shorten(" ".join(blocks.clean(text).split()), limit)


def name_of(waba_name: str, space_id: str) -> str:
    """Return the name of a WABA, which is its space's ID where CAMS tells none."""
    return one_line(waba_name if waba_name.strip() else space_id, NAME_MAX)


def status_of(status: str) -> str:
    return one_line(status, STATUS_MAX)


def move(change: Transition) -> str:
    """Say what a change was from and to."""
    if change.kind == "review":
        return f"{status_of(change.before)} → {status_of(change.after)}"
    return {"poll_failing": "cannot be read", "poll_recovered": "can be read again"}.get(
        change.kind, change.kind.replace("_", " ")
    )


def moment(at: datetime) -> str:
    """A time where no block can show it in the reader's own zone."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def lasting(time: timedelta) -> str:
    """Say how long something took, in its two largest units."""
    minutes = max(int(time.total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    counted = [(days, "day"), (hours, "hour"), (rest, "minute")]
    said = [f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in counted if count]
    return " ".join(said[:2]) or "less than a minute"


def how_to_watch(space_id: str = "<space>") -> str:
    return f"Type `/cams watch {space_id}` in the channel that should know."


def unknown_space(text: str) -> str:
    return f"I know no space “{one_line(text, NAME_MAX)}”. `/cams spaces` lists those that I know."


def shortly(time: timedelta) -> str:
    """Say how long something took, in seconds where it was less than a minute."""
    return f"{time.total_seconds():.0f} s" if time < timedelta(minutes=1) else lasting(time)


def person(user_id: str) -> Part:
    return blocks.user(user_id) if USER.fullmatch(user_id) else "somebody"


def place(channel_id: str) -> Part:
    return blocks.channel(channel_id) if CHANNEL.fullmatch(channel_id) else "another channel"


def console_button() -> blocks.Block:
    return blocks.button("Open in console", "console", url=CONSOLE)
