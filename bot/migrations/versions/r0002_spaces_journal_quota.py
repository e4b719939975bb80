"""The register of spaces, the journal of writes, the shared quota, standing alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
NEW_OF_NUMBERS = ("verified_name", "status", "quality", "verification")


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=nullable)


def upgrade() -> None:
    create_spaces()
    create_journal()
    create_permits()
    op.create_table(
        "alarms", text("kind"), time("since"), text("detail"), sa.PrimaryKeyConstraint("kind", name="pk_alarms")
    )


def create_spaces() -> None:
    for name in NEW_OF_NUMBERS:
        op.add_column("numbers", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_numbers_space_id", "numbers", ["space_id"])
    op.create_table(
        "spaces",
        text("space_id"),
        text("name"),
        text("state"),
        text("waba_id"),
        text("waba_name"),
        text("review_status"),
        time("listed_at"),
        time("read_at", nullable=True),
        time("claimed_at", nullable=True),
        sa.PrimaryKeyConstraint("space_id", name="pk_spaces"),
    )


def create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", KEY, nullable=False),
        text("operation"),
        text("phone_number"),
        text("space_id"),
        text("content"),
        text("known_before", nullable=True),
        text("user_id"),
        text("channel_id"),
        text("state"),
        text("code"),
        time("begun_at"),
        time("sent_at"),
        sa.Column("sends", sa.Integer(), nullable=False),
        time("lease_until", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("state != 'closed'")
    op.create_index(
        "uq_journal_open",
        "journal",
        ["operation", "phone_number", "content"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def create_permits() -> None:
    op.create_table(
        "permits",
        text("operation"),
        sa.Column("number", sa.Integer(), nullable=False),
        text("token"),
        sa.Column("priority", sa.Integer(), nullable=False),
        time("taken_at"),
        time("held_until", nullable=True),
        time("free_at"),
        sa.PrimaryKeyConstraint("operation", "number", name="pk_permits"),
    )


def downgrade() -> None:
    for table in ("alarms", "permits", "journal", "spaces"):
        op.drop_table(table)
    op.drop_index("ix_numbers_space_id", "numbers")
    with op.batch_alter_table("numbers") as numbers:
        for name in NEW_OF_NUMBERS:
            numbers.drop_column(name)
