import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store import Change, Store, Watch, create_engine
from tests.fixtures.changes import APPROVED
from tests.fixtures.delivery import alerts_owed

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def approve(watch: Watch) -> tuple[Watch, Sequence[Change]]:
    news = [] if watch.review_status == "APPROVED" else [APPROVED]
    return replace(watch, review_status="APPROVED", status_since=NOON), news


async def channels_owed(store: Store) -> set[str]:
    return {alert.channel_id for alert in await alerts_owed(store)}


async def test_a_change_is_recorded_with_the_status_and_an_alert_for_each_channel(store: Store) -> None:
    for channel in ("C1", "C2"):
        await store.subscribe("space-1", channel, "U1", NOON)
    await store.subscribe("space-2", "C3", "U1", NOON)
    [transition] = await store.record("space-1", approve, "C-fallback", NOON)
    watch = await store.watch("space-1")

    assert watch == Watch("space-1", review_status="APPROVED", status_since=NOON)
    assert await store.transitions("space-1", 10) == [transition]
    assert (transition.before, transition.after, transition.seen_at) == ("PENDING", "APPROVED", NOON)
    assert await channels_owed(store) == {"C1", "C2"}


async def test_an_alert_that_no_subscription_claims_goes_to_the_fallback_channel(store: Store) -> None:
    await store.begin_watching(["space-1"])
    await store.record("space-1", approve, "C-fallback", NOON)

    assert await channels_owed(store) == {"C-fallback"}


async def test_a_change_that_nobody_is_told_of_is_still_recorded(store: Store) -> None:
    await store.begin_watching(["space-1"])
    await store.record("space-1", approve, "", NOON)

    assert len(await store.transitions("space-1", 10)) == 1
    assert await channels_owed(store) == set()


async def test_a_space_that_is_not_watched_is_left_alone(store: Store) -> None:
    recorded = await store.record("space-1", approve, "C-fallback", NOON)

    assert (recorded, await store.watches()) == ([], [])


async def test_a_failure_between_status_and_alerts_leaves_the_status_as_it_was(store: Store, database_url: str) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE alerts"))
    await engine.dispose()
    with pytest.raises(DBAPIError):
        await store.record("space-1", approve, "", NOON)

    assert await store.watch("space-1") == Watch("space-1")
    assert await store.transitions("space-1", 10) == []


async def test_of_many_that_saw_the_same_change_one_records_it(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    recorded = await asyncio.gather(*(store.record("space-1", approve, "", NOON) for _ in range(8)))

    assert sorted(len(transitions) for transitions in recorded) == [0] * 7 + [1]
