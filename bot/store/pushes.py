"""What CAMS pushed: hints that make watches due, and how far ahead of the polls they were."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import case, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, insert
from bot.store.columns import UtcDateTime
from bot.store.rows import Callbacks
from bot.store.tables import callbacks, transitions, watches
from bot.store.wake import wake
from bot.store.watching import lock_watches

# So many IDs go into a statement, and so many rows tell of callbacks.
_IDS = 500
_KEPT = 10_000


class PushQueries(Queries):
    """Nothing of a callback is believed but that a WABA may be worth a look."""

    async def push_hint(self, waba_ids: Collection[str]) -> int:
        """Make the watches of these WABAs due now, note that callbacks came, and return how many WABAs are watched.

        An earlier push that was not followed yet stays; one that is being followed makes place for this.
        """
        known = set[str]()
        waiting = iter(sorted(waba_ids))
        async with self._writing() as tx:
            now = await self._now(tx)
            while part := list(islice(waiting, _IDS)):
                known |= await _make_due(tx, part, now)
            await _note(tx, Callbacks(await self._time(tx), len(waba_ids), len(known)))
            if known:
                await wake(tx, "watches")
        return len(known)

    async def latest_callbacks(self, limit: int, *, known: bool = False) -> list[Callbacks]:
        """Return the latest callbacks, the newest first; with `known` only those that named a watched WABA."""
        query = select(callbacks.c.at, callbacks.c.named, callbacks.c.known)
        if known:
            query = query.where(callbacks.c.known > 0)
        async with self._reading() as tx:
            rows = await tx.execute(query.order_by(callbacks.c.id.desc()).limit(limit))
            return [Callbacks(**row) for row in rows.mappings()]

    async def push_leads(self, limit: int) -> list[timedelta]:
        """Return by how much the latest changes that a push led to were seen before the poll would have."""
        query = select(transitions.c.pushed_at, transitions.c.poll_due_at).where(
            transitions.c.source == "push", transitions.c.kind == "review"
        )
        async with self._reading() as tx:
            rows = await tx.execute(query.order_by(transitions.c.id.desc()).limit(limit))
            return [due - pushed for pushed, due in rows if due is not None and pushed is not None]

    async def found_by_polls(self, limit: int) -> list[datetime]:
        """Return when the latest changes were seen that a poll found by itself, the newest first."""
        query = select(transitions.c.seen_at).where(transitions.c.source == "poll", transitions.c.kind == "review")
        async with self._reading() as tx:
            return list(await tx.scalars(query.order_by(transitions.c.id.desc()).limit(limit)))


async def _make_due(tx: AsyncConnection, waba_ids: list[str], now: datetime) -> set[str]:
    named = watches.c.waba_id.in_(waba_ids)
    await lock_watches(tx, named)
    is_news = or_(watches.c.pushed_at.is_(None), watches.c.lease_until.is_not(None))
    values = {"pushed_at": case((is_news, literal(now, UtcDateTime())), else_=watches.c.pushed_at)}
    return set(await tx.scalars(update(watches).where(named).values(values).returning(watches.c.waba_id)))


async def _note(tx: AsyncConnection, came: Callbacks) -> None:
    values = {"at": came.at, "named": came.named, "known": came.known}
    added = await tx.execute(insert(tx, callbacks).values(values).returning(callbacks.c.id))
    await tx.execute(delete(callbacks).where(callbacks.c.id <= added.scalar_one() - _KEPT))
