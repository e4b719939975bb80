"""The messages owed to channels: claimed with a lease, closed by whoever holds them.

    claim_posts -> (post) -> sent | postponed | rerouted | dropped

A claim notes that from now on a message may be there (``tried_at``), before anything is sent. Only who knows better
takes that back: so after a crash, or an answer that never came, the next holder looks before it posts.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.base import Queries, UnderWay, insert, time_of
from bot.store.delivery import Channel, NewPost, Post
from bot.store.owing import owe_post
from bot.store.tables import alerts, cards, channels, posts
from bot.store.wake import wake

LONGEST_WAIT = timedelta(minutes=15)
"""For how long a post is put back at most. One that seems to wait for longer was put back before the clock jumped."""
# What a process sent before it died may take so long to be seen.
IN_FLIGHT = timedelta(seconds=3)


_WORKS = {"broken_since": None, "broken_because": "", "broken_told_at": None}


class PostQueries(Queries):
    """Each post reaches its channel once, its alerts with it."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._posts_under_way = UnderWay()

    async def claim_posts(self, now: datetime, lease: timedelta, limit: int) -> list[Post]:
        """Take up to ``limit`` posts that are due; nobody else gets them before ``now + lease``.

        Of each channel only the first that it is owed can be taken: its messages stay in order and one is under way at
        a time. One that is leased or postponed holds up its own channel and no other. The ``tried_at`` of a post
        returned is the one from before this claim.
        """
        async with self._writing() as tx:
            now = await time_of(tx, now)
            due = _first_due(now, limit, self._posts_under_way.busy(), alone=tx.dialect.name == "sqlite")
            taken = [Post(**row) for row in (await tx.execute(due)).mappings()]
            claimed = [await _claim(tx, post, now, lease) for post in taken]
        for post in claimed:
            self._posts_under_way.add(post.id, post.fence, lease)
        return claimed

    @asynccontextmanager
    async def _closing(self, post: Post) -> AsyncIterator[tuple[AsyncConnection, Post]]:
        async with self._writing() as tx:
            yield tx, post
        self._posts_under_way.remove(post.id, post.fence)

    async def told_by(self, post: Post) -> Sequence[int]:
        """Return the IDs of the transitions that a post tells."""
        query = select(alerts.c.transition_id).where(alerts.c.post_id == post.id).order_by(alerts.c.id)
        async with self._reading() as tx:
            return list(await tx.scalars(query))

    async def sent(self, post: Post, message_ts: str, now: datetime) -> bool:
        """Close a post with its message; return False, changing nothing, if it was claimed again since or is closed."""
        async with self._closing(post) as (tx, held):
            values = {"state": "sent", "message_ts": message_ts, "sent_at": await time_of(tx, now), "error": ""}
            if not await _close(tx, held, **values):
                return False
            broken = and_(channels.c.channel_id == post.channel_id, channels.c.broken_because != "")
            await tx.execute(update(channels).where(broken).values(**_WORKS))
            told = {
                "state": "delivered",
                "message_ts": message_ts,
                "delivered_at": now,
                "error": "",
                "lease_until": None,
            }
            await tx.execute(update(alerts).where(alerts.c.post_id == post.id).values(told))
            return True

    async def postpone_post(self, post: Post, wait: timedelta, error: str, *, maybe_there: bool, now: datetime) -> bool:
        """Put a post back for a while; ``maybe_there`` says whether a message of it may be in Slack."""
        unsure = {} if maybe_there else {"tried_at": None}
        async with self._closing(post) as (tx, held):
            due_at = await time_of(tx, now) + min(wait, LONGEST_WAIT)
            return await _close(tx, held, due_at=due_at, error=error, failures=post.failures + 1, **unsure)

    async def reroute(self, post: Post, channel_id: str, content: str, *, in_thread: bool = True) -> bool:
        """Say what its channel cannot take in another one, in no thread; or in the same, said or placed otherwise."""
        values = {"channel_id": channel_id, "content": content, "tried_at": None, "after_ts": None}
        if channel_id != post.channel_id or not in_thread:
            values["parent_id"] = None
        async with self._closing(post) as (tx, held):
            return await _close(tx, held, **values, failures=0, error="")

    async def is_stuck(self, channel_id: str) -> bool:
        """Whether a channel is known to be lost and a message waits there, which finds out when it is back."""
        is_lost = exists().where(channels.c.channel_id == channel_id, channels.c.broken_because != "")
        waits = exists().where(posts.c.channel_id == channel_id, posts.c.state == "owed")
        async with self._reading() as tx:
            return bool(await tx.scalar(select(and_(is_lost, waits))))

    async def send_home(self, refused: Post) -> None:
        """Have what was sent to the channel of a refused post from others go where it was meant to, that post too."""
        guests = and_(posts.c.channel_id == refused.channel_id, posts.c.meant_for != refused.channel_id)
        # One that was tried meanwhile may be there.
        movable = or_(posts.c.tried_at.is_(None), posts.c.id == refused.id)
        async with self._writing() as tx:
            going = update(posts).where(guests, posts.c.state == "owed", movable)
            await tx.execute(going.values(channel_id=posts.c.meant_for, after_ts=None))

    async def drop(self, post: Post, error: str) -> bool:
        """Give a post up for good: Slack refuses it as it is, everywhere."""
        async with self._closing(post) as (tx, held):
            done = await _close(tx, held, state="dropped", error=error)
            failed = {"state": "failed", "error": error, "lease_until": None}
            if done:
                await tx.execute(update(alerts).where(alerts.c.post_id == post.id).values(failed))
            return done

    async def release_posts(self, now: datetime) -> None:
        """Free what processes held that are gone: only for a database that nobody else uses."""
        async with self._writing() as tx:
            held = and_(posts.c.state == "owed", posts.c.lease_until.is_not(None))
            await tx.execute(update(posts).where(held).values(lease_until=None, due_at=now + IN_FLIGHT))
            shown = and_(cards.c.version > cards.c.shown, cards.c.lease_until.is_not(None))
            await tx.execute(update(cards).where(shown).values(lease_until=None))

    async def post_problems(self, limit: int, *, channel_id: str | None = None) -> list[Post]:
        """Return posts that were dropped, or are owed after an attempt that went wrong, the newest first."""
        wrong = or_(posts.c.state == "dropped", and_(posts.c.state == "owed", posts.c.error != ""))
        query = select(posts).where(wrong)
        if channel_id is not None:
            query = query.where(posts.c.meant_for == channel_id)
        async with self._reading() as tx:
            rows = await tx.execute(query.order_by(posts.c.id.desc()).limit(limit))
            return [Post(**row) for row in rows.mappings()]

    async def oldest_owed(self) -> datetime | None:
        """Return since when the oldest post is owed, None where nothing is."""
        async with self._reading() as tx:
            found: datetime | None = await tx.scalar(
                select(func.min(posts.c.created_at)).where(posts.c.state == "owed")
            )
            return found

    async def channel_broke(self, channel_id: str, reason: str, notices: Sequence[NewPost], now: datetime) -> bool:
        """Note that nothing can be posted in a channel; owe ``notices``, and return True, where that is news.

        It is once until it works again: an event and a refused post give one reason in different words.
        """
        mine = channels.c.channel_id == channel_id
        async with self._writing() as tx:
            await tx.execute(
                insert(tx, channels).values(asdict(Channel(channel_id=channel_id))).on_conflict_do_nothing()
            )
            at = await time_of(tx, now)
            news = {"broken_since": at, "broken_because": reason, "broken_told_at": at}
            if (await tx.execute(update(channels).where(mine, channels.c.broken_because == "").values(news))).rowcount:
                for notice in notices:
                    await owe_post(tx, notice, at)
                return True
            await tx.execute(update(channels).where(mine).values(broken_because=reason))
            return False

    async def channel_back(self, channel_id: str, notices: Sequence[NewPost], now: datetime) -> bool:
        """Note that a channel takes posts again; owe ``notices``, try what waits at once, and return True, if news."""
        broken = and_(channels.c.channel_id == channel_id, channels.c.broken_because != "")
        async with self._writing() as tx:
            at = await time_of(tx, now)
            # Posts before their channel, as where one is sent, or the two could wait for each other. What went
            # elsewhere meanwhile and waits there comes home, but for what may be there already.
            away = and_(posts.c.meant_for == channel_id, posts.c.tried_at.is_(None))
            mine = or_(posts.c.channel_id == channel_id, away)
            waiting = and_(posts.c.state == "owed", mine, exists().where(broken))
            await tx.execute(update(posts).where(waiting).values(due_at=at, channel_id=channel_id))
            if (await tx.execute(update(channels).where(broken).values(**_WORKS))).rowcount != 1:
                return False
            await wake(tx, "alerts")
            for notice in notices:
                await owe_post(tx, notice, at)
            return True

    async def owe(self, wanted: NewPost, now: datetime) -> int | None:
        """Owe a message of no alert; None where one with its key is or was owed already."""
        async with self._writing() as tx:
            return await owe_post(tx, wanted, now)


