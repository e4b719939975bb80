"""What is watched, and what of it is in trouble now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all

from bot.store.base import Queries
from bot.store.rows import Watch
from bot.store.tables import subscriptions, watches

UNREADABLE_MAX = 10


@dataclass(frozen=True, slots=True)
class Outlook:
    """How much is watched, and not looked at yet; what is not well; the first of what cannot be read, and how many.

    A space counts as one that cannot be read when channels were told so.
    """

    watched: int
    unseen: int
    unwell: Sequence[Watch]
    unreadable: Sequence[Watch]
    unreadable_count: int


class OutlookQueries(Queries):
    """Reads only."""

    async def watched(self, channel_id: str, *, unclaimed: str = "") -> list[Watch]:
        """Return what a channel is told of, by space.

        `unclaimed` is a space that counts too where no channel subscribes to it, "" for none.
        """
        spaces = union_all(
            select(subscriptions.c.space_id).where(subscriptions.c.channel_id == channel_id),
            select(literal(unclaimed)).where(~exists().where(subscriptions.c.space_id == unclaimed)),
        )
        query = select(watches).where(watches.c.space_id.in_(spaces)).order_by(watches.c.space_id)
        async with self._reading() as tx:
            return [Watch(**row) for row in (await tx.execute(query)).mappings()]

    async def outlook(
        self, well: Collection[str], *, channel_id: str | None = None, space_id: str | None = None, unclaimed: str = ""
    ) -> Outlook:
        """Return what is watched of all, of a channel or of a space; `well` are the statuses that are no trouble.

        `unclaimed` is a space that counts too where no channel subscribes to it, "" for none.
        """
        mine = _watched(channel_id, unclaimed)
        if space_id is not None:
            mine = and_(mine, watches.c.space_id == space_id)
        unseen = watches.c.review_status == ""
        unwell = and_(mine, watches.c.review_status.not_in([*well, ""]))
        unreadable = and_(mine, watches.c.failure_told)
        async with self._reading() as tx:
            counts = [
                int(await tx.scalar(select(func.count()).select_from(watches).where(condition)) or 0)
                for condition in (mine, and_(mine, unseen), unreadable)
            ]
            rows = await tx.execute(select(watches).where(unwell).order_by(watches.c.space_id))
            bad = [Watch(**row) for row in rows.mappings()]
            longest = select(watches).where(unreadable).order_by(watches.c.failing_since).limit(UNREADABLE_MAX)
            blind = [Watch(**row) for row in (await tx.execute(longest)).mappings()]
        return Outlook(counts[0], counts[1], bad, blind, counts[2])


def _watched(channel_id: str | None, unclaimed: str) -> ColumnElement[bool]:
    of_space = subscriptions.c.space_id == watches.c.space_id
    mine = of_space if channel_id is None else and_(of_space, subscriptions.c.channel_id == channel_id)
    of_nobody = and_(watches.c.space_id == unclaimed, ~exists().where(of_space))
    return or_(exists().where(mine), of_nobody)
