"""Posts and cards of alerts, how channels want them, due times of watches, callbacks.

Only adds: the version before may run beside this one until all processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
NEW_OF_WATCHES = ("due_at", "lease_until", "fence", "pushed_at")
NEW_OF_TRANSITIONS = ("source", "pushed_at", "poll_due_at")


def key(name: str = "id", *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, KEY, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    add_columns()
    create_posts()
    create_cards()
    create_card_acts()
    create_channels()
    op.create_table(
        "callbacks",
        key(),
        time("at"),
        number("named"),
        number("known"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sqlite_autoincrement=True,
    )


def add_columns() -> None:
    for name in ("due_at", "lease_until", "pushed_at"):
        op.add_column("watches", time(name, nullable=True))
    op.add_column("watches", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_watches_due_at", "watches", ["due_at"])
    op.create_index("ix_watches_waba_id", "watches", ["waba_id"])
    op.add_column("transitions", sa.Column("source", sa.Text(), nullable=False, server_default="poll"))
    for name in ("pushed_at", "poll_due_at"):
        op.add_column("transitions", time(name, nullable=True))
    op.add_column("alerts", key("post_id", nullable=True))
    op.create_index("ix_alerts_post_id", "alerts", ["post_id"])


def create_posts() -> None:
    op.create_table(
        "posts",
        key(),
        text("channel_id"),
        text("meant_for"),
        text("kind"),
        key("parent_id", nullable=True),
        key("card_id", nullable=True),
        text("key", nullable=True),
        text("content"),
        text("state"),
        time("created_at"),
        time("due_at"),
        time("lease_until", nullable=True),
        number("fence"),
        number("failures"),
        time("tried_at", nullable=True),
        text("after_ts", nullable=True),
        text("message_ts", nullable=True),
        time("sent_at", nullable=True),
        text("error"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["parent_id"], ["posts.id"], name="fk_posts_parent_id", ondelete="CASCADE"),
        sa.UniqueConstraint("key", name="uq_posts_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_posts_card_id", "posts", ["card_id"])
    owed = sa.text("state = 'owed'")
    op.create_index("ix_posts_owed", "posts", ["channel_id", "id"], sqlite_where=owed, postgresql_where=owed)


def create_cards() -> None:
    op.create_table(
        "cards",
        key(),
        *(text(name) for name in ("space_id", "channel_id", "waba_id", "waba_name", "state", "status", "before")),
        time("status_since"),
        number("changes"),
        time("opened_at"),
        time("closed_at", nullable=True),
        text("acked_by"),
        time("acked_at", nullable=True),
        text("assigned_to"),
        text("snoozed_by"),
        time("snoozed_until", nullable=True),
        sa.Column("snoozed_to_change", sa.Boolean(), nullable=False),
        number("reminders"),
        *(time(name, nullable=True) for name in ("reminded_at", "escalated_at", "stuck_told_at")),
        number("version"),
        number("shown"),
        time("show_at"),
        time("lease_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cards_space_id_channel_id", "cards", ["space_id", "channel_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_cards_open",
        "cards",
        ["space_id", "channel_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def create_card_acts() -> None:
    op.create_table(
        "card_acts",
        key(),
        key("card_id"),
        time("at"),
        text("user_id"),
        text("act"),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_card_acts"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_card_acts_card_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_card_acts_card_id_id", "card_acts", ["card_id", "id"])


def create_channels() -> None:
    op.create_table(
        "channels",
        *(text(name) for name in ("channel_id", "mode", "time_zone", "digest_at", "quiet_from", "quiet_until")),
        number("remind_after"),
        number("escalate_after"),
        text("escalate_to"),
        time("broken_since", nullable=True),
        text("broken_because"),
        time("broken_told_at", nullable=True),
        sa.PrimaryKeyConstraint("channel_id", name="pk_channels"),
    )


def downgrade() -> None:
    for table in ("callbacks", "channels", "card_acts", "cards", "posts"):
        op.drop_table(table)
    for table, index in (
        ("alerts", "ix_alerts_post_id"),
        ("watches", "ix_watches_waba_id"),
        ("watches", "ix_watches_due_at"),
    ):
        op.drop_index(index, table)
    for table, names in (
        ("alerts", ("post_id",)),
        ("transitions", NEW_OF_TRANSITIONS),
        ("watches", NEW_OF_WATCHES),
    ):
        with op.batch_alter_table(table) as changed:
            for name in names:
                changed.drop_column(name)
