"""What happened, who was told of it when, and who did what about it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries
from bot.store.delivery import AlertState, CardAct, Post
from bot.store.rows import Transition
from bot.store.tables import acts, alerts, cards, posts, transitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a change's alert to one channel; `sent_at` is None and `message_ts` "" before it was posted.

    `posted_in` differs from `channel_id` where that one could not take it. `thread_ts` is the message in whose thread
    it stands, "" for none.
    """

    channel_id: str
    state: AlertState
    posted_in: str
    message_ts: str
    sent_at: datetime | None
    error: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A change, whom it was told, and what people did with its cards before the next one."""

    change: Transition
    told: tuple[Told, ...]
    acts: tuple[CardAct, ...]


class HistoryQueries(Queries):
    """Reads only."""

    async def history(self, space_id: str, limit: int) -> list[Moment]:
        """Return the latest changes of a space with all that came of them, the newest first."""
        query = select(transitions).where(transitions.c.space_id == space_id).order_by(transitions.c.id.desc())
        async with self._reading() as tx:
            found = [Transition(**row) for row in (await tx.execute(query.limit(limit))).mappings()]
            told = await _told(tx, [change.id for change in found])
            done = await _acts(tx, space_id, found[-1].seen_at) if found else []
        by_change = _by_change(found, done)
        return [Moment(change, tuple(told[change.id]), tuple(by_change[change.id])) for change in found]

    async def posts_waiting(self, limit: int, *, channel_id: str | None = None) -> list[Post]:
        """Return the posts that are owed, those that failed before first, then the oldest first."""
        query = select(posts).where(posts.c.state == "owed").order_by((posts.c.error == "").asc(), posts.c.id)
        if channel_id is not None:
            query = query.where(or_(posts.c.channel_id == channel_id, posts.c.meant_for == channel_id))
        async with self._reading() as tx:
            return [Post(**row) for row in (await tx.execute(query.limit(limit))).mappings()]

    async def posts_dropped(self, limit: int, since: datetime, *, channel_id: str | None = None) -> list[Post]:
        """Return the posts that were given up and are not older than a time, the newest first."""
        query = select(posts).where(posts.c.state == "dropped", posts.c.created_at >= since).order_by(posts.c.id.desc())
        if channel_id is not None:
            query = query.where(or_(posts.c.channel_id == channel_id, posts.c.meant_for == channel_id))
        async with self._reading() as tx:
            return [Post(**row) for row in (await tx.execute(query.limit(limit))).mappings()]

    async def count_waiting(self, *, channel_id: str | None = None) -> int:
        """Return how many posts are owed."""
        owed = posts.c.state == "owed"
        mine = or_(posts.c.channel_id == channel_id, posts.c.meant_for == channel_id)
        query = select(func.count()).select_from(posts).where(owed if channel_id is None else and_(owed, mine))
        async with self._reading() as tx:
            return int((await tx.execute(query)).scalar_one())


async def _told(tx: AsyncConnection, changes: Sequence[int]) -> dict[int, list[Told]]:
    heads = posts.alias("heads")
    query = (
        select(
            alerts.c.transition_id,
            alerts.c.channel_id,
            alerts.c.state,
            alerts.c.error,
            func.coalesce(posts.c.channel_id, alerts.c.channel_id).label("posted_in"),
            func.coalesce(posts.c.message_ts, alerts.c.message_ts, "").label("message_ts"),
            func.coalesce(heads.c.message_ts, "").label("thread_ts"),
            func.coalesce(posts.c.error, "").label("post_error"),
            posts.c.sent_at,
            alerts.c.delivered_at,
        )
        .outerjoin(posts, posts.c.id == alerts.c.post_id)
        .outerjoin(heads, and_(heads.c.id == posts.c.parent_id, heads.c.channel_id == posts.c.channel_id))
        .where(alerts.c.transition_id.in_(changes))
        .order_by(alerts.c.id)
    )
    told: dict[int, list[Told]] = defaultdict(list)
    for row in (await tx.execute(query)).mappings():
        told[row["transition_id"]].append(_read(dict(row)))
    return told


def _read(row: dict[str, Any]) -> Told:
    return Told(
        channel_id=row["channel_id"],
        state=row["state"],
        posted_in=row["posted_in"],
        message_ts=row["message_ts"],
        sent_at=row["sent_at"] or row["delivered_at"],
        error=row["post_error"] or row["error"],
        thread_ts=row["thread_ts"],
    )


async def _acts(tx: AsyncConnection, space_id: str, since: datetime) -> list[CardAct]:
    query = select(acts).join(cards, cards.c.id == acts.c.card_id).where(cards.c.space_id == space_id)
    rows = await tx.execute(query.where(acts.c.at >= since).order_by(acts.c.id))
    return [CardAct(**row) for row in rows.mappings()]


def _by_change(newest_first: Sequence[Transition], done: Iterable[CardAct]) -> dict[int, list[CardAct]]:
    """Put each act to the latest change that was seen before it."""
    found: dict[int, list[CardAct]] = defaultdict(list)
    for act in done:
        change = next((one for one in newest_first if one.seen_at <= act.at), None)
        if change:
            found[change.id].append(act)
    return found
