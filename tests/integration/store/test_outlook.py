from dataclasses import asdict, replace
from datetime import timedelta

from sqlalchemy import insert

from bot.statuses import WELL_STATUSES
from bot.store import Store, Watch
from bot.store.tables import watches
from tests.fixtures.clock import NOON


async def put(store: Store, space_id: str, status: str, *channels: str, **more: object) -> Watch:
    """Store a watch, told to channels."""
    watch = replace(Watch(space_id, "waba", "Acme", status, NOON, NOON, NOON), **more)  # type: ignore[arg-type]
    async with store._writing() as tx:
        await tx.execute(insert(watches).values(asdict(watch)))
    for channel_id in channels:
        await store.subscribe(space_id, channel_id, "U1", NOON)
    return watch


async def spaces(store: Store, channel_id: str | None = None, unclaimed: str = "") -> list[str]:
    found = await store.outlook(WELL_STATUSES, channel_id=channel_id, unclaimed=unclaimed)
    return [watch.space_id for watch in found.unwell]


async def test_what_is_not_well_is_found_for_all_and_for_a_channel(store: Store) -> None:
    await put(store, "space-1", "APPROVED", "C1")
    await put(store, "space-2", "REJECTED", "C1", "C2")
    await put(store, "space-3", "SOMETHING_NEW", "C2")
    await put(store, "space-4", "", "C1")
    await put(store, "space-5", "DISABLED")

    assert await spaces(store) == ["space-2", "space-3"]
    assert await spaces(store, "C1") == ["space-2"]
    assert await spaces(store, "C3") == []
    found = await store.outlook(WELL_STATUSES, channel_id="C1")
    assert (found.watched, found.unseen) == (3, 1)


async def test_a_space_that_nobody_subscribes_to_counts_where_it_is_said_to(store: Store) -> None:
    await put(store, "space-1", "REJECTED")

    assert await spaces(store) == []
    assert await spaces(store, unclaimed="space-1") == ["space-1"]
    assert await spaces(store, "C1", "space-1") == ["space-1"]
    await store.subscribe("space-1", "C2", "U1", NOON)
    assert await spaces(store, "C1", "space-1") == []


async def test_one_space_alone_can_be_asked_for(store: Store) -> None:
    await put(store, "space-1", "REJECTED", "C1")
    await put(store, "space-2", "REJECTED", "C1")
    found = await store.outlook(WELL_STATUSES, space_id="space-2")

    assert (found.watched, [watch.space_id for watch in found.unwell]) == (1, ["space-2"])


async def test_what_cannot_be_read_is_what_channels_were_told_so_of(store: Store) -> None:
    blind = {"failing_since": NOON, "failure": "no answer"}
    await put(store, "space-1", "APPROVED", "C1", **blind)
    later = await put(store, "space-2", "APPROVED", "C1", **blind, failure_told=True)
    longest = {**blind, "failing_since": NOON - timedelta(days=1)}
    first = await put(store, "space-3", "APPROVED", "C1", **longest, failure_told=True)
    found = await store.outlook(WELL_STATUSES)

    assert (list(found.unreadable), found.unreadable_count) == ([first, later], 2)
