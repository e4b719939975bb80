"""A change, and the alerts that are owed for it."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.rows import Change, Transition
from bot.store.tables import alerts, transitions


async def owe(
    tx: AsyncConnection, change: Change, space_id: str, channels: Collection[str], now: datetime
) -> Transition:
    """Record a change, of a space or of none (""), and owe an alert of it to each of the channels."""
    values = {**asdict(change), "space_id": space_id, "seen_at": now}
    key = (await tx.execute(insert(transitions).values(values).returning(transitions.c.id))).scalar_one()
    owed = {"transition_id": key, "state": "owed", "due_at": now, "attempts": 0, "error": ""}
    if rows := [{"channel_id": channel_id, **owed} for channel_id in channels]:
        await tx.execute(insert(alerts), rows)
    return Transition(id=key, **values)
