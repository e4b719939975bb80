"""The tables. Their columns carry the names of the fields in rows.py; a migration follows every change here."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, text

from bot.store.columns import ForeignText, Key, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("space_id", ForeignText, primary_key=True),
    Column("channel_id", ForeignText, primary_key=True),
    Column("created_by", ForeignText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "channel_id"),
)

watches = Table(
    "watches",
    metadata,
    Column("space_id", ForeignText, primary_key=True),
    Column("waba_id", ForeignText, nullable=False),
    Column("waba_name", ForeignText, nullable=False),
    Column("review_status", ForeignText, nullable=False),
    Column("status_since", UtcDateTime),
    Column("first_seen_at", UtcDateTime),
    Column("looked_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("failure", ForeignText, nullable=False),
    Column("failure_told", Boolean, nullable=False),
    # When it is looked at next (None: at once), who is at it until when, and which claim is the latest.
    Column("due_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    # When CAMS pushed that something may have changed, until it was looked at.
    Column("pushed_at", UtcDateTime),
    Index(None, "due_at"),
    Index(None, "waba_id"),
    # Serves WatchQueries.claim_watches: what was pushed goes first.
    _partial("ix_watches_pushed", "pushed_at", where="pushed_at IS NOT NULL"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", ForeignText, nullable=False),
    Column("space_id", ForeignText, nullable=False),
    Column("waba_id", ForeignText, nullable=False),
    Column("waba_name", ForeignText, nullable=False),
    Column("before", ForeignText, nullable=False),
    Column("after", ForeignText, nullable=False),
    Column("before_since", UtcDateTime),
    Column("at_least", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("detail", ForeignText, nullable=False),
    Column("source", ForeignText, nullable=False, server_default="poll"),
    # When the push came that led to it, and when it would have been looked at without.
    Column("pushed_at", UtcDateTime),
    Column("poll_due_at", UtcDateTime),
    Index(None, "space_id", "id"),
    Index(None, "seen_at"),
    # Alerts are ordered by their keys, so a key must never be given twice.
    sqlite_autoincrement=True,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("transition_id", Key, ForeignKey("transitions.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", ForeignText, nullable=False),
    Column("state", ForeignText, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("message_ts", ForeignText),
    Column("delivered_at", UtcDateTime),
    Column("error", ForeignText, nullable=False),
    # The message that tells it, None before one is made.
    Column("post_id", Key),
    UniqueConstraint("transition_id", "channel_id"),
    Index(None, "post_id"),
    # Serves BundleQueries.bundle: what each channel is owed and has no post yet.
    _partial("ix_alerts_owed", "channel_id", "id", where="state = 'owed'"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", Key, primary_key=True),
    # Where it goes; the channel that it was meant for where that cannot take it.
    Column("channel_id", ForeignText, nullable=False),
    Column("meant_for", ForeignText, nullable=False),
    Column("kind", ForeignText, nullable=False),
    # In whose thread it stands.
    Column("parent_id", Key, ForeignKey("posts.id", ondelete="CASCADE")),
    Column("card_id", Key),
    # What may be said once only, whoever says it.
    Column("key", ForeignText, unique=True),
    # JSON: text and blocks.
    Column("content", ForeignText, nullable=False),
    Column("state", ForeignText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    # Grows with each claim; who holds an older one has lost the post.
    Column("fence", Integer, nullable=False),
    # Attempts in a row that failed.
    Column("failures", Integer, nullable=False),
    # Since when a message of it may be there without our knowing: the first attempt whose outcome is unknown.
    Column("tried_at", UtcDateTime),
    # The channel's latest message of ours before that: such a message would be newer.
    Column("after_ts", ForeignText),
    Column("message_ts", ForeignText),
    Column("sent_at", UtcDateTime),
    Column("error", ForeignText, nullable=False),
    Index(None, "card_id"),
    # These serve PostQueries.claim_posts: the first post that each channel is owed, and the channel's latest message.
    _partial("ix_posts_owed", "channel_id", "id", where="state = 'owed'"),
    Index(None, "channel_id", "message_ts"),
    # Serves BundleQueries.bundle: when many changes were told together last.
    _partial("ix_posts_flood", "meant_for", "created_at", where="kind = 'flood'"),
    _partial("ix_posts_dropped", "id", where="state = 'dropped'"),
    sqlite_autoincrement=True,
)

cards = Table(
    "cards",
    metadata,
    Column("id", Key, primary_key=True),
    Column("space_id", ForeignText, nullable=False),
    Column("channel_id", ForeignText, nullable=False),
    Column("waba_id", ForeignText, nullable=False),
    Column("waba_name", ForeignText, nullable=False),
    Column("state", ForeignText, nullable=False),
    Column("status", ForeignText, nullable=False),
    Column("before", ForeignText, nullable=False),
    Column("status_since", UtcDateTime, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # Texts are empty, times None, where nobody did it.
    Column("acked_by", ForeignText, nullable=False),
    Column("acked_at", UtcDateTime),
    Column("assigned_to", ForeignText, nullable=False),
    Column("snoozed_by", ForeignText, nullable=False),
    Column("snoozed_until", UtcDateTime),
    Column("snoozed_to_change", Boolean, nullable=False),
    # What was said after the first alert: how many reminders, the latest when, and when others were called.
    Column("reminders", Integer, nullable=False),
    Column("reminded_at", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    Column("stuck_told_at", UtcDateTime),
    # `version` grows with each change of the row, `shown` is the one that Slack shows.
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("show_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Index(None, "space_id", "channel_id"),
    _partial("uq_cards_open", "space_id", "channel_id", where="state = 'open'", unique=True),
    # Serves ShowQueries.claim_cards.
    _partial("ix_cards_changed", "show_at", where="version > shown"),
    sqlite_autoincrement=True,
)

acts = Table(
    "card_acts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("card_id", Key, ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", ForeignText, nullable=False),
    Column("act", ForeignText, nullable=False),
    Column("detail", ForeignText, nullable=False),
    Index(None, "card_id", "id"),
    sqlite_autoincrement=True,
)

channels = Table(
    "channels",
    metadata,
    Column("channel_id", ForeignText, primary_key=True),
    Column("mode", ForeignText, nullable=False),
    Column("time_zone", ForeignText, nullable=False),
    # Times of day, HH:MM in that time zone, empty for never.
    Column("digest_at", ForeignText, nullable=False),
    Column("quiet_from", ForeignText, nullable=False),
    Column("quiet_until", ForeignText, nullable=False),
    # Minutes, 0 for never.
    Column("remind_after", Integer, nullable=False),
    Column("escalate_after", Integer, nullable=False),
    Column("escalate_to", ForeignText, nullable=False),
    # Since when nothing can be posted there, and why.
    Column("broken_since", UtcDateTime),
    Column("broken_because", ForeignText, nullable=False),
    Column("broken_told_at", UtcDateTime),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    # How many accounts it named, and how many of those are watched.
    Column("named", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", ForeignText, nullable=False),
    Column("team_id", ForeignText, nullable=False),
    Column("channel_id", ForeignText, nullable=False),
    Column("entry", ForeignText, nullable=False),
    Column("act", ForeignText, nullable=False),
    Column("target", ForeignText, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("outcome", ForeignText, nullable=False),
    Column("request_id", ForeignText, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    sqlite_autoincrement=True,
)

numbers = Table(
    "numbers",
    metadata,
    Column("phone_number", ForeignText, primary_key=True),
    Column("space_id", ForeignText, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("verified_name", ForeignText, nullable=False, server_default=""),
    Column("status", ForeignText, nullable=False, server_default=""),
    Column("quality", ForeignText, nullable=False, server_default=""),
    Column("verification", ForeignText, nullable=False, server_default=""),
    Index(None, "space_id"),
)

spaces = Table(
    "spaces",
    metadata,
    Column("space_id", ForeignText, primary_key=True),
    Column("name", ForeignText, nullable=False),
    Column("state", ForeignText, nullable=False),
    Column("waba_id", ForeignText, nullable=False),
    Column("waba_name", ForeignText, nullable=False),
    Column("review_status", ForeignText, nullable=False),
    # When ListInstance named it last, and when its WABA and its numbers were read last.
    Column("listed_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    # When a process began to read it; the others leave it alone meanwhile.
    Column("claimed_at", UtcDateTime),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Key, primary_key=True),
    Column("operation", ForeignText, nullable=False),
    Column("phone_number", ForeignText, nullable=False),
    Column("space_id", ForeignText, nullable=False),
    # What tells two writes apart: a QR code's message; method and language of a verification code.
    Column("content", ForeignText, nullable=False),
    # JSON: the codes with this message that the number had before, null where they could not be listed.
    Column("known_before", ForeignText),
    Column("user_id", ForeignText, nullable=False),
    Column("channel_id", ForeignText, nullable=False),
    Column("state", ForeignText, nullable=False),
    Column("code", ForeignText, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    # The same write is under way once at a time.
    _partial("uq_journal_open", "operation", "phone_number", "content", where="state != 'closed'", unique=True),
    sqlite_autoincrement=True,
)

permits = Table(
    "permits",
    metadata,
    Column("operation", ForeignText, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("token", ForeignText, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("held_until", UtcDateTime),
    Column("free_at", UtcDateTime, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("kind", ForeignText, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("detail", ForeignText, nullable=False),
)
