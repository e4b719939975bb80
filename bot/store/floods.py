"""What was told together, and what people do with all of it at once.

A flood is known by the first and the last of its alerts: they have their keys before any message of it is made.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, time_of, values_of
from bot.store.cards import CardChange
from bot.store.delivery import Card, NewPost
from bot.store.owing import owe_post
from bot.store.rows import Transition
from bot.store.tables import acts, alerts, cards, channels, posts, transitions


@dataclass(frozen=True, slots=True)
class Swept:
    """The cards that somebody did something with, as they are now, and those that have changed since the flood."""

    cards: Sequence[Card]
    moved: Sequence[Card]


Write = Callable[[Swept], str]


class FloodQueries(Queries):
    """`decide` and `write` are pure; they see the cards as they are under their locks."""

    async def act_on_flood(
        self, first: int, last: int, user_id: str, act: str, decide: CardChange, now: datetime, write: Write
    ) -> Swept | None:
        """Let somebody do something with each card of a flood that stands as the flood has told, in one transaction.

        Each is shown again where it has a message, and the act is written down with each. What `write` makes of it is
        owed in the flood's thread, unless nothing was done: `decide` returns None for a card that is left as it is.
        Return None where there is no flood that told the alerts with the IDs `first` and `last`.
        """
        async with self._writing() as tx:
            flood = await _flood(tx, first, last)
            if flood is None:
                return None
            # Alerts become posts under this lock too, and take the cards in another order.
            mine = channels.c.channel_id == flood["meant_for"]
            await tx.execute(select(channels.c.channel_id).where(mine).with_for_update())
            swept = await _swept(tx, flood, first, last, decide, await time_of(tx, now))
            if swept.cards:
                await _save(tx, swept.cards)
                done = {"at": now, "user_id": user_id, "act": act, "detail": ""}
                await tx.execute(insert(acts), [{"card_id": card.id, **done} for card in swept.cards])
                await owe_post(tx, _line(flood, write(swept)), now)
            return swept


async def _flood(tx: AsyncConnection, first: int, last: int) -> RowMapping | None:
    """Return the head of a flood. It and its parts were made in one transaction, at one time."""
    parts = posts.alias("parts")
    ends = select(parts.c.meant_for, parts.c.created_at).join(alerts, alerts.c.post_id == parts.c.id)
    told = [await tx.execute(ends.where(alerts.c.id == key, parts.c.kind == "part")) for key in (first, last)]
    found = [row.one_or_none() for row in told]
    if found[0] is None or found[0] != found[1]:
        return None
    channel_id, made_at = found[0]
    head = select(posts).where(posts.c.kind == "flood", posts.c.meant_for == channel_id, posts.c.created_at == made_at)
    return (await tx.execute(head)).mappings().one_or_none()


async def _swept(
    tx: AsyncConnection, flood: RowMapping, first: int, last: int, decide: CardChange, now: datetime
) -> Swept:
    told = await _told(tx, flood, first, last)
    done: list[Card] = []
    moved: list[Card] = []
    for card in await _cards(tx, flood["meant_for"], told):
        after = decide(card)
        if after is None:
            continue
        if _stands(card, told[card.space_id]):
            done.append(replace(after, version=card.version + 1, show_at=now))
        else:
            moved.append(card)
    return Swept(done, moved)


async def _told(tx: AsyncConnection, flood: RowMapping, first: int, last: int) -> Mapping[str, Transition]:
    """Return the last change of each space that a flood has told."""
    query = (
        select(transitions)
        .join(alerts, alerts.c.transition_id == transitions.c.id)
        .join(posts, posts.c.id == alerts.c.post_id)
        .where(alerts.c.id.between(first, last), alerts.c.channel_id == flood["meant_for"])
        .where(posts.c.created_at == flood["created_at"], transitions.c.kind == "review")
        .order_by(alerts.c.id)
    )
    found = [Transition(**values_of(row, transitions)) for row in await tx.execute(query)]
    return {change.space_id: change for change in found}


async def _cards(tx: AsyncConnection, channel_id: str, spaces: Collection[str]) -> list[Card]:
    mine = select(cards).where(cards.c.channel_id == channel_id, cards.c.state == "open").order_by(cards.c.id)
    rows = (await tx.execute(mine.with_for_update())).mappings()
    return [Card(**row) for row in rows if row["space_id"] in spaces]


def _stands(card: Card, told: Transition) -> bool:
    return (card.waba_id, card.status, card.status_since) == (told.waba_id, told.after, told.seen_at)


async def _save(tx: AsyncConnection, changed: Sequence[Card]) -> None:
    values: list[dict[str, Any]] = [asdict(card) for card in changed]
    rows = [{**one, "key": one.pop("id")} for one in values]
    await tx.execute(update(cards).where(cards.c.id == bindparam("key")), rows)


def _line(flood: RowMapping, content: str) -> NewPost:
    # Where its channel takes nothing, the flood stands in another one.
    return NewPost(channel_id=flood["channel_id"], kind="line", content=content, parent_id=flood["id"])
