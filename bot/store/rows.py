"""What the store gives and takes: frozen values, one for each table; those of delivery are in bot.store.delivery."""

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
