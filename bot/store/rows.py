"""What the store gives and takes: frozen values, one for each table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AlarmKind = Literal["cams_silent", "key_refused", "push_silent", "outbox_late"]
Kind = Literal[
    "review",
    "poll_failing",
    "poll_recovered",
    "cams_silent",
    "cams_answers",
    "key_refused",
    "key_accepted",
    "outbox_late",
    "outbox_moves",
    "push_silent",
    "push_again",
]
JournalState = Literal["sending", "unknown", "made", "closed"]
AlertState = Literal["owed", "bundled", "delivered", "failed"]
PostState = Literal["owed", "sent", "dropped"]
PostKind = Literal["card", "line", "news", "change", "flood", "part", "digest", "reminder", "notice"]
Mode = Literal["card", "each", "digest"]
Source = Literal["poll", "push", "person"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel that is told what changes in a space."""

    space_id: str
    channel_id: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """What was last seen of a space's WABA. Before the first sight the texts are empty and the times None."""

    space_id: str
    waba_id: str = ""
    waba_name: str = ""
    # PENDING, APPROVED, REJECTED or DISABLED today; a status that CAMS adds tomorrow is kept as it came.
    review_status: str = ""
    # When we first saw this status. CAMS does not tell since when a WABA has had it.
    status_since: datetime | None = None
    first_seen_at: datetime | None = None
    looked_at: datetime | None = None
    failing_since: datetime | None = None
    failure: str = ""
    failure_told: bool = False
    # When it is looked at next, None for at once; the rest is of the claim under way, and of a push not yet followed.
    due_at: datetime | None = None
    lease_until: datetime | None = None
    fence: int = 0
    pushed_at: datetime | None = None

    @property
    def position(self) -> tuple[str, str, datetime | None]:
        """What an answer is compared with: where it differs, somebody else has recorded a move since."""
        return self.waba_id, self.review_status, self.status_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something worth telling.

    For `review`, `before` and `after` are the two statuses and `before_since` is when the old one was first seen;
    `at_least` says that it was there already at the first sight. For the two poll kinds `before_since` is the first
    failure, `detail` the latest one, and both statuses are the last that was seen. The other kinds are of the bot as a
    whole: `before_since` and `detail` are those of the alarm, and the rest is empty.
    """

    kind: Kind
    waba_id: str
    waba_name: str
    before: str
    after: str
    before_since: datetime | None
    at_least: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What led to the look that saw a change.

    Of a push: when it came, and when the WABA would have been looked at without it.
    """

    source: Source = "poll"
    pushed_at: datetime | None = None
    poll_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callbacks of CAMS that came together: how many accounts they named, and how many of those are watched."""

    at: datetime
    named: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Change):
    """A change as it was recorded."""

    id: int
    space_id: str
    seen_at: datetime
    # As of Origin.
    source: Source = "poll"
    pushed_at: datetime | None = None
    poll_due_at: datetime | None = None


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
    """What somebody did with a card: ack, unack, assign, snooze, unsnooze, refresh."""

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


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trouble of the bot as a whole that stands: since when, and what is known of it."""

    kind: AlarmKind
    since: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, where, on what, whether they were allowed to, and how it ended."""

    at: datetime
    user_id: str
    team_id: str
    channel_id: str
    entry: str
    act: str
    target: str
    allowed: bool
    outcome: str
    request_id: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Space:
    """A space of the register. What CAMS has not told is empty, a time that never was None."""

    space_id: str
    name: str = ""
    state: str = ""
    waba_id: str = ""
    waba_name: str = ""
    review_status: str = ""
    listed_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpaceNumber:
    """A telephone number (digits only) and its space. The states are as CAMS writes them, empty where it did not."""

    phone_number: str
    space_id: str
    verified_name: str = ""
    status: str = ""
    quality: str = ""
    verification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A write that somebody asked for. `content` tells two apart: a message, or how a verification code comes."""

    operation: str
    phone_number: str
    space_id: str
    content: str
    user_id: str
    channel_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Wanted):
    """A write as the journal holds it.

    `known_before` are the codes with this message that were there before, None where they could not be seen; `code` is
    the one that it made, "" before that is known; `sends` counts how often it was sent, `sent_at` is the last time.
    """

    id: int
    known_before: frozenset[str] | None
    state: JournalState
    code: str
    begun_at: datetime
    sent_at: datetime
    sends: int
    lease_until: datetime | None
    attempts: int
