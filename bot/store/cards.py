"""Cards, and what people do with them: each act, and each reminder, is one transaction under the lock of the card."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, time_of
from bot.store.delivery import Card, CardAct, NewPost
from bot.store.owing import owe_post
from bot.store.tables import acts, cards, posts

CardChange = Callable[[Card], Card | None]
Say = Callable[[Card, int | None], NewPost]
Attend = Callable[[Card, int | None], tuple[Card, NewPost] | None]


class CardQueries(Queries):
    """`decide`, `say` and `attend` are pure; they see the card as it is under the lock."""

    async def card(self, card_id: int) -> Card | None:
        """Return a card, None where there is none."""
        async with self._reading() as tx:
            row = (await tx.execute(select(cards).where(cards.c.id == card_id))).mappings().one_or_none()
            return None if row is None else Card(**row)

    async def open_cards(
        self, *, channel_id: str | None = None, space_id: str | None = None, with_message: bool = False
    ) -> list[Card]:
        """Return the open cards of a channel, of a space, or all, the oldest first.

        ``with_message`` leaves out those of many that changed at once, which have no message of their own.
        """
        query = select(cards).where(cards.c.state == "open")
        if channel_id is not None:
            query = query.where(cards.c.channel_id == channel_id)
        if space_id is not None:
            query = query.where(cards.c.space_id == space_id)
        if with_message:
            query = query.where(exists().where(posts.c.card_id == cards.c.id, posts.c.kind == "card"))
        async with self._reading() as tx:
            found = [Card(**row) for row in (await tx.execute(query)).mappings()]
        # Sorted here: to sort them SQLite would go through all that ever were, in their order.
        return sorted(found, key=lambda card: card.id)

    async def card_acts(self, card_id: int) -> list[CardAct]:
        """Return what people did with a card, the oldest first."""
        async with self._reading() as tx:
            rows = await tx.execute(select(acts).where(acts.c.card_id == card_id).order_by(acts.c.id))
            return [CardAct(**row) for row in rows.mappings()]

    async def act_on_card(
        self,
        card_id: int,
        user_id: str,
        act: str,
        detail: str,
        decide: CardChange,
        now: datetime,
        say: Say | None = None,
    ) -> Card | None:
        """Let somebody do something with a card, have it shown again, and owe what is to be said of that.

        `say` gets the changed card and the ID of its message. Return None, changing nothing, where there is no such
        card or `decide` returns None.
        """
        async with self._writing() as tx:
            before = await _locked(tx, card_id)
            after = decide(before) if before else None
            if after is None:
                return None
            after = replace(after, version=after.version + 1, show_at=await time_of(tx, now))
            await _save(tx, after)
            done = {"card_id": card_id, "at": now, "user_id": user_id, "act": act, "detail": detail}
            await tx.execute(insert(acts).values(done))
            if say:
                await owe_post(tx, say(after, await _message_of(tx, card_id)), now)
            return after

    async def attend_card(self, card_id: int, attend: Attend, now: datetime) -> bool:
        """Owe what has to be said of a card together with having said it; return False where it is nothing.

        `attend` gets the card and the ID of its message, None where that is not owed yet. A post whose key is known is
        not said twice, and the card still counts it as said; of a new version it is shown again. While the last thing
        said waits to be posted, nothing is: a channel that takes nothing for a month shall not get all of that at once.
        """
        async with self._writing() as tx:
            before = await _locked(tx, card_id)
            due = attend(before, await _message_of(tx, card_id)) if before else None
            if due is None or await tx.scalar(select(_is_waiting(card_id))):
                return False
            after, post = due
            if before and after.version != before.version:
                after = replace(after, show_at=await time_of(tx, now))
            await _save(tx, after)
            return await owe_post(tx, post, now) is not None


async def end_cards(
    tx: AsyncConnection, which: ColumnElement[bool], now: datetime, *, by: str, act: str, detail: str = ""
) -> None:
    """Close open cards, have that shown, and write down who did what that ends them; `by` is "" for nobody."""
    values = {"state": "closed", "closed_at": now, "version": cards.c.version + 1, "show_at": now}
    ended = update(cards).where(cards.c.state == "open", which).values(values).returning(cards.c.id)
    keys = sorted(await tx.scalars(ended))
    if keys and by:
        done = {"at": now, "user_id": by, "act": act, "detail": detail}
        await tx.execute(insert(acts), [{"card_id": key, **done} for key in keys])


async def _locked(tx: AsyncConnection, card_id: int) -> Card | None:
    rows = await tx.execute(select(cards).where(cards.c.id == card_id).with_for_update())
    row = rows.mappings().one_or_none()
    return None if row is None else Card(**row)


def _is_waiting(card_id: int) -> ColumnElement[bool]:
    mine = and_(posts.c.card_id == card_id, posts.c.kind == "reminder", posts.c.state == "owed")
    return exists().where(mine)


async def _save(tx: AsyncConnection, card: Card) -> None:
    values: dict[str, Any] = asdict(card)
    await tx.execute(update(cards).where(cards.c.id == values.pop("id")).values(values))


async def _message_of(tx: AsyncConnection, card_id: int) -> int | None:
    mine = and_(posts.c.card_id == card_id, posts.c.kind == "card", posts.c.state != "dropped")
    found: int | None = await tx.scalar(select(func.max(posts.c.id)).where(mine))
    return found
