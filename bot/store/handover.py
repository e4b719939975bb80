"""What becomes of the alerts that nobody subscribes to where they go to another channel than before."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, time_of
from bot.store.cards import end_cards
from bot.store.delivery import Card, NewPost
from bot.store.owing import owe_post
from bot.store.spaces import channels_of, take_over
from bot.store.tables import cards, channels, subscriptions


class HandoverQueries(Queries):
    """Who starts with other settings than the process before it."""

    async def hand_over(self, space_id: str, channel_id: str, render: Callable[[Card], str], now: datetime) -> int:
        """Let a space to which nobody subscribes be told of in this channel alone; return how many cards were closed.

        Both may be "" for none.
        Open cards in channels that are told of them no more are closed. That of the space goes on in the channel, with
        whoever acknowledged it: `render`, which is pure, gives its message. So do alerts that are no message yet.
        """
        async with self._writing() as tx:
            is_told = bool(space_id and channel_id) and not await channels_of(tx, space_id)
            if is_told:
                await take_over(tx, space_id, [channel_id], channel_id)
            left = await _left(tx, space_id if is_told else "", channel_id)
            at = await time_of(tx, now)
            await end_cards(tx, cards.c.id.in_([card.id for card in left]), at, by="", act="")
            moved = [card for card in left if is_told and card.space_id == space_id]
            if moved and await _takes_a_card(tx, space_id, channel_id):
                await _go_on(tx, replace(moved[-1], channel_id=channel_id, show_at=at), render, at)
            return len(left)


async def _left(tx: AsyncConnection, space_id: str, channel_id: str) -> list[Card]:
    """The open cards in channels that are told of their spaces no more, locked, the oldest first."""
    is_subscribed = exists().where(
        subscriptions.c.space_id == cards.c.space_id, subscriptions.c.channel_id == cards.c.channel_id
    )
    elsewhere = or_(cards.c.space_id != space_id, cards.c.channel_id != channel_id)
    query = select(cards).where(cards.c.state == "open", elsewhere, ~is_subscribed).order_by(cards.c.id)
    rows = await tx.execute(query.with_for_update(of=cards))
    return [Card(**row) for row in rows.mappings()]


async def _takes_a_card(tx: AsyncConnection, space_id: str, channel_id: str) -> bool:
    mode = await tx.scalar(select(channels.c.mode).where(channels.c.channel_id == channel_id))
    there = exists().where(cards.c.state == "open", cards.c.space_id == space_id, cards.c.channel_id == channel_id)
    return mode in {None, "card"} and not await tx.scalar(select(there))


async def _go_on(tx: AsyncConnection, card: Card, render: Callable[[Card], str], at: datetime) -> None:
    values = asdict(replace(card, version=1, shown=1, lease_until=None))
    del values["id"]
    key = (await tx.execute(cards.insert().values(values).returning(cards.c.id))).scalar_one()
    content = render(replace(card, id=key, version=1))
    await owe_post(tx, NewPost(channel_id=card.channel_id, kind="card", content=content, card_id=key), at)
