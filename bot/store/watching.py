"""Watches as work: claimed when they are due, recorded by whoever holds the claim.

    due_at, pushed_at -> claim_watches: a lease and a fence -> (CAMS is asked) -> record | put_back: the next due_at

Any number of processes may claim. On PostgreSQL a claim ends with its lease, by the database's clock. On SQLite the
process is alone: what is under way is in its memory, and nothing is when it starts.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.polling import AGES, ROUND, Group, waits
from bot.store.base import Queries
from bot.store.owing import owe
from bot.store.rows import Change, Origin, Transition, Watch
from bot.store.spaces import channels_of
from bot.store.tables import subscriptions, watches
from bot.store.wake import wake

Decide = Callable[[Watch], tuple[Watch, Sequence[Change]]]
Rest = Callable[[Watch], timedelta]


class WatchQueries(Queries):
    """`also` are spaces that are looked at although no channel subscribes to them; other watches rest."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        # Claimed by this process. Only SQLite asks for it.
        self._under_way: set[str] = set()

    async def claim_watches(self, lease: timedelta, limit: int, also: Collection[str] = ()) -> list[Watch]:
        """Take up to `limit` watches that are due or were pushed; nobody else gets them before the lease ends."""
        async with self._writing() as tx:
            now = await self._now(tx)
            found: list[Watch] = []
            # One after another, for no index serves all at once: what was pushed, what is due at once, what fell due.
            for due, oldest in _due(now):
                if len(found) < limit:
                    mine = [self._is_free(tx, now), watches.c.space_id.not_in([one.space_id for one in found])]
                    first = select(watches.c.space_id).where(due, _is_told(also), *mine).order_by(oldest)
                    found += await _claim(tx, first.limit(limit - len(found)), now + lease)
        self._under_way.update(watch.space_id for watch in found)
        return found

    async def record(
        self,
        space_id: str,
        decide: Decide,
        fallback_channel: str,
        now: datetime,
        *,
        claim: Watch | None = None,
        rest: Rest | None = None,
    ) -> list[Transition]:
        """Let `decide` turn what is stored into what is now known, and record it together with what is to be told.

        One transaction under the lock of the row: the new row, a transition for each change, an alert owed to each
        subscribed channel (else to `fallback_channel`, "" for none). So of two that saw the same change the second
        finds it recorded. A space that is no longer watched is left alone.

        With a `claim`, which is given back, the watch is due again after what `rest` says; who has lost the claim
        changes nothing. Without one a person has looked, and what they saw move is due at once, to be planned anew.
        """
        mine = watches.c.space_id == space_id
        try:
            async with self._writing() as tx:
                rows = await tx.execute(select(watches).where(mine).with_for_update())
                row = rows.mappings().one_or_none()
                current = None if row is None else Watch(**row)
                if current is None or (claim and claim.fence != current.fence):
                    return []
                after, changes = decide(current)
                again = await self._again(tx, current, after, claim, rest)
                await tx.execute(update(watches).where(mine).values({**asdict(after), **again}))
                channels = await channels_of(tx, space_id) or ([fallback_channel] if fallback_channel else [])
                return [await owe(tx, change, space_id, channels, now, origin_of(claim)) for change in changes]
        finally:
            if claim:
                self._under_way.discard(space_id)

    async def put_back(self, claim: Watch, after: timedelta) -> bool:
        """Give a claim back unrecorded, to be due after so long; return False if it is lost already."""
        held = (watches.c.space_id == claim.space_id) & (watches.c.fence == claim.fence)
        try:
            async with self._writing() as tx:
                due = await self._now(tx) + after
                done = await tx.execute(update(watches).where(held).values(lease_until=None, due_at=due))
                return done.rowcount == 1
        finally:
            self._under_way.discard(claim.space_id)

    async def hold_watches(self, claims: Collection[Watch], lease: timedelta) -> None:
        """Let claims that are still held end a whole lease from now; what is lost stays lost."""
        if not claims:
            return
        held = or_(*((watches.c.space_id == one.space_id) & (watches.c.fence == one.fence) for one in claims))
        async with self._writing() as tx:
            await lock_watches(tx, held)
            until = await self._now(tx) + lease
            await tx.execute(update(watches).where(held, watches.c.lease_until.is_not(None)).values(lease_until=until))

    async def release_watches(self) -> None:
        """End every claim, at the start of a process that is alone; no watch is due later than in a round.

        The clock may have been wrong when it was planned.
        """
        async with self._writing() as tx:
            await tx.execute(update(watches).where(watches.c.lease_until.is_not(None)).values(lease_until=None))
            late = await self._now(tx) + ROUND
            await tx.execute(update(watches).where(watches.c.due_at > late).values(due_at=None))

    async def make_due(self, *, seen_before: datetime) -> None:
        """Make what was not seen since then due at once."""
        unseen = or_(watches.c.looked_at.is_(None), watches.c.looked_at < seen_before)
        async with self._writing() as tx:
            await lock_watches(tx, unseen)
            await tx.execute(update(watches).where(unseen).values(due_at=None))
            await wake(tx, "watches")

    async def watched_groups(self, now: datetime, also: Collection[str] = ()) -> Counter[Group]:
        """Count what is looked at, by group as bot.polling.group has them."""
        ages = select(watches.c.review_status, _age(now).label("age")).where(_is_told(also)).subquery()
        query = select(ages, func.count()).group_by(ages.c.review_status, ages.c.age)
        groups: Counter[Group] = Counter()
        async with self._reading() as tx:
            for status, age, count in await tx.execute(query):
                groups[Group(waits(status), age)] += count
        return groups

    async def _again(
        self, tx: AsyncConnection, current: Watch, after: Watch, claim: Watch | None, rest: Rest | None
    ) -> dict[str, Any]:
        if claim is None or rest is None:
            moved = (current.waba_id, current.review_status) != (after.waba_id, after.review_status)
            return {"due_at": None} if moved else {}
        # A push that came since the claim is not followed yet, nor is one by an answer that came too late to count.
        is_followed = (current.pushed_at, current.position) == (claim.pushed_at, claim.position)
        pushed_at = None if is_followed else current.pushed_at
        return {"due_at": await self._now(tx) + rest(after), "lease_until": None, "pushed_at": pushed_at}

    def _is_free(self, tx: AsyncConnection, now: datetime) -> ColumnElement[bool]:
        if tx.dialect.name == "sqlite":
            return watches.c.space_id.not_in(self._under_way)
        return or_(watches.c.lease_until.is_(None), watches.c.lease_until <= now)


