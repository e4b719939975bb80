"""A message to a channel, and how the outbox keeps it."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bot.blocks import Block


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says. ``text`` is its notification, safe where Slack reads mrkdwn; ``blocks`` is what is shown."""

    text: str
    blocks: Sequence[Block]

    @property
    def said(self) -> str:
        """The notification as it is read, unsafe where Slack reads mrkdwn."""
        return html.unescape(self.text)

    def dumps(self) -> str:
        """Return it as the outbox keeps it."""
        return json.dumps({"text": self.text, "blocks": list(self.blocks)}, ensure_ascii=False)

    @classmethod
    def loads(cls, kept: str) -> Self:
        """Read back what `dumps` gave."""
        read = json.loads(kept)
        return cls(read["text"], read["blocks"])


class HistoryUnreadableError(Exception):
    """Slack does not let us read back what we have posted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way: what it says, the mark that it is found by, which changes it tells, where it stands."""

    message: Message
    mark: str
    changes: Sequence[int] = ()
    thread_ts: str = ""
    # Shown in the channel as well as in its thread.
    broadcast: bool = False
