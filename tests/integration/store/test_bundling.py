import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.alerts.bundle import plan, waits
from bot.alerts.flood_view import FLOOD_FROM
from bot.outbox import LEASE
from bot.store import Channel, Post, Situation, Store, Telling
from tests.fixtures.changes import REJECTED, record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import alerts_owed, owe


async def claim(store: Store, limit: int = 10, clock: Clock | None = None) -> list[Post]:
    return await store.claim_posts((clock or Clock())(), LEASE, limit)


async def take(store: Store, clock: Clock | None = None) -> Post:
    [post] = await claim(store, 1, clock)
    return post


async def states(store: Store) -> list[str]:
    async with store._reading() as tx:
        return list(await tx.scalars(text("SELECT state FROM alerts ORDER BY id")))


async def watched(store: Store, *channels: str, times: int = 1) -> list[int]:
    for channel in channels:
        await store.subscribe("space-1", channel, "U1", NOON)
    return [(await record_change(store, "space-1", NOON)).id for _ in range(times)]


async def test_what_is_dropped_fails_its_alerts_and_lets_the_next_pass(store: Store) -> None:
    await watched(store, "C1", times=2)
    await store.bundle(plan, NOON)
    await store.drop(await take(store), "invalid_blocks")

    assert len(await claim(store)) == 1
    assert await states(store) == ["failed", "bundled"]


async def test_what_is_sent_delivers_its_alerts(store: Store) -> None:
    [change] = await watched(store, "C1")
    await store.bundle(plan, NOON)
    post = await take(store)

    assert await store.told_by(post) == [change]
    assert await store.sent(post, "1.0", NOON)
    assert await states(store) == ["delivered"]


async def test_bundlers_at_once_make_each_post_once(store: Store) -> None:
    await watched(store, "C1", "C2", "C3", times=4)
    other = Store(store._engine)
    made = await asyncio.gather(*(one.bundle(plan, NOON) for _ in range(4) for one in (store, other)))

    assert sum(made) == 12
    assert await alerts_owed(store) == []


async def test_alerts_that_an_older_version_has_leased_are_left_alone(store: Store) -> None:
    await watched(store, "C1")
    async with store._writing() as tx:
        await tx.execute(text("UPDATE alerts SET lease_until = due_at"))
    before = await alerts_owed(store, NOON - timedelta(seconds=1))
    after = await alerts_owed(store, NOON)

    assert (before, len(after)) == ([], 1)


async def test_a_channel_whose_alerts_cannot_be_bundled_holds_up_no_other(store: Store) -> None:
    await watched(store, "C1", "C2")

    def fails_for_one(found: Situation) -> list[Telling]:
        if found.channel.channel_id == "C1":
            raise ValueError("a fault of ours")
        return plan(found)

    with pytest.raises(ExceptionGroup, match="could not be bundled"):
        await store.bundle(fails_for_one, NOON)

    assert [post.channel_id for post in await claim(store)] == ["C2"]
    assert [alert.channel_id for alert in await alerts_owed(store)] == ["C1"]


async def told(store: Store, channel: str = "C1") -> set[str]:
    """Return of which spaces a channel reads in messages of their own."""
    found: list[Situation] = []

    def note(situation: Situation) -> list[Telling]:
        found.append(situation)
        return []

    await store.subscribe("space-9", channel, "U1", NOON)
    await record_change(store, "space-9", NOON, REJECTED)
    await store.bundle(note, NOON)
    return set(next(one.told for one in found if one.channel.channel_id == channel))


async def rejected(store: Store, *spaces: str, channel: str = "C1") -> None:
    for space in spaces:
        await store.subscribe(space, channel, "U1", NOON)
        await record_change(store, space, NOON, REJECTED)
    await store.bundle(plan, NOON)


async def test_it_is_known_of_which_wabas_a_channel_was_told_by_a_message_of_their_own(store: Store) -> None:
    await rejected(store, "space-1", "space-2")
    [post] = await claim(store)
    await store.sent(post, "1900000000.000001", NOON)
    await rejected(store, "space-3", channel="C2")
    await store.change_channel("C1", lambda channel: replace(channel, mode="each"))
    await rejected(store, "space-4")

    assert await told(store) == {"space-1", "space-2", "space-4"}
    assert await told(store, "C2") == {"space-3"}


async def test_of_whom_many_read_together_they_read_in_no_message_of_its_own(store: Store) -> None:
    await rejected(store, *(f"space-{number}" for number in range(FLOOD_FROM, 2 * FLOOD_FROM)))
    await owe(store, "C1")

    assert (await claim(store))[0].kind == "flood"
    assert await told(store) == set()


async def test_what_was_given_up_was_not_told(store: Store) -> None:
    await rejected(store, "space-1")
    await store.drop(await take(store), "invalid_blocks")

    assert await told(store) == set()


async def test_what_waits_for_a_digest_is_not_even_read(store: Store) -> None:
    looked: list[Situation] = []
    await store.set_channel(Channel(channel_id="C1", mode="digest"))
    await watched(store, "C1")

    def note(situation: Situation) -> bool:
        looked.append(situation)
        return waits(situation)

    assert (await store.bundle(plan, NOON, note), [one.alerts for one in looked]) == (0, [])
