"""Indexes for what is asked all the time of tables that only grow.

Only adds: the version before may run beside this one until all processes are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Name, table, columns, and of which rows ("" for all).
INDEXES = (
    ("ix_watches_pushed", "watches", ("pushed_at",), "pushed_at IS NOT NULL"),
    ("ix_transitions_seen_at", "transitions", ("seen_at",), ""),
    ("ix_posts_channel_id_message_ts", "posts", ("channel_id", "message_ts"), ""),
    ("ix_posts_flood", "posts", ("meant_for", "created_at"), "kind = 'flood'"),
    ("ix_posts_dropped", "posts", ("id",), "state = 'dropped'"),
    ("ix_cards_changed", "cards", ("show_at",), "version > shown"),
)


def upgrade() -> None:
    for name, table, columns, rows in INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
