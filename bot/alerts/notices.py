"""What a channel reads of the bot's own troubles. Pure: values in, messages out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from bot import blocks
from bot.alerts.message import Message
from bot.alerts.words import lasting, one_line
from bot.blocks import Part

ChannelEvent = Literal["archived", "deleted", "removed", "renamed", "back"]
NAME_MAX = 80

_EVENTS: Mapping[ChannelEvent, tuple[str, str]] = {
    "archived": ("was archived", "Unarchive it, or send the alerts elsewhere: `/cams watch` there, then say so here."),
    "deleted": ("was deleted", "Send its alerts elsewhere: type `/cams watch` in the channel that should know."),
    "removed": ("has put me out", "Invite me again with `/invite`, or type `/cams watch` in another channel."),
    "renamed": ("was renamed", "Nothing is to be done: alerts still go there."),
    "back": ("can be posted in again", "Nothing is to be done: what it was owed is posted there now."),
}


def notice(title: str, *rows: str, emoji: str = "warning") -> Message:
    """Return a trouble of the bot: what, then a line each for what it means and what to do.

    `backticks` in a row mark what is to be typed.
    """
    said = " ".join([title, *rows])
    return Message(
        blocks.escape(said.replace("`", "")),
        [blocks.lines([blocks.emoji(emoji), " ", blocks.bold(title)]), *(blocks.prose(row) for row in rows)],
    )


def channel(event: ChannelEvent, channel_id: str, goes_to: str = "", name: str = "") -> Message:
    """Return what became of a channel, where its alerts go now ("" for nowhere), and what to do."""
    happened, to_do = _EVENTS[event]
    new_name = f" to {one_line(name, NAME_MAX)}" if name and event == "renamed" else ""
    row: list[Part] = [
        blocks.emoji("white_check_mark" if event == "back" else "warning"),
        " ",
        blocks.channel(channel_id),
        " ",
        blocks.bold(f"{happened}{new_name}."),
    ]
    said = f"A channel that gets alerts {happened}{new_name}. {to_do}".replace("`", "")
    return Message(blocks.escape(said), [blocks.lines(row, _destination(event, goes_to)), blocks.prose(to_do)])


def _destination(event: ChannelEvent, goes_to: str) -> list[Part]:
    if event in {"renamed", "back"}:
        return ["Its alerts go there as before."]
    if goes_to:
        return ["Its alerts go to ", blocks.channel(goes_to), " meanwhile."]
    return ["Its alerts are kept and go nowhere meanwhile: no channel is set for that (BOT_ALERT_CHANNEL)."]


def outbox_late(oldest: datetime, owed: int, now: datetime) -> Message:
    """Return that alerts wait for longer than they should."""
    return notice(
        f"{owed} messages wait to be posted, the oldest for {lasting(now - oldest)}.",
        "Slack does not take them as fast as they come, or not at all. None is lost; they are posted in order.",
        "What to do: `/cams alerts` names what holds them up.",
    )


def push_silent(last: datetime | None, missed: int, now: datetime) -> Message:
    """Return that changes are found by looking only, of which CAMS should have told us."""
    heard = f"for {lasting(now - last)}" if last else "at all"
    return notice(
        f"CAMS has not called back {heard}, and {missed} changes were found by looking meanwhile.",
        "Alerts still come, but later: as often as each space is looked at.",
        "What to do: compare the callback address in the console with this bot's, and whether it can be reached.",
    )


def permission_missing(action: str) -> Message:
    """Return which permission the AccessKey lacks, by the name of the operation."""
    name = one_line(action, NAME_MAX)
    return notice(
        f"The AccessKey may not call {name}.",
        "What depends on it does not work, and says so where it is asked for.",
        f"What to do: allow the action `cams:{name}` in a RAM policy of the bot's user, and attach it.",
    )
