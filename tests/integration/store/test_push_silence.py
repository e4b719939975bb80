"""Pushes that stop and come again: one alert for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import health
from bot.store import Alarm, Change, Store, Watch
from tests.fixtures.changes import APPROVED
from tests.fixtures.clock import NOON, begun_before_it_was_set
from tests.fixtures.delivery import everybody

HOUR, LEASE = timedelta(hours=1), timedelta(minutes=1)


def moved(watch: Watch) -> tuple[Watch, Sequence[Change]]:
    return replace(watch, waba_id="waba", review_status="APPROVED", looked_at=NOON), [APPROVED]


async def poll_finds_a_change(store: Store, at: datetime) -> None:
    [claim] = await store.claim_watches(LEASE, 1)
    await store.record("a", moved, "", at, claim=claim, rest=lambda _: timedelta(0))


async def told(store: Store, now: datetime) -> list[str]:
    await health.tell_of_pushes(store, everybody("C9"), now)
    return [alarm.kind for alarm in await store.alarms()]


async def test_pushes_that_stay_away_are_one_alarm_until_one_comes(store: Store) -> None:
    await store.subscribe("a", "C1", "U1", NOON)
    await poll_finds_a_change(store, NOON)
    await store.push_hint(["waba"])
    pushed = datetime.now(UTC)
    await poll_finds_a_change(store, pushed)
    later = [pushed + hours * HOUR for hours in (1, 2, 3)]
    alarms = [await told(store, pushed + HOUR)]
    for at in later:
        await poll_finds_a_change(store, at)
    alarms += [await told(store, pushed + 4 * HOUR), await told(store, pushed + 5 * HOUR)]
    kinds = [transition.kind for transition in reversed(await store.transitions("", 10))]

    assert (alarms, kinds) == ([[], ["push_silent"], ["push_silent"]], ["push_silent"])


async def test_when_a_push_came_goes_by_the_same_clock_as_when_a_change_was_seen(store: Store) -> None:
    """A machine without a clock of its own is given the time after the bot has begun, and so is one that slept."""
    store._steady = begun_before_it_was_set()
    await store.push_hint(["waba"])
    [came] = await store.latest_callbacks(1)

    assert datetime.now(UTC) - came.at < HOUR


async def test_the_first_push_after_it_ends_the_alarm(store: Store) -> None:
    began = NOON - timedelta(days=3)
    await store.raise_alarm(Alarm("push_silent", began, "x"), replace(APPROVED, kind="push_silent"), ["C9"])
    before = await told(store, NOON)
    await store.subscribe("a", "C1", "U1", NOON)
    await poll_finds_a_change(store, NOON)
    await store.push_hint(["waba"])
    after = await told(store, NOON)
    kinds = [transition.kind for transition in reversed(await store.transitions("", 10))]

    assert (before, after, kinds) == (["push_silent"], [], ["push_silent", "push_again"])
