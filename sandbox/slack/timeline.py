"""The messages of a workspace: written, changed, removed, seen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.slack.model import Clock, Message
from sandbox.slack.notices import Notices


class Timeline:
    """Every message, oldest first, with `ts` unique and rising as Slack promises."""

    def __init__(self, clock: Clock, notices: Notices) -> None:
        self._clock = clock
        self._notices = notices
        self._last_micros = 0
        self._messages: dict[tuple[str, str], Message] = {}
        self._channels: dict[str, dict[str, Message]] = {}
        self._replies: Counter[tuple[str, str]] = Counter()

    def next_ts(self) -> str:
        """Return a new time stamp, later than all before."""
        micros = int(self._clock().timestamp() * 1_000_000)
        self._last_micros = max(micros, self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, **more: Any) -> Message:
        """Add a message; `more` are further fields of Message."""
        message = Message(channel, self.next_ts(), user, text, **more)
        self._keep(message)
        self._count_reply(message, 1)
        self._notices.tell("message", message)
        return message

    def change(self, message: Message, **changes: Any) -> Message:
        """Replace a message by one with other fields, in its old place."""
        changed = replace(message, **changes)
        self._keep(changed)
        self._notices.tell("message_changed", changed)
        return changed

    def remove(self, message: Message) -> None:
        del self._messages[message.channel, message.ts]
        del self._channels[message.channel][message.ts]
        self._count_reply(message, -1)
        self._notices.tell("message_deleted", message)

    def get(self, channel: str, ts: str) -> Message | None:
        """Return a message as it stands now, or None where there is none."""
        return self._messages.get((channel, ts))

    def _keep(self, message: Message) -> None:
        self._messages[message.channel, message.ts] = message
        self._channels.setdefault(message.channel, {})[message.ts] = message

    def _count_reply(self, message: Message, by: int) -> None:
        if message.thread_ts and not message.ephemeral_to:
            self._replies[message.channel, message.thread_ts] += by

    def in_channel(self, channel: str) -> list[Message]:
        """Return the messages of a channel, oldest first."""
        return list(self._channels.get(channel, {}).values())

    def replies(self, message: Message) -> int:
        """Count the replies to a message that everybody sees."""
        return self._replies[message.channel, message.ts]

    def all(self, wanted: Callable[[Message], bool] = lambda _: True) -> list[Message]:
        """Return messages, oldest first."""
        return [message for message in self._messages.values() if wanted(message)]
