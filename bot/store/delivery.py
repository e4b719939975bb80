"""What is delivered: alerts, the posts that are made of them, their cards, the channels that they go to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.rows import Transition

AlertState = Literal["owed", "bundled", "delivered", "failed"]
PostState = Literal["owed", "sent", "dropped"]
PostKind = Literal["card", "line", "news", "change", "flood", "part", "digest", "reminder", "notice"]
Mode = Literal["card", "each", "digest"]


@dataclass(frozen=True, slots=True)
class Alert:
    """What is owed to one channel for one transition: `owed` until a post is made of it, `delivered` with that.

    `attempts` counts the claims of versions that posted alerts themselves.
    """

    id: int
    channel_id: str
    state: AlertState
    due_at: datetime
    lease_until: datetime | None
    attempts: int
    message_ts: str | None
    delivered_at: datetime | None
    error: str
    post_id: int | None
    transition: Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """A message to be owed. What has a ``key`` is said once only."""

    channel_id: str
    kind: PostKind
    content: str
    parent_id: int | None = None
    card_id: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that a channel is owed. `content` is JSON: its text and blocks.

    `fence` grows with each claim: who holds an older one has lost the post. `failures` counts attempts in a row that
    failed; `tried_at` is the first attempt whose outcome is unknown: since then a message of it may be there,
    newer than ``after_ts`` (None: whatever its age).
    `channel_id` differs from `meant_for` where the latter cannot take it. `parent_ts` is the message in whose thread it
    stands, "" for none.
    """

    id: int
    channel_id: str
    meant_for: str
    kind: PostKind
    parent_id: int | None
    card_id: int | None
    key: str | None
    content: str
    state: PostState
    created_at: datetime
    due_at: datetime
    lease_until: datetime | None
    fence: int
    failures: int
    tried_at: datetime | None
    after_ts: str | None
    message_ts: str | None
    sent_at: datetime | None
    error: str
    parent_ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one channel sees of one WABA, from the first bad change until all is well again.

    `changes` counts them. Texts are empty and times None where nobody did it. `version` grows with each change of this
    row, `shown` is the one that Slack shows; it is shown again from `show_at` on.
    """

    id: int
    space_id: str
    channel_id: str
    waba_id: str
    waba_name: str
    state: Literal["open", "closed"]
    status: str
    before: str
    status_since: datetime
    changes: int
    opened_at: datetime
    closed_at: datetime | None = None
    acked_by: str = ""
    acked_at: datetime | None = None
    assigned_to: str = ""
    snoozed_by: str = ""
    snoozed_until: datetime | None = None
    snoozed_to_change: bool = False
    reminders: int = 0
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    stuck_told_at: datetime | None = None
    version: int = 1
    shown: int = 0
    show_at: datetime
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAct:
    """What somebody did with a card: ack, unack, assign, snooze, unsnooze, refresh; or what ended it.

    That is watch (another channel, in `detail`), unwatch, or mode (of the channel, in `detail`).
    """

    id: int
    card_id: int
    at: datetime
    user_id: str
    act: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How a channel wants its alerts. Times of day are HH:MM in its time zone, "" for never; minutes 0 for never.

    `broken_since` and `broken_because` tell that nothing can be posted there, `broken_told_at` when its owner was told.
    """

    channel_id: str
    mode: Mode = "card"
    time_zone: str = "UTC"
    digest_at: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    remind_after: int = 60
    escalate_after: int = 240
    escalate_to: str = ""
    broken_since: datetime | None = None
    broken_because: str = ""
    broken_told_at: datetime | None = None
