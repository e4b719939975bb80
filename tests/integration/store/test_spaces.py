import asyncio
from datetime import UTC, datetime, timedelta

from bot.store import Store, Subscription, Watch

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_subscriptions_are_found_by_space_and_by_channel(store: Store) -> None:
    for minute, (space, channel) in enumerate([("space-1", "C1"), ("space-1", "C2"), ("space-2", "C1")]):
        await store.subscribe(space, channel, "U1", NOON + timedelta(minutes=minute))

    assert [row.channel_id for row in await store.subscriptions(space_id="space-1")] == ["C1", "C2"]
    assert [row.space_id for row in await store.subscriptions(channel_id="C1")] == ["space-1", "space-2"]
    assert len(await store.subscriptions()) == 3


async def test_a_second_subscription_of_a_channel_changes_nothing(store: Store) -> None:
    first = await store.subscribe("space-1", "C1", "U1", NOON)
    second = await store.subscribe("space-1", "C1", "U2", NOON + timedelta(hours=1))

    assert (first, second) == (True, False)
    assert await store.subscriptions() == [Subscription("space-1", "C1", "U1", NOON)]


async def test_a_subscribed_space_is_watched_before_the_first_look(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)

    assert await store.watches() == [Watch("space-1")]


async def test_the_last_channel_that_leaves_takes_the_watch_with_it(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    left = await store.unsubscribe("space-1", "C1", keep_watch=False)

    assert left
    assert await store.watches() == []


async def test_a_watch_stays_while_another_channel_is_told(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.subscribe("space-1", "C2", "U1", NOON)
    await store.unsubscribe("space-1", "C1", keep_watch=False)

    assert len(await store.watches()) == 1


async def test_a_watch_that_is_to_be_kept_stays(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.unsubscribe("space-1", "C1", keep_watch=True)

    assert await store.watches() == [Watch("space-1")]


async def test_channels_that_leave_at_once_leave_no_watch_behind(store: Store) -> None:
    channels = [f"C{number}" for number in range(6)]
    for channel in channels:
        await store.subscribe("space-1", channel, "U1", NOON)
    await asyncio.gather(*(store.unsubscribe("space-1", channel, keep_watch=False) for channel in channels))

    assert await store.watches() == []


async def test_a_channel_that_was_not_subscribed_cannot_leave(store: Store) -> None:
    assert not await store.unsubscribe("space-1", "C1", keep_watch=False)


async def test_to_begin_watching_again_keeps_what_was_seen(store: Store) -> None:
    await store.begin_watching(["space-1"])
    await store.record("space-1", lambda _: (Watch("space-1", waba_id="waba-1"), []), "", NOON)
    await store.begin_watching(["space-2", "space-1"])

    assert [watch.waba_id for watch in await store.watches()] == ["waba-1", ""]


async def test_a_number_belongs_to_the_space_where_it_was_seen_last(store: Store) -> None:
    await store.remember_number("8613800001234", "space-1", NOON)
    await store.remember_number("8613800001234", "space-2", NOON)

    assert await store.space_of("8613800001234") == "space-2"


async def test_an_unknown_number_has_no_space(store: Store) -> None:
    assert await store.space_of("8613800001234") is None
