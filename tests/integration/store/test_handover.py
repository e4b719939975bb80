"""A start with another BOT_ALERT_CHANNEL than the one before."""

import asyncio
from dataclasses import replace

from bot.alerts.message import Message
from bot.store import Card, Channel, Store
from tests.fixtures.alert_samples import put_card
from tests.fixtures.changes import REJECTED, record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import Chat, Poster


def render(card: Card) -> str:
    return Message(f"{card.waba_name} in {card.channel_id}", []).dumps()


async def hand_over(store: Store, space_id: str = "cams-1", channel_id: str = "C2") -> int:
    return await store.hand_over(space_id, channel_id, render, NOON)


async def test_a_card_that_nobody_subscribes_to_goes_on_in_the_new_channel(store: Store) -> None:
    await put_card(store, acked_by="U1", acked_at=NOON, reminders=2, version=5, shown=5)
    closed = await asyncio.gather(*(hand_over(store) for _ in range(3)))
    [card] = await store.open_cards()
    [post] = [one for one in await store.posts_waiting(10) if one.channel_id == "C2"]

    assert sorted(closed) == [0, 0, 1]
    assert (card.channel_id, card.acked_by, card.reminders, card.version) == ("C2", "U1", 2, 1)
    assert (post.kind, post.card_id, Message.loads(post.content).text) == ("card", card.id, "Acme in C2")
    old = await store.card(7)
    assert old is not None
    assert (old.state, old.version) == ("closed", 6)


async def test_a_start_with_the_same_channel_leaves_everything_as_it_is(store: Store) -> None:
    await put_card(store, channel_id="C2")
    await store.subscribe("cams-3", "C3", "U1", NOON)
    await put_card(store, id=8, space_id="cams-3", channel_id="C3")

    assert await hand_over(store) == 0
    assert [card.id for card in await store.open_cards()] == [7, 8]


async def test_cards_of_a_default_space_of_before_are_closed(store: Store) -> None:
    await put_card(store)

    assert await hand_over(store, space_id="cams-other", channel_id="C012ABC") == 1
    assert await store.open_cards() == []


async def test_without_an_alert_channel_the_card_is_only_closed(store: Store) -> None:
    await put_card(store)

    assert await hand_over(store, channel_id="") == 1
    assert await store.open_cards() == []


async def test_a_new_channel_without_cards_gets_none(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C2", mode="digest"))
    await put_card(store)

    assert await hand_over(store) == 1
    assert await store.open_cards() == []


async def test_a_change_that_was_no_message_yet_is_told_on_the_card_in_the_new_channel(store: Store) -> None:
    chat, clock = Chat(), Clock()
    await store.begin_watching(["cams-1"])
    await record_change(store, "cams-1", NOON, REJECTED, fallback="C1")
    await Poster(store, chat, clock, "C1").tick()
    await record_change(store, "cams-1", NOON, replace(REJECTED, before="REJECTED", after="DISABLED"), fallback="C1")
    await hand_over(store)
    await Poster(store, chat, clock, "C2").tick()

    assert [one.channel_id for one in chat.sent] == ["C1", "C2", "C2"]
    assert "REJECTED → DISABLED" in chat.texts("C2")[1]
    assert [card.status for card in await store.open_cards()] == ["DISABLED"]
