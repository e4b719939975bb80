"""What the owner of a channel's alerts reads of what became of it, beside that it is lost. Pure."""

from collections.abc import Mapping
from typing import Literal

from bot import blocks
from bot.alerts.message import Message
from bot.alerts.words import one_line
from bot.blocks import Part

ChannelEvent = Literal["renamed", "back"]
NAME_MAX = 80

_EVENTS: Mapping[ChannelEvent, tuple[str, str]] = {
    "renamed": ("was renamed", "Nothing is to be done: alerts still go there."),
    "back": ("can be posted in again", "Nothing is to be done: what it was owed is posted there now."),
}


def channel(event: ChannelEvent, channel_id: str, name: str = "") -> Message:
    """Return what became of a channel; ``name`` is its new one."""
    happened, to_do = _EVENTS[event]
    new_name = f" to {one_line(name, NAME_MAX)}" if name and event == "renamed" else ""
    emoji = blocks.emoji("white_check_mark" if event == "back" else "information_source")
    row: list[Part] = [emoji, " ", blocks.channel(channel_id), " ", blocks.bold(f"{happened}{new_name}.")]
    said = f"A channel that gets alerts {happened}{new_name}. {to_do}"
    return Message(blocks.escape(said), [blocks.lines(row), blocks.prose(to_do)])