async def lock_watches(tx: AsyncConnection, condition: ColumnElement[bool]) -> None:
    """Lock the watches that meet a condition, in one order, so that two of these cannot wait for each other."""
    await tx.execute(select(watches.c.space_id).where(condition).order_by(watches.c.space_id).with_for_update())


def origin_of(claim: Watch | None) -> Origin:
    """Return what led to a look, given its claim, None where a person looked."""
    if claim is None:
        return Origin("person")
    if claim.pushed_at is None:
        return Origin("poll")
    return Origin("push", claim.pushed_at, max(claim.due_at or claim.pushed_at, claim.pushed_at))


def _due(now: datetime) -> Sequence[tuple[ColumnElement[bool], ColumnElement[Any]]]:
    return (
        (watches.c.pushed_at.is_not(None), watches.c.pushed_at),
        (watches.c.due_at.is_(None), watches.c.due_at),
        (watches.c.due_at <= now, watches.c.due_at),
    )


async def _claim(tx: AsyncConnection, wanted: Select[Any], until: datetime) -> list[Watch]:
    # Two claims at once take different watches instead of waiting for each other.
    first = wanted.with_for_update(skip_locked=True, of=watches).cte("first")
    claim = update(watches).where(watches.c.space_id.in_(select(first.c.space_id)))
    taken = claim.values(lease_until=until, fence=watches.c.fence + 1).returning(watches)
    found = [Watch(**row) for row in (await tx.execute(taken)).mappings()]
    return sorted(found, key=lambda watch: (watch.pushed_at or watch.due_at or until, watch.space_id))


def _is_told(also: Collection[str]) -> ColumnElement[bool]:
    return or_(watches.c.space_id.in_(also), exists().where(subscriptions.c.space_id == watches.c.space_id))


def _age(now: datetime) -> ColumnElement[int]:
    oldest = len(AGES) - 1
    steps = [(watches.c.status_since > now - begins, literal(step)) for step, begins in enumerate(AGES[1:])]
    return case(*steps, else_=literal(oldest))
