"""A change, and the alerts that are owed for it."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import insert as insert_or
from bot.store.delivery import NewPost
from bot.store.rows import Change, Origin, Transition
from bot.store.tables import alerts, posts, transitions
from bot.store.wake import wake

_OF_A_POLL = Origin()


async def owe(
    tx: AsyncConnection,
    change: Change,
    space_id: str,
    channels: Collection[str],
    now: datetime,
    origin: Origin = _OF_A_POLL,
) -> Transition:
    """Record a change, of a space or of none (""), and owe an alert of it to each of the channels."""
    values = {**asdict(change), **asdict(origin), "space_id": space_id, "seen_at": now}
    key = (await tx.execute(insert(transitions).values(values).returning(transitions.c.id))).scalar_one()
    owed = {"transition_id": key, "state": "owed", "due_at": now, "attempts": 0, "error": ""}
    if rows := [{"channel_id": channel_id, **owed} for channel_id in channels]:
        await tx.execute(insert(alerts), rows)
        await wake(tx, "alerts")
    return Transition(id=key, **values)


async def owe_post(tx: AsyncConnection, wanted: NewPost, now: datetime) -> int | None:
    """Owe a message to a channel and return its ID; None where one with its key is or was owed already.

    It is due now by the clock that claims go by: by another it would hold its channel up for as long as that is ahead.
    """
    values = {
        **asdict(wanted),
        "meant_for": wanted.channel_id,
        "state": "owed",
        "created_at": now,
        "due_at": func.clock_timestamp() if tx.dialect.name == "postgresql" else now,
        "fence": 0,
        "failures": 0,
        "error": "",
    }
    added = insert_or(tx, posts).values(values).on_conflict_do_nothing(index_elements=["key"]).returning(posts.c.id)
    found: int | None = (await tx.execute(added)).scalar_one_or_none()
    if found is not None:
        await wake(tx, "alerts")
    return found
