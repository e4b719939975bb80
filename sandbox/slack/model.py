"""What a workspace holds, as values. A change makes a new value, so an old one stays a snapshot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
Clock = Callable[[], datetime]

# Who Slack itself speaks as.
SLACKBOT = "USLACKBOT"
SLACKBOT_NAME = "Slackbot"

COMMAND_SCOPES = (
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:read",
    "usergroups:read",
    "users:read",
)


def utc_now() -> datetime:
    """Return the present. The one place in this package that reads the clock of the machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Team:
    """A workspace as others see it; `domain` is the word before .slack.com."""

    id: str
    domain: str
    name: str


@dataclass(frozen=True)
class User:
    """A member. A guest has `is_restricted`, somebody of another workspace (Slack Connect) `is_stranger`."""

    id: str
    name: str
    real_name: str
    team_id: str
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    locale: str = "en-US"
    title: str = ""
    tz: str = "Etc/UTC"


@dataclass(frozen=True)
class UserGroup:
    """A user group (Slack: subteam) and the IDs of its users."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()
    is_disabled: bool = False


@dataclass(frozen=True)
class Channel:
    """A conversation and the IDs of its members; a direct message has `is_im`. `created` are seconds since 1970."""

    id: str
    name: str
    members: frozenset[str] = frozenset()
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    creator: str = ""
    created: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether only its members know of it."""
        return self.is_private or self.is_im


@dataclass(frozen=True)
class ChannelChange:
    """What somebody (a user's ID, empty where nobody is known) has made of a channel."""

    before: Channel
    after: Channel
    by: str = ""


@dataclass(frozen=True)
class Message:
    """A message as it now stands. `ephemeral_to` names the only user who sees it, if there is one.

    `subtype` is "" for most, thread_broadcast for a reply that the channel shows too, and tombstone for what is left
    of a deleted message that has replies.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: Sequence[Json] = ()
    bot_id: str = ""
    attachments: Sequence[Json] = ()
    metadata: Json | None = None
    files: Sequence[str] = ()
    ephemeral_to: str = ""
    thread_ts: str = ""
    edited_ts: str = ""
    subtype: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread that another message began."""
        return self.thread_ts not in {"", self.ts}


@dataclass(frozen=True)
class File:
    """A file; `content` is None until the bytes have come, `shares` holds (channel, ts of the message)."""

    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    is_complete: bool = False
    shares: Sequence[tuple[str, str]] = ()


State = Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True)
class View:
    """A modal or a Home tab as one person has it.

    `body` is what the app sent, with IDs given to blocks that had none; `state` is what the fields hold now
    ({block_id: {action_id: value}}, Slack's `view.state.values`); `errors` are the last complaints by block_id, of the
    app or of Slack's own client.
    """

    id: str
    user: str
    hash: str
    body: Json
    state: State
    channel: str = ""
    root_id: str = ""
    previous_id: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.body.get("type", ""))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.body.get("blocks", []))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id", ""))
