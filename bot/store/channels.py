"""How channels want their alerts, and their daily digests."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, insert, values_of
from bot.store.cards import end_cards
from bot.store.delivery import Channel, NewPost
from bot.store.owing import owe_post
from bot.store.rows import Transition
from bot.store.tables import alerts, cards, channels, posts, transitions

# As many values as both databases take in one statement, by far.
CHUNK = 1000


class ChannelQueries(Queries):
    """A channel of which nothing was stored has the defaults."""

    async def channel(self, channel_id: str) -> Channel:
        """Return how a channel wants its alerts."""
        async with self._reading() as tx:
            return await _channel(tx, channel_id)

    async def channels(self) -> list[Channel]:
        """Return the channels of which something was stored."""
        async with self._reading() as tx:
            rows = await tx.execute(select(channels).order_by(channels.c.channel_id))
            return [Channel(**row) for row in rows.mappings()]

    async def set_channel(self, channel: Channel) -> None:
        """Store all of a channel."""
        async with self._writing() as tx:
            await _put(tx, channel)

    async def change_channel(self, channel_id: str, change: Callable[[Channel], Channel], *, by: str = "") -> Channel:
        """Let `change`, which is pure, change what is stored of a channel, under the lock of its row.

        Who gets no cards any more is not left with open ones: they would stay at what they show, and be reminded of.
        They are closed, and say `by` whom.
        """
        async with self._writing() as tx:
            missing = insert(tx, channels).values(asdict(Channel(channel_id=channel_id))).on_conflict_do_nothing()
            await tx.execute(missing)
            await tx.execute(select(channels).where(channels.c.channel_id == channel_id).with_for_update())
            changed = change(await _channel(tx, channel_id))
            await _put(tx, changed)
            if changed.mode != "card":
                mine = cards.c.channel_id == channel_id
                await end_cards(tx, mine, await self._time(tx), by=by, act="mode", detail=changed.mode)
            return changed

    async def last_post(self, keys: Collection[str]) -> datetime | None:
        """Return when the latest of the posts with these keys was owed, None where there is none of them."""
        async with self._reading() as tx:
            query = select(func.max(posts.c.created_at)).where(posts.c.key.in_(keys))
            found: datetime | None = (await tx.execute(query)).scalar_one()
            return found

    async def owed_since(self, channel_id: str) -> datetime | None:
        """Return when the oldest change was seen that waits for a message to a channel, None where none does."""
        waits = and_(alerts.c.channel_id == channel_id, alerts.c.state == "owed")
        query = select(func.min(transitions.c.seen_at)).where(transitions.c.id == alerts.c.transition_id, waits)
        async with self._reading() as tx:
            found: datetime | None = await tx.scalar(query)
            return found

    async def owe_digest(
        self,
        channel: Channel,
        key: str,
        since: datetime,
        write: Callable[[list[Transition]], Sequence[str]],
        now: datetime,
    ) -> bool:
        """Owe a channel its digest, once for a key; return False, changing nothing, where that was done.

        `write`, which is pure, makes the digest and what stands in its thread of the changes that the channel was to
        know since a time. In a channel with mode "digest" those that it is owed still are among them, and are told
        with it.
        """
        async with self._writing() as tx:
            rows = await _of_channel(tx, channel, since, now)
            first, *more = write([Transition(**values_of(row, transitions)) for row in rows])
            wanted = NewPost(channel_id=channel.channel_id, kind="digest", content=first, key=key)
            post_id = await owe_post(tx, wanted, now)
            if post_id is None:
                return False
            for content in more:
                part = NewPost(channel_id=channel.channel_id, kind="part", content=content, parent_id=post_id)
                await owe_post(tx, part, now)
            if channel.mode == "digest":
                await _told_with(tx, rows, post_id)
            return True


async def _channel(tx: AsyncConnection, channel_id: str) -> Channel:
    row = (await tx.execute(select(channels).where(channels.c.channel_id == channel_id))).mappings().one_or_none()
    return Channel(channel_id=channel_id) if row is None else Channel(**row)


async def _put(tx: AsyncConnection, channel: Channel) -> None:
    values = asdict(channel)
    added = insert(tx, channels).values(values)
    await tx.execute(added.on_conflict_do_update(index_elements=["channel_id"], set_=values))


async def _of_channel(
    tx: AsyncConnection, channel: Channel, since: datetime, now: datetime
) -> Sequence[Row[tuple[object, ...]]]:
    # What is recorded while this one is made is news for the next, unless it is told with this one.
    is_told = exists().where(posts.c.id == alerts.c.post_id, posts.c.kind == "digest")
    recent = and_(transitions.c.seen_at > since, transitions.c.seen_at <= now, ~is_told)
    wanted = or_(recent, alerts.c.state == "owed") if channel.mode == "digest" else recent
    query = (
        select(transitions, alerts.c.id.label("alert_id"), alerts.c.state.label("alert_state"))
        .join(alerts, alerts.c.transition_id == transitions.c.id)
        .where(and_(alerts.c.channel_id == channel.channel_id, wanted))
        .order_by(transitions.c.id)
        # What is told here must not be told by somebody else meanwhile.
        .with_for_update(of=alerts)
    )
    return (await tx.execute(query)).all()


async def _told_with(tx: AsyncConnection, rows: Sequence[Row[tuple[object, ...]]], post_id: int) -> None:
    owed = [row._mapping["alert_id"] for row in rows if row._mapping["alert_state"] == "owed"]  # noqa: SLF001 - public name
    for first in range(0, len(owed), CHUNK):
        mine = alerts.c.id.in_(owed[first : first + CHUNK])
        await tx.execute(update(alerts).where(mine).values(state="bundled", post_id=post_id, lease_until=None))
