import asyncio
from datetime import UTC, datetime, timedelta

from bot.store import Store
from tests.fixtures.changes import record_change

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
LATER = NOON + timedelta(hours=1)


async def test_an_alert_comes_with_its_transition(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    transition = await record_change(store, "space-1", NOON)
    [alert] = await store.claim_alerts(NOON, LEASE, 10)

    assert alert.transition == transition
    assert (alert.channel_id, alert.state, alert.attempts) == ("C1", "owed", 1)
    assert alert.lease_until == NOON + LEASE


async def test_a_claimed_alert_cannot_be_claimed_again(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    first = await store.claim_alerts(NOON, LEASE, 10)
    second = await store.claim_alerts(NOON + LEASE - timedelta(microseconds=1), LEASE, 10)

    assert (len(first), second) == (1, [])


async def test_an_alert_is_taken_again_after_its_lease(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    [first] = await store.claim_alerts(NOON, LEASE, 10)
    [second] = await store.claim_alerts(NOON + LEASE, LEASE, 10)

    assert (first.id, second.attempts) == (second.id, 2)


async def test_claims_at_once_get_different_alerts(store: Store) -> None:
    for number in range(20):
        await store.subscribe("space-1", f"C{number}", "U1", NOON)
    await record_change(store, "space-1", NOON)
    claims = await asyncio.gather(*(store.claim_alerts(NOON, LEASE, 5) for _ in range(8)))
    claims.append(await store.claim_alerts(NOON, LEASE, 20))
    keys = [alert.id for claim in claims for alert in claim]

    assert (len(keys), len(set(keys))) == (20, 20)


async def test_a_claim_takes_no_more_than_its_limit(store: Store) -> None:
    for number in range(5):
        await store.subscribe("space-1", f"C{number}", "U1", NOON)
    await record_change(store, "space-1", NOON)

    assert len(await store.claim_alerts(NOON, LEASE, 3)) == 3


async def test_the_alerts_of_a_channel_are_taken_one_after_another_in_order(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.subscribe("space-2", "C1", "U1", NOON)
    expected = [(await record_change(store, space, NOON)).id for space in ("space-1", "space-2", "space-1")]
    taken = []
    while claim := await store.claim_alerts(NOON, LEASE, 10):
        [alert] = claim
        taken.append(alert.transition.id)
        await store.delivered(alert, "1.0", NOON)

    assert taken == expected


async def test_a_postponed_alert_holds_up_its_own_channel_and_no_other(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    [first] = await store.claim_alerts(NOON, LEASE, 10)
    await store.postpone(first, LATER, "ratelimited")
    await store.subscribe("space-1", "C2", "U1", NOON)
    await record_change(store, "space-1", NOON)
    meanwhile = await store.claim_alerts(NOON, LEASE, 10)
    later = await store.claim_alerts(LATER, LEASE, 10)

    assert [alert.channel_id for alert in meanwhile] == ["C2"]
    assert [alert.id for alert in later if alert.channel_id == "C1"] == [first.id]


async def test_an_alert_that_failed_for_good_lets_the_next_of_its_channel_pass(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    await record_change(store, "space-1", NOON)
    [first] = await store.claim_alerts(NOON, LEASE, 10)
    await store.give_up(first, "is_archived")
    [second] = await store.claim_alerts(NOON, LEASE, 10)

    assert second.id > first.id


async def test_a_late_holder_changes_nothing(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    [late] = await store.claim_alerts(NOON, LEASE, 10)
    [holder] = await store.claim_alerts(NOON + LEASE, LEASE, 10)
    said = [
        await store.delivered(late, "1.0", LATER),
        await store.postpone(late, LATER, "timeout"),
        await store.give_up(late, "is_archived"),
    ]

    assert said == [False, False, False]
    assert await store.claim_alerts(NOON + LEASE, LEASE, 10) == []
    assert await store.delivered(holder, "2.0", LATER)


async def test_a_holder_whose_lease_ran_out_unnoticed_still_closes_the_alert(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    [alert] = await store.claim_alerts(NOON, LEASE, 10)

    assert await store.delivered(alert, "1.0", NOON + 2 * LEASE)


async def test_an_alert_is_closed_once(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON)
    [alert] = await store.claim_alerts(NOON, LEASE, 10)
    await store.postpone(alert, LATER, "ratelimited")

    assert not await store.delivered(alert, "1.0", NOON)


async def test_what_went_wrong_is_shown_for_each_channel_the_newest_first(store: Store) -> None:
    for channel in ("C1", "C2", "C3"):
        await store.subscribe("space-1", channel, "U1", NOON)
    await record_change(store, "space-1", NOON)
    failed, postponed, delivered = await store.claim_alerts(NOON, LEASE, 10)
    await store.give_up(failed, "is_archived")
    await store.postpone(postponed, LATER, "ratelimited")
    await store.delivered(delivered, "1.0", NOON)
    everywhere = await store.alert_problems(10)
    here = await store.alert_problems(10, channel_id=failed.channel_id)

    assert [(alert.state, alert.error) for alert in everywhere] == [("owed", "ratelimited"), ("failed", "is_archived")]
    assert [alert.id for alert in here] == [failed.id]
