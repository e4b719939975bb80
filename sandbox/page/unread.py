"""What each person has not read yet."""

from collections import defaultdict
from dataclasses import dataclass

from sandbox.slack.model import Message
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True)
class Mark:
    """The count of a person's unread messages in a channel has changed."""

    user: str
    channel: str


class Unread:
    """Unread messages by person and channel. What only one person sees counts for nobody, as in Slack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._unread: defaultdict[Mark, set[str]] = defaultdict(set)

    def count(self, user: str, channel: str) -> int:
        return len(self._unread.get(Mark(user, channel), ()))

    def arrived(self, message: Message) -> list[Mark]:
        """Count a new message for everybody who sees it but its writer."""
        if message.ephemeral_to:
            return []
        marks = [
            Mark(user.id, message.channel)
            for user in self._workspace.users.values()
            if not user.is_bot and user.id != message.user and self._workspace.sees(user, message)
        ]
        for mark in marks:
            self._unread[mark].add(message.ts)
        return marks

    def gone(self, message: Message) -> list[Mark]:
        """Forget a message that was removed."""
        marks = [
            mark for mark, unread in self._unread.items() if mark.channel == message.channel and message.ts in unread
        ]
        for mark in marks:
            self._unread[mark].discard(message.ts)
        return marks

    def read(self, user: str, channel: str) -> list[Mark]:
        """Take it that a person has read a channel to its end."""
        mark = Mark(user, channel)
        return [mark] if self._unread.pop(mark, None) else []
