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
    Index(None, "space_id", "id"),
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
    UniqueConstraint("transition_id", "channel_id"),
    # Serves AlertQueries.claim_alerts: the first alert that each channel is owed.
    Index(
        "ix_alerts_owed",
        "channel_id",
        "id",
        sqlite_where=text("state = 'owed'"),
        postgresql_where=text("state = 'owed'"),
    ),
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
    Index(
        "uq_journal_open",
        "operation",
        "phone_number",
        "content",
        unique=True,
        sqlite_where=text("state != 'closed'"),
        postgresql_where=text("state != 'closed'"),
    ),
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