async def _claim(tx: AsyncConnection, post: Post, now: datetime, lease: timedelta) -> Post:
    """Note that a message of a post may be there from now on, and after which of the channel's it would come."""
    # A thread does not reach into another channel, where the message that it hangs on may have gone.
    parent = select(posts.c.message_ts).where(
        posts.c.id == post.parent_id, posts.c.channel_id == post.channel_id, posts.c.state == "sent"
    )
    parent_ts = (await tx.scalar(parent) if post.parent_id else None) or ""
    after_ts = post.after_ts
    if post.tried_at is None:
        latest = select(func.max(posts.c.message_ts)).where(posts.c.channel_id == post.channel_id)
        # Where we never wrote before, a day allows for any clock.
        after_ts = await tx.scalar(latest) or f"{(now - timedelta(days=1)).timestamp():.6f}"
    values = {
        "lease_until": now + lease,
        "fence": post.fence + 1,
        "tried_at": post.tried_at or now,
        "after_ts": after_ts,
    }
    await tx.execute(update(posts).where(posts.c.id == post.id).values(values))
    return replace(post, fence=post.fence + 1, lease_until=now + lease, after_ts=after_ts, parent_ts=parent_ts)


def _first_due(now: datetime, limit: int, busy: Collection[int], *, alone: bool) -> Select[Any]:
    earlier = posts.alias("earlier")
    is_first: ColumnElement[bool] = ~exists().where(
        earlier.c.channel_id == posts.c.channel_id, earlier.c.state == "owed", earlier.c.id < posts.c.id
    )
    # Who is alone knows what is under way, whatever the clock says.
    free = or_(posts.c.lease_until.is_(None), posts.c.lease_until <= now, true() if alone else false())
    # A post that was sent here from another channel may come before one that is under way.
    other = posts.alias("other")
    held = or_(other.c.id.in_(busy), false() if alone else other.c.lease_until > now)
    is_quiet: ColumnElement[bool] = ~exists().where(
        other.c.channel_id == posts.c.channel_id, other.c.state == "owed", other.c.id != posts.c.id, held
    )
    due = or_(posts.c.due_at <= now, posts.c.due_at > now + LONGEST_WAIT)
    return (
        select(posts)
        .where(posts.c.state == "owed", due, free, is_first, is_quiet, posts.c.id.not_in(busy))
        .order_by(posts.c.due_at, posts.c.id)
        .limit(limit)
        # Two claims at once take different posts instead of waiting for each other. SQLite has one writer anyway.
        .with_for_update(skip_locked=True, of=posts)
    )


async def _close(tx: AsyncConnection, post: Post, **values: Any) -> bool:
    held = and_(
        posts.c.id == post.id,
        posts.c.state == "owed",
        posts.c.fence == post.fence,
        posts.c.lease_until.is_not(None),
    )
    done = await tx.execute(update(posts).where(held).values(lease_until=None, **values))
    return done.rowcount == 1
