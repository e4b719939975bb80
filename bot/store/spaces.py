"""Watched spaces: who subscribes to them, what was last seen of their WABA."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, insert
from bot.store.owing import owe
from bot.store.rows import Change, Subscription, Transition, Watch
from bot.store.tables import subscriptions, transitions, watches

Decide = Callable[[Watch], tuple[Watch, Sequence[Change]]]


class SpaceQueries(Queries):
    """Subscriptions and watches."""

    async def subscribe(self, space_id: str, channel_id: str, created_by: str, now: datetime) -> bool:
        """Tell the channel of the space's changes from now on; return False if it is told already."""
        row = Subscription(space_id, channel_id, created_by, now)
        async with self._writing() as tx:
            await _begin_watching(tx, [space_id])
            added = await tx.execute(insert(tx, subscriptions).values(asdict(row)).on_conflict_do_nothing())
            return added.rowcount == 1

    async def unsubscribe(self, space_id: str, channel_id: str, *, keep_watch: bool) -> bool:
        """Stop telling the channel; return False if it was not told.

        With the last subscription what was seen of the space is forgotten, so that a later subscription begins
        with a baseline of its own, unless `keep_watch` (the space is polled for the fallback channel).
        """
        async with self._writing() as tx:
            # Two channels that leave at once must not each take the other for the one that stays.
            await tx.execute(select(watches.c.space_id).where(watches.c.space_id == space_id).with_for_update())
            gone = await tx.execute(
                delete(subscriptions).where(
                    subscriptions.c.space_id == space_id, subscriptions.c.channel_id == channel_id
                )
            )
            if not keep_watch and not await _channels(tx, space_id):
                await tx.execute(delete(watches).where(watches.c.space_id == space_id))
            return gone.rowcount == 1

    async def subscriptions(self, *, space_id: str | None = None, channel_id: str | None = None) -> list[Subscription]:
        """Return the subscriptions of a space, of a channel, or all, the oldest first."""
        query = select(subscriptions).order_by(subscriptions.c.created_at, subscriptions.c.space_id)
        if space_id is not None:
            query = query.where(subscriptions.c.space_id == space_id)
        if channel_id is not None:
            query = query.where(subscriptions.c.channel_id == channel_id)
        async with self._reading() as tx:
            return [Subscription(**row) for row in (await tx.execute(query)).mappings()]

    async def begin_watching(self, spaces: Iterable[str]) -> None:
        """Make a row for each space that has none; only what has a row can be recorded."""
        async with self._writing() as tx:
            await _begin_watching(tx, spaces)

    async def watches(self) -> list[Watch]:
        """Return what was last seen of every watched space, by space."""
        async with self._reading() as tx:
            rows = await tx.execute(select(watches).order_by(watches.c.space_id))
            return [Watch(**row) for row in rows.mappings()]

    async def watch(self, space_id: str) -> Watch | None:
        """Return what was last seen of a space, None if it is not watched."""
        async with self._reading() as tx:
            rows = await tx.execute(select(watches).where(watches.c.space_id == space_id))
            row = rows.mappings().one_or_none()
            return None if row is None else Watch(**row)

    async def record(self, space_id: str, decide: Decide, fallback_channel: str, now: datetime) -> list[Transition]:
        """Let `decide` turn what is stored into what is now known, and record it together with what is to be told.

        One transaction under the lock of the row: the new row, a transition for each change, an alert owed to each
        subscribed channel (else to `fallback_channel`, "" for none). So of two that saw the same change the second
        finds it recorded. A space that is no longer watched is left alone.
        """
        mine = watches.c.space_id == space_id
        async with self._writing() as tx:
            rows = await tx.execute(select(watches).where(mine).with_for_update())
            row = rows.mappings().one_or_none()
            if row is None:
                return []
            after, changes = decide(Watch(**row))
            await tx.execute(update(watches).where(mine).values(asdict(after)))
            channels = await _channels(tx, space_id) or ([fallback_channel] if fallback_channel else [])
            return [await owe(tx, change, space_id, channels, now) for change in changes]

    async def transitions(self, space_id: str, limit: int) -> list[Transition]:
        """Return the latest changes of a space, the newest first."""
        query = select(transitions).where(transitions.c.space_id == space_id)
        async with self._reading() as tx:
            rows = await tx.execute(query.order_by(transitions.c.id.desc()).limit(limit))
            return [Transition(**row) for row in rows.mappings()]


async def _begin_watching(tx: AsyncConnection, spaces: Iterable[str]) -> None:
    # In one order, so that two of these cannot wait for each other.
    if rows := [asdict(Watch(space_id)) for space_id in sorted(spaces)]:
        await tx.execute(insert(tx, watches).on_conflict_do_nothing(), rows)


async def _channels(tx: AsyncConnection, space_id: str) -> list[str]:
    query = select(subscriptions.c.channel_id).where(subscriptions.c.space_id == space_id)
    return list(await tx.scalars(query.order_by(subscriptions.c.created_at, subscriptions.c.channel_id)))
