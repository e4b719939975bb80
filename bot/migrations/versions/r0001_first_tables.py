"""Subscriptions, watches, transitions, alerts, audit and numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    create_spaces()
    create_transitions()
    create_alerts()
    create_acts()


def create_spaces() -> None:
    op.create_table(
        "subscriptions",
        text("space_id"),
        text("channel_id"),
        text("created_by"),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("space_id", "channel_id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_channel_id", "subscriptions", ["channel_id"])
    op.create_table(
        "watches",
        text("space_id"),
        text("waba_id"),
        text("waba_name"),
        text("review_status"),
        sa.Column("status_since", TIME),
        sa.Column("first_seen_at", TIME),
        sa.Column("looked_at", TIME),
        sa.Column("failing_since", TIME),
        text("failure"),
        sa.Column("failure_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", name="pk_watches"),
    )
    op.create_table(
        "numbers",
        text("phone_number"),
        text("space_id"),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("phone_number", name="pk_numbers"),
    )


def create_transitions() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", KEY, nullable=False),
        text("kind"),
        text("space_id"),
        text("waba_id"),
        text("waba_name"),
        text("before"),
        text("after"),
        sa.Column("before_since", TIME),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transitions_space_id_id", "transitions", ["space_id", "id"])


def create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("transition_id", KEY, nullable=False),
        text("channel_id"),
        text("state"),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        text("message_ts", nullable=True),
        sa.Column("delivered_at", TIME),
        text("error"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transitions.id"], name="fk_alerts_transition_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("transition_id", "channel_id", name="uq_alerts_transition_id_channel_id"),
        sqlite_autoincrement=True,
    )
    owed = sa.text("state = 'owed'")
    op.create_index(
        "ix_alerts_owed", "alerts", ["channel_id", "id"], sqlite_where=owed, postgresql_where=owed
    )


def create_acts() -> None:
    op.create_table(
        "audit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        text("user_id"),
        text("team_id"),
        text("channel_id"),
        text("entry"),
        text("act"),
        text("target"),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        text("outcome"),
        text("request_id"),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("numbers", "audit", "alerts", "transitions", "watches", "subscriptions"):
        op.drop_table(table)
