"""The messages of a workspace: written, changed, removed, seen."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.slack.model import SLACKBOT, Clock, Message
from sandbox.slack.notices import Notices

# Not documented, but seen in histories: what is left of a deleted message that has replies.
TOMBSTONE = "tombstone"
TOMB: Mapping[str, Any] = {
    "subtype": TOMBSTONE,
    "user": SLACKBOT,
    "text": "This message was deleted.",
    "blocks": (),
    "attachments": (),
    "files": (),
    "bot_id": "",
    "metadata": None,
    "edited_ts": "",
}


class Timeline:
    """Every message, oldest first, with `ts` unique and rising as Slack promises."""

    def __init__(self, clock: Clock, notices: Notices) -> None:
        self._clock = clock
        self._notices = notices
        self._last_micros = 0
        self._messages: dict[tuple[str, str], Message] = {}
        self._channels: dict[str, dict[str, Message]] = {}
        self._threads: dict[tuple[str, str], dict[str, Message]] = {}

    def next_ts(self) -> str:
        """Return a new time stamp, later than all before."""
        micros = int(self._clock().timestamp() * 1_000_000)
        self._last_micros = max(micros, self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, **more: Any) -> Message:
        """Add a message; `more` are further fields of Message."""
        message = Message(channel, self.next_ts(), user, text, **more)
        self._keep(message)
        self._notices.tell("message", message)
        return message

    def change(self, message: Message, **changes: Any) -> Message:
        """Replace a message by one with other fields, in its old place."""
        changed = replace(message, **changes)
        self._keep(changed)
        self._notices.tell("message_changed", changed)
        return changed

    def remove(self, message: Message) -> None:
        """Delete a message. One that has replies leaves a tombstone, which goes with the last of them."""
        if self.replies(message):
            self.change(message, **TOMB)
            return
        del self._messages[message.channel, message.ts]
        del self._channels[message.channel][message.ts]
        self._threads.get(_thread_of(message), {}).pop(message.ts, None)
        self._notices.tell("message_deleted", message)
        begun = self.get(*_thread_of(message))
        if begun is not None and begun.subtype == TOMBSTONE and not self.replies(begun):
            self.remove(begun)

    def get(self, channel: str, ts: str) -> Message | None:
        """Return a message as it stands now, or None where there is none."""
        return self._messages.get((channel, ts))

    def _keep(self, message: Message) -> None:
        self._messages[message.channel, message.ts] = message
        self._channels.setdefault(message.channel, {})[message.ts] = message
        if message.is_reply and not message.ephemeral_to:
            self._threads.setdefault(_thread_of(message), {})[message.ts] = message

    def in_channel(self, channel: str) -> list[Message]:
        """Return the messages of a channel, oldest first."""
        return list(self._channels.get(channel, {}).values())

    def replies(self, message: Message) -> list[Message]:
        """Return the replies to a message that everybody sees, oldest first."""
        return list(self._threads.get((message.channel, message.ts), {}).values())

    def all(self, wanted: Callable[[Message], bool] = lambda _: True) -> list[Message]:
        """Return messages, oldest first."""
        return [message for message in self._messages.values() if wanted(message)]


def _thread_of(message: Message) -> tuple[str, str]:
    return message.channel, message.thread_ts
