"""Acknowledging what was told together."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.alerts import acting
from bot.alerts.bundle import FLOOD_PAUSE, plan
from bot.alerts.flood_view import FLOOD_FROM
from bot.alerts.message import Message
from bot.store import Post, Store, Swept
from tests.fixtures.changes import APPROVED, record_change
from tests.fixtures.clock import NOON

CHANNEL = "C1"
LATER = NOON + timedelta(minutes=10)
SPACES = [f"space-{number}" for number in range(FLOOD_FROM)]
LEASE = timedelta(seconds=30)


async def move(store: Store, space: str, after: str, at: timedelta = timedelta(0), waba: str = "waba-1") -> None:
    change = replace(APPROVED, after=after, waba_id=waba)
    await record_change(store, space, NOON + at, change)


async def flood(store: Store, at: datetime = NOON) -> tuple[int, int]:
    """Let many change at once, and return what the button of their message stands for."""
    for space in SPACES:
        await store.subscribe(space, CHANNEL, "U1", NOON)
        await move(store, space, "REJECTED")
    await store.bundle(plan, at)
    head = next(post for post in await waiting(store) if post.kind == "flood" and post.channel_id == CHANNEL)
    [button] = next(block for block in Message.loads(head.content).blocks if block["type"] == "actions")["elements"]
    first, last = button["value"].split("-")
    return int(first), int(last)


async def waiting(store: Store) -> list[Post]:
    return await store.posts_waiting(100)


async def ack(store: Store, ends: tuple[int, int], who: str = "U1") -> Swept | None:
    def write(swept: Swept) -> str:
        return f"{who} {len(swept.cards)}"

    return await store.act_on_flood(*ends, who, "ack", partial(acting.acknowledge, who, LATER), LATER, write)


async def acked(store: Store, channel: str = CHANNEL) -> dict[str, str]:
    return {card.space_id: card.acked_by for card in await store.open_cards(channel_id=channel)}


async def test_all_that_a_flood_told_are_acknowledged_and_each_act_is_written_down(store: Store) -> None:
    ends = await flood(store)
    before = await store.open_cards()
    swept = await ack(store, ends)

    assert swept is not None
    assert (len(swept.cards), swept.moved) == (FLOOD_FROM, [])
    assert await acked(store) == dict.fromkeys(SPACES, "U1")
    for card in before:
        after = await store.card(card.id)

        assert after is not None
        assert after == replace(card, acked_by="U1", acked_at=LATER, version=card.version + 1, show_at=after.show_at)
        assert [(one.user_id, one.act, one.at) for one in await store.card_acts(card.id)] == [("U1", "ack", LATER)]


async def test_who_acknowledged_how_many_is_said_once_in_the_thread_of_the_flood(store: Store) -> None:
    ends = await flood(store)
    await ack(store, ends)
    again = await ack(store, ends, "U2")
    head, *_, line = sorted(await waiting(store), key=lambda post: post.id)

    assert again == Swept([], [])
    assert (line.kind, line.content, line.parent_id, head.kind) == ("line", f"U1 {FLOOD_FROM}", head.id, "flood")
    assert [post.kind for post in await waiting(store)].count("line") == 1
    assert set((await acked(store)).values()) == {"U1"}


async def test_what_has_changed_since_is_left_as_it_is(store: Store) -> None:
    ends = await flood(store)
    await move(store, SPACES[0], "DISABLED", FLOOD_PAUSE)
    await move(store, SPACES[1], "PENDING", FLOOD_PAUSE)
    await move(store, SPACES[2], "REJECTED", FLOOD_PAUSE, waba="waba-2")
    await move(store, SPACES[3], "APPROVED", FLOOD_PAUSE)
    await store.bundle(plan, NOON + FLOOD_PAUSE)
    swept = await ack(store, ends)

    assert swept is not None
    assert {card.space_id for card in swept.moved} == set(SPACES[:3])
    assert await acked(store) == dict.fromkeys(SPACES[:3], "") | dict.fromkeys(SPACES[4:], "U1")


async def test_who_has_acknowledged_before_stays_the_one_who_did(store: Store) -> None:
    ends = await flood(store)
    first = (await store.open_cards())[0]
    await store.act_on_card(first.id, "U2", "ack", "", partial(acting.acknowledge, "U2", NOON), NOON)
    swept = await ack(store, ends)

    assert swept is not None
    assert (len(swept.cards), swept.moved) == (FLOOD_FROM - 1, [])
    assert (await acked(store))[first.space_id] == "U2"


async def test_what_the_flood_did_not_tell_is_left_as_it_is(store: Store) -> None:
    await store.subscribe("space-before", CHANNEL, "U1", NOON)
    await move(store, "space-before", "REJECTED")
    await store.bundle(plan, NOON)
    for space in SPACES:
        await store.subscribe(space, "C2", "U1", NOON)
    ends = await flood(store)
    await store.subscribe("space-after", CHANNEL, "U1", NOON)
    await move(store, "space-after", "REJECTED", FLOOD_PAUSE)
    await store.bundle(plan, NOON + FLOOD_PAUSE)
    await ack(store, ends)

    assert {space for space, who in (await acked(store)).items() if not who} == {"space-before", "space-after"}
    assert set((await acked(store, "C2")).values()) == {""}


async def test_what_was_told_alone_between_the_alerts_of_a_flood_is_left_as_it_is(store: Store) -> None:
    flapping = ["REJECTED", "DISABLED", "REJECTED", "DISABLED", "REJECTED"]
    await store.subscribe("space-flaps", CHANNEL, "U1", NOON)
    for after in flapping:
        await move(store, "space-flaps", after)
    await store.subscribe("space-alone", CHANNEL, "U1", NOON)
    await move(store, "space-alone", "REJECTED")
    # The last change of what flaps is held, and told with the flood.
    await store.bundle(plan, NOON)
    await _all_sent(store)
    swept = await ack(store, await flood(store, LATER))

    assert swept is not None
    assert len(swept.cards) == FLOOD_FROM + 1
    assert {space for space, who in (await acked(store)).items() if not who} == {"space-alone"}


async def test_of_two_who_acknowledge_all_at_once_each_card_has_one(store: Store) -> None:
    ends = await flood(store)
    other = Store(store._engine)
    done = await asyncio.gather(*(ack(one, ends, f"U{n}") for n in range(3) for one in (store, other)))

    assert sorted(len(one.cards) for one in done if one) == [0] * 5 + [FLOOD_FROM]


async def test_in_another_channel_where_the_flood_stands_it_is_still_known(store: Store) -> None:
    ends = await flood(store)
    for _ in range(2):
        for post in await store.claim_posts(LATER, LEASE, 10):
            if post.channel_id == CHANNEL:
                await store.reroute(post, "C9", post.content)
            else:
                await store.sent(post, "1900000000.000001", LATER)
    await ack(store, ends)
    part, line = await waiting(store)

    assert (part.kind, part.parent_id, line.kind) == ("part", None, "line")
    assert set((await acked(store)).values()) == {"U1"}
    assert line.channel_id == "C9"


@pytest.mark.parametrize("ends", [(1, 999), (999, 999), (0, 0)])
async def test_there_is_nothing_to_do_with_a_flood_that_is_not_known(store: Store, ends: tuple[int, int]) -> None:
    await flood(store)

    assert await ack(store, ends) is None


async def test_an_error_of_who_writes_acknowledges_nothing(store: Store) -> None:
    ends = await flood(store)

    def write(_swept: Swept) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.act_on_flood(*ends, "U1", "ack", partial(acting.acknowledge, "U1", LATER), LATER, write)
    assert set((await acked(store)).values()) == {""}


async def _all_sent(store: Store) -> None:
    while posts := await store.claim_posts(LATER, LEASE, 10):
        for post in posts:
            await store.sent(post, f"1900000000.{post.id:06}", LATER)
