"""Watched spaces: who subscribes to them, what was last seen of their WABA."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, insert
from bot.store.cards import end_cards
from bot.store.rows import Subscription, Transition, Watch
from bot.store.tables import alerts, cards, subscriptions, transitions, watches
from bot.store.wake import wake


class SpaceQueries(Queries):
    """Subscriptions and watches."""

    async def subscribe(self, space_id: str, channel_id: str, created_by: str, now: datetime) -> bool:
        """Tell the channel of the space's changes from now on; return False if it is told already.

        Who was told because nobody subscribed is told no more: a card of the space there is closed, and alerts of it
        that are no message yet go to the channel, for they would open another.
        """
        row = Subscription(space_id, channel_id, created_by, now)
        async with self._writing() as tx:
            await _begin_watching(tx, [space_id])
            # A look that is recorded meanwhile would still tell who was told before.
            await _lock_watch(tx, space_id)
            await wake(tx, "watches")
            added = await tx.execute(insert(tx, subscriptions).values(asdict(row)).on_conflict_do_nothing())
            told = await channels_of(tx, space_id)
            # Alerts before cards, as in bundling, or the two could wait for each other.
            await take_over(tx, space_id, told, channel_id)
            elsewhere = and_(cards.c.space_id == space_id, cards.c.channel_id.not_in(told))
            await end_cards(tx, elsewhere, await self._time(tx), by=created_by, act="watch", detail=channel_id)
            return added.rowcount == 1

    async def unsubscribe(self, space_id: str, channel_id: str, *, keep_watch: bool, by: str = "") -> bool:
        """Stop telling the channel; return False, changing nothing, if it does not subscribe.

        With the last subscription what was seen of the space is forgotten, so that a later subscription begins
        with a baseline of its own, unless `keep_watch` (the space is polled for the fallback channel). The channel's
        card of the space is closed, and says `by` whom: nobody is reminded of what is not watched. Alerts that are no
        message yet are not told any more, for they would open another.
        """
        async with self._writing() as tx:
            # Two channels that leave at once must not each take the other for the one that stays.
            await _lock_watch(tx, space_id)
            gone = await tx.execute(
                delete(subscriptions).where(
                    subscriptions.c.space_id == space_id, subscriptions.c.channel_id == channel_id
                )
            )
            if gone.rowcount != 1:
                return False
            # Alerts before cards, as in bundling, or the two could wait for each other.
            await _tell_no_more(tx, space_id, channel_id)
            here = and_(cards.c.space_id == space_id, cards.c.channel_id == channel_id)
            await end_cards(tx, here, await self._time(tx), by=by, act="unwatch")
            if not keep_watch and not await channels_of(tx, space_id):
                await tx.execute(delete(watches).where(watches.c.space_id == space_id))
            return True

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


async def channels_of(tx: AsyncConnection, space_id: str) -> list[str]:
    """Return the channels that are told of a space, the oldest subscription first."""
    query = select(subscriptions.c.channel_id).where(subscriptions.c.space_id == space_id)
    return list(await tx.scalars(query.order_by(subscriptions.c.created_at, subscriptions.c.channel_id)))


async def _lock_watch(tx: AsyncConnection, space_id: str) -> None:
    await tx.execute(select(watches.c.space_id).where(watches.c.space_id == space_id).with_for_update())


async def _tell_no_more(tx: AsyncConnection, space_id: str, channel_id: str) -> None:
    here = and_(_waits(space_id), alerts.c.channel_id == channel_id)
    await tx.execute(update(alerts).where(here).values(state="failed", error="The channel watches the space no more."))


async def take_over(tx: AsyncConnection, space_id: str, told: Collection[str], channel_id: str) -> None:
    """Have a channel told what is still owed of a space to others than ``told``, but for what it is owed itself."""
    own = alerts.alias("own")
    is_own = exists().where(own.c.transition_id == alerts.c.transition_id, own.c.channel_id == channel_id)
    # A version before this one posts what it has leased.
    elsewhere = and_(_waits(space_id), alerts.c.channel_id.not_in(told), alerts.c.lease_until.is_(None), ~is_own)
    if (await tx.execute(update(alerts).where(elsewhere).values(channel_id=channel_id))).rowcount:
        await wake(tx, "alerts")


def _waits(space_id: str) -> ColumnElement[bool]:
    of_space = select(transitions.c.id).where(transitions.c.space_id == space_id)
    return and_(alerts.c.state == "owed", alerts.c.transition_id.in_(of_space))
