"""Watches claimed, recorded and put back by several at once."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from bot.polling import AGES, Known, group
from bot.store import Change, Decide, Store, Watch, create_engine, open_store
from tests.fixtures.changes import APPROVED
from tests.fixtures.clock import NOON
from tests.fixtures.databases import fresh_schema

LEASE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def seen(status: str) -> Decide:
    def decide(watch: Watch) -> tuple[Watch, Sequence[Change]]:
        return replace(watch, waba_id=f"waba-{watch.space_id}", review_status=status, looked_at=NOON), []

    return decide


def becomes(new: Watch) -> Decide:
    return lambda _: (new, [])


def moved(watch: Watch) -> tuple[Watch, Sequence[Change]]:
    return replace(watch, review_status="APPROVED"), [APPROVED]


async def subscribed(store: Store, *spaces: str) -> None:
    for space_id in spaces:
        await store.subscribe(space_id, "C1", "U1", NOON)


async def claimed(store: Store, limit: int = 10) -> list[str]:
    return [watch.space_id for watch in await store.claim_watches(LEASE, limit)]


async def finish(store: Store, claim: Watch, rest: timedelta = HOUR, status: str = "PENDING") -> None:
    await store.record(claim.space_id, seen(status), "", NOON, claim=claim, rest=lambda _: rest)


async def settle(store: Store, *spaces: str) -> None:
    """Have these looked at, so that they are due in an hour."""
    await subscribed(store, *spaces)
    for claim in await store.claim_watches(LEASE, 100):
        await finish(store, claim)


async def test_a_new_watch_is_due_at_once_and_then_when_it_rested(store: Store) -> None:
    await subscribed(store, "a")
    [claim] = await store.claim_watches(LEASE, 10)
    await finish(store, claim, timedelta(0))
    [again] = await store.claim_watches(LEASE, 10)
    await finish(store, again, HOUR)

    assert await claimed(store) == []


async def test_what_is_claimed_is_given_to_nobody_else(store: Store) -> None:
    await subscribed(store, "a", "b", "c")

    assert (await claimed(store, 2), await claimed(store, 2), await claimed(store, 2)) == (["a", "b"], ["c"], [])


async def test_a_watch_that_nobody_is_told_of_rests_unless_it_is_asked_for(store: Store) -> None:
    await store.begin_watching(["a"])

    assert await claimed(store) == []
    assert [watch.space_id for watch in await store.claim_watches(LEASE, 10, ["a", "b"])] == ["a"]


async def test_pushed_watches_come_first_and_before_they_are_due(store: Store) -> None:
    await settle(store, "a")
    await subscribed(store, "b")
    await store.push_hint(["waba-a"])

    assert await claimed(store) == ["a", "b"]


async def test_who_has_lost_the_claim_changes_nothing(store: Store) -> None:
    await subscribed(store, "a")
    [lost] = await store.claim_watches(LEASE, 1)
    await store.put_back(lost, timedelta(0))
    [held] = await store.claim_watches(LEASE, 1)
    recorded = await store.record("a", moved, "", NOON, claim=lost, rest=lambda _: HOUR)
    put_back = await store.put_back(lost, HOUR)
    await finish(store, held)
    [watch] = await store.watches()

    assert (recorded, put_back, watch.review_status, watch.lease_until) == ([], False, "PENDING", None)


async def test_a_person_records_what_they_see_while_another_holds_the_claim(store: Store) -> None:
    await subscribed(store, "a")
    [claim] = await store.claim_watches(LEASE, 1)
    [transition] = await store.record("a", moved, "", NOON)

    assert transition.source == "person"
    assert await claimed(store) == []
    await finish(store, claim)
    assert await claimed(store) == []


async def test_what_a_person_saw_move_is_planned_anew_at_once(store: Store) -> None:
    await settle(store, "a", "b")
    await store.record("a", moved, "", NOON)
    await store.record("b", seen("PENDING"), "", NOON)

    assert await claimed(store) == ["a"]


async def test_what_is_put_back_is_due_after_its_rest(store: Store) -> None:
    await subscribed(store, "a", "b")
    first, second = await store.claim_watches(LEASE, 2)
    await store.put_back(first, timedelta(0))
    await store.put_back(second, HOUR)

    assert await claimed(store) == [first.space_id]


async def test_a_claim_that_is_held_on_to_outlives_its_lease_and_one_that_is_lost_does_not_come_back(
    store: Store,
) -> None:
    await subscribed(store, "a", "b")
    held, lost = await store.claim_watches(LEASE, 2)
    await store.put_back(lost, HOUR)
    await store.hold_watches([held, lost], HOUR)
    await store.hold_watches([], HOUR)
    leases = {watch.space_id: watch.lease_until for watch in await store.watches()}
    extended = leases[held.space_id]

    assert held.lease_until is not None
    assert extended is not None
    assert extended > held.lease_until + HOUR / 2
    assert leases[lost.space_id] is None


async def test_after_trouble_what_was_not_seen_since_its_beginning_is_due(store: Store) -> None:
    await settle(store, "a")
    await store.make_due(seen_before=NOON)
    before = await claimed(store)
    await store.make_due(seen_before=NOON + LEASE)

    assert (before, await claimed(store)) == ([], ["a"])


async def test_a_change_that_a_push_led_to_says_when_it_came_and_when_the_poll_was_due(store: Store) -> None:
    await settle(store, "a")
    [planned] = await store.watches()
    await store.push_hint(["waba-a"])
    [claim] = await store.claim_watches(LEASE, 1)
    [transition] = await store.record("a", moved, "", NOON, claim=claim, rest=lambda _: HOUR)
    [lead] = await store.push_leads(10)
    [after] = await store.watches()

    assert (transition.source, transition.pushed_at, transition.poll_due_at) == (
        "push",
        claim.pushed_at,
        planned.due_at,
    )
    assert timedelta(minutes=59) < lead <= HOUR
    assert after.pushed_at is None


async def test_a_push_that_was_not_followed_yet_stays(store: Store) -> None:
    await settle(store, "a")
    await store.push_hint(["waba-a"])
    [first] = await store.watches()
    await store.push_hint(["waba-a"])
    [second] = await store.watches()

    assert second.pushed_at == first.pushed_at is not None


async def test_a_push_during_a_look_leads_to_another(store: Store) -> None:
    await settle(store, "a")
    await store.push_hint(["waba-a"])
    [claim] = await store.claim_watches(LEASE, 1)
    await store.push_hint(["waba-a"])
    await finish(store, claim)
    [again] = await store.claim_watches(LEASE, 1)
    await finish(store, again)

    assert claim.pushed_at is not None
    assert again.pushed_at is not None
    assert again.pushed_at > claim.pushed_at
    assert await claimed(store) == []


async def test_a_push_whose_look_came_too_late_to_count_leads_to_another(store: Store) -> None:
    await settle(store, "a")
    await store.push_hint(["waba-a"])
    [claim] = await store.claim_watches(LEASE, 1)
    await store.record("a", moved, "", NOON)
    await finish(store, claim, status="APPROVED")
    [again] = await store.claim_watches(LEASE, 1)
    await finish(store, again, status="APPROVED")

    assert again.pushed_at == claim.pushed_at is not None
    assert await claimed(store) == []


async def test_callbacks_are_counted_with_what_they_named(store: Store) -> None:
    await settle(store, "a", "b")
    known = [await store.push_hint(wabas) for wabas in (["waba-a", "waba-b", "waba-x"], ["waba-x"], [])]
    came = await store.latest_callbacks(10)

    assert known == [2, 0, 0]
    assert [(one.named, one.known) for one in came] == [(0, 0), (1, 0), (3, 2)]
    assert [one.known for one in await store.latest_callbacks(10, known=True)] == [2]


async def test_a_storm_of_many_wabas_is_one_hint(store: Store) -> None:
    await settle(store, "a")

    assert await store.push_hint(["waba-a", *(f"waba-{number}" for number in range(2000))]) == 1


async def test_after_a_crash_a_process_that_is_alone_begins_with_all_that_is_due(database_url: str) -> None:
    async with open_store(database_url) as store:
        await subscribed(store, "a")
        await claimed(store)
    async with open_store(database_url) as store:
        await store.release_watches()

        assert await claimed(store) == ["a"]


async def test_what_a_wrong_clock_has_put_off_for_years_is_due_after_a_start(store: Store, database_url: str) -> None:
    await subscribed(store, "a")
    [claim] = await store.claim_watches(LEASE, 1)
    await finish(store, claim, timedelta(days=1000))
    await store.release_watches()

    assert await claimed(store) == ["a"]


async def test_claims_of_several_processes_at_once_never_meet() -> None:
    async with fresh_schema() as url, AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(url)) for _ in range(3)]
        spaces = [f"space-{number:03}" for number in range(120)]
        await subscribed(stores[0], *spaces)
        taken = list[str]()

        async def take(store: Store) -> None:
            while found := await claimed(store, 3):
                taken.extend(found)

        await asyncio.gather(*(take(store) for store in stores for _ in range(4)))

        assert sorted(taken) == spaces


async def test_the_watches_of_a_process_that_died_come_back_after_the_lease() -> None:
    async with fresh_schema() as url, open_store(url) as dead, open_store(url) as alive:
        await subscribed(dead, "a")
        [claim] = await dead.claim_watches(LEASE, 1)
        before = await claimed(alive)
        engine = create_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE watches SET lease_until = lease_until - interval '1 minute'"))
        await engine.dispose()
        after = await claimed(alive)
        late = await dead.record("a", moved, "", NOON, claim=claim, rest=lambda _: HOUR)

        assert (before, after, late) == ([], ["a"], [])


async def test_watches_are_counted_in_the_groups_of_the_policy(store: Store) -> None:
    ages = [
        None,
        *(age + shift for age in AGES for shift in (timedelta(0), timedelta(seconds=1), -timedelta(seconds=1))),
    ]
    kept = [(status, None if age is None else NOON - age) for status in ("PENDING", "APPROVED") for age in ages]
    await subscribed(store, *(f"{number}" for number in range(len(kept))))
    for number, (status, since) in enumerate(kept):
        new = Watch(f"{number}", review_status=status, status_since=since)
        await store.record(f"{number}", becomes(new), "", NOON)
    await store.begin_watching(["nobody is told"])
    expected = [group(Known(status, since), NOON) for status, since in kept]

    assert sorted((await store.watched_groups(NOON)).elements()) == sorted(expected)
    assert sum((await store.watched_groups(NOON, ["nobody is told"])).values()) == len(kept) + 1
