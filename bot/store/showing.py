"""Cards whose message in Slack is older than what is known: claimed, shown, closed by whoever holds them.

Showing the same twice does no harm, so this needs a lease and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, time_of
from bot.store.delivery import Card, CardAct
from bot.store.posts import LONGEST_WAIT
from bot.store.tables import acts, cards, channels, posts


@dataclass(frozen=True, slots=True)
class Shown:
    """A card to be shown, what people did with it, and its message."""

    card: Card
    acts: Sequence[CardAct]
    channel_id: str
    message_ts: str


class ShowQueries(Queries):
    """What is shown of cards."""

    async def claim_cards(self, now: datetime, lease: timedelta, limit: int) -> list[Shown]:
        """Take up to ``limit`` cards that changed since they were shown; nobody else gets them meanwhile.

        Those in a channel that is lost wait until it is back.
        """
        async with self._writing() as tx:
            now = await time_of(tx, now)
            await _pass_over_bare(tx)
            free = or_(cards.c.lease_until.is_(None), cards.c.lease_until <= now, cards.c.lease_until > now + lease)
            is_lost = exists().where(channels.c.channel_id == posts.c.channel_id, channels.c.broken_because != "")
            root = and_(posts.c.card_id == cards.c.id, posts.c.kind == "card", posts.c.state == "sent", ~is_lost)
            may = or_(cards.c.show_at <= now, cards.c.show_at > now + LONGEST_WAIT)
            due = (
                select(cards.c.id)
                .where(cards.c.version > cards.c.shown, may, free)
                .where(select(posts.c.id).where(root).exists())
                .order_by(cards.c.show_at)
                .limit(limit)
                .with_for_update(skip_locked=True, of=cards)
            )
            keys = list(await tx.scalars(due))
            await tx.execute(update(cards).where(cards.c.id.in_(keys)).values(lease_until=now + lease))
            return [await _shown(tx, key) for key in keys]

    async def card_shown(self, card: Card) -> None:
        """Note that Slack shows this version of a card."""
        async with self._writing() as tx:
            newest = func.max if tx.dialect.name == "sqlite" else func.greatest
            shown = newest(cards.c.shown, card.version)
            await tx.execute(update(cards).where(cards.c.id == card.id).values(shown=shown, lease_until=None))

    async def put_off_card(self, card: Card, wait: timedelta, now: datetime) -> None:
        """Show a card later."""
        async with self._writing() as tx:
            values = {"show_at": await time_of(tx, now) + min(wait, LONGEST_WAIT), "lease_until": None}
            await tx.execute(update(cards).where(cards.c.id == card.id).values(values))

    async def put_off_cards(self, wait: timedelta, now: datetime) -> None:
        """Show none of the cards before so long."""
        async with self._writing() as tx:
            until = await time_of(tx, now) + min(wait, LONGEST_WAIT)
            await _update_free(tx, and_(cards.c.version > cards.c.shown, cards.c.show_at < until), show_at=until)


async def _pass_over_bare(tx: AsyncConnection) -> None:
    """Let cards without a message count as shown: the message that they may get shows them as they are then.

    Otherwise each look for what changed would go through all that ever were part of a flood.
    """
    its_message = and_(posts.c.card_id == cards.c.id, posts.c.kind == "card", posts.c.state != "dropped")
    bare = and_(cards.c.version > cards.c.shown, ~exists().where(its_message))
    await _update_free(tx, bare, shown=cards.c.version)


async def _update_free(tx: AsyncConnection, which: ColumnElement[bool], **values: Any) -> None:
    # Who waited for what somebody else has locked, with others locked already, could wait in a circle.
    free = select(cards.c.id).where(which).with_for_update(skip_locked=True)
    await tx.execute(update(cards).where(cards.c.id.in_(free)).values(**values))


async def _shown(tx: AsyncConnection, card_id: int) -> Shown:
    row = (await tx.execute(select(cards).where(cards.c.id == card_id))).mappings().one()
    done = (await tx.execute(select(acts).where(acts.c.card_id == card_id).order_by(acts.c.id))).mappings()
    root = select(posts.c.channel_id, posts.c.message_ts).where(
        posts.c.card_id == card_id, posts.c.kind == "card", posts.c.state == "sent"
    )
    channel_id, message_ts = (await tx.execute(root.order_by(posts.c.id.desc()).limit(1))).one()
    return Shown(Card(**row), [CardAct(**act) for act in done], channel_id, message_ts)
