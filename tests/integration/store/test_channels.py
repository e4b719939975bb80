import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from bot.store import Channel, Mode, Store, Transition
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON
from tests.fixtures.delivery import alerts_owed

LATER = NOON + timedelta(hours=1)
LEASE = timedelta(minutes=2)


async def digest(
    store: Store, channel: Channel, key: str = "daily:C1:1", more: int = 0, *, at: datetime = LATER
) -> tuple[bool, list[Transition]]:
    told: list[Transition] = []

    def write(changes: Sequence[Transition]) -> list[str]:
        told.extend(changes)
        return ["{}"] * (1 + more)

    since = NOON if at == LATER else LATER
    return await store.owe_digest(channel, key, since, write, at), told


async def test_a_channel_of_which_nothing_is_stored_has_the_defaults(store: Store) -> None:
    assert await store.channel("C1") == Channel(channel_id="C1")
    assert await store.channels() == []


async def test_a_channel_is_given_back_as_it_was_stored(store: Store) -> None:
    stored = Channel(channel_id="C1", mode="digest", digest_at="09:00", escalate_to="S1", broken_since=NOON)
    await store.set_channel(Channel(channel_id="C1"))
    await store.set_channel(stored)

    assert await store.channel("C1") == stored
    assert await store.channels() == [stored]


async def test_changes_of_a_channel_at_once_are_all_kept(store: Store) -> None:
    def longer(channel: Channel) -> Channel:
        return replace(channel, remind_after=channel.remind_after + 1)

    await asyncio.gather(*(store.change_channel("C1", longer) for _ in range(10)))

    assert (await store.channel("C1")).remind_after == Channel(channel_id="C1").remind_after + 10


async def test_a_digest_is_owed_once_for_a_key(store: Store) -> None:
    first, _ = await digest(store, Channel(channel_id="C1"))
    second, _ = await digest(store, Channel(channel_id="C1"))

    assert (first, second) == (True, False)
    assert len(await store.posts_waiting(10)) == 1


async def test_of_two_replicas_one_owes_a_digest(store: Store) -> None:
    owed = await asyncio.gather(*(digest(store, Channel(channel_id="C1"), more=2) for _ in range(4)))

    assert sum(done for done, _ in owed) == 1
    assert len(await store.posts_waiting(10)) == 3


async def test_a_digest_tells_what_the_channel_was_to_know_since_the_last(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.subscribe("space-2", "C2", "U1", NOON)
    await record_change(store, "space-1", NOON)
    later = await record_change(store, "space-1", NOON + timedelta(minutes=1))
    await record_change(store, "space-2", NOON + timedelta(minutes=1))
    _, told = await digest(store, Channel(channel_id="C1"))

    assert told == [later]


async def test_what_does_not_fit_stands_in_the_thread_of_the_digest(store: Store) -> None:
    await digest(store, Channel(channel_id="C1"), more=2)
    root, *parts = await store.posts_waiting(10)

    assert [(one.kind, one.parent_id) for one in parts] == [("part", root.id)] * 2


async def test_a_channel_that_gets_digests_only_is_told_its_alerts_with_them(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    change = await record_change(store, "space-1", NOON - timedelta(days=3))
    _, told = await digest(store, Channel(channel_id="C1", mode="digest"))

    assert told == [change]
    assert await alerts_owed(store) == []
    [moment] = await store.history("space-1", 10)
    assert [one.state for one in moment.told] == ["bundled"]


@pytest.mark.parametrize("mode", get_args(Mode))
async def test_a_change_that_comes_while_a_digest_is_made_is_in_one_of_two(store: Store, mode: Mode) -> None:
    channel, a_day_later = Channel(channel_id="C1", mode=mode), LATER + timedelta(days=1)
    await store.subscribe("space-1", "C1", "U1", NOON)
    change = await record_change(store, "space-1", LATER + timedelta(seconds=1))
    _, first = await digest(store, channel)
    _, second = await digest(store, channel, "daily:C1:2", at=a_day_later)

    assert [*first, *second] == [change]


async def test_another_channel_keeps_its_alerts_beside_the_digest(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON + timedelta(minutes=1))
    await digest(store, Channel(channel_id="C1"))

    assert len(await alerts_owed(store)) == 1


async def test_the_last_post_of_some_keys_is_found(store: Store) -> None:
    await digest(store, Channel(channel_id="C1"), "daily:C1:1")

    assert await store.last_post(["daily:C1:1", "daily:C1:2"]) == LATER
    assert await store.last_post(["daily:C1:2"]) is None
