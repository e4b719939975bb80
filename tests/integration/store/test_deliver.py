import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.outbox import LEASE, deliver
from bot.store import Alert, Store, create_engine
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.refusals import refused


class Slack:
    """Takes posts, or raises what was set for a channel."""

    def __init__(self, **errors: BaseException) -> None:
        self.errors = errors
        self.posted: list[tuple[str, int]] = []

    async def post(self, alert: Alert) -> str:
        if error := self.errors.get(alert.channel_id):
            raise error
        self.posted.append((alert.channel_id, alert.transition.id))
        return f"{len(self.posted)}.0"


async def owe(store: Store, *channels: str, times: int = 1) -> list[int]:
    for channel in channels:
        await store.subscribe("space-1", channel, "U1", NOON)
    return [(await record_change(store, "space-1", NOON)).id for _ in range(times)]


async def test_what_is_owed_arrives_once(store: Store) -> None:
    slack = Slack()
    [transition] = await owe(store, "C1", "C2")
    arrived = [await deliver(store, slack.post, Clock()) for _ in range(2)]

    assert arrived == [2, 0]
    assert sorted(slack.posted) == [("C1", transition), ("C2", transition)]


async def test_a_channel_gets_its_alerts_in_order(store: Store) -> None:
    slack = Slack()
    transitions = await owe(store, "C1", times=5)
    await deliver(store, slack.post, Clock())

    assert slack.posted == [("C1", transition) for transition in transitions]


async def test_an_alert_lost_in_a_crash_is_taken_again_after_the_lease(store: Store) -> None:
    slack, clock = Slack(), Clock()
    await owe(store, "C1")
    await store.claim_alerts(NOON, LEASE, 10)  # ... and the process dies here
    early = await deliver(store, slack.post, clock)
    clock += LEASE

    assert (early, await deliver(store, slack.post, clock)) == (0, 1)


async def test_a_permanent_refusal_stops_the_retries_and_is_shown(store: Store) -> None:
    slack, clock = Slack(C1=refused("is_archived")), Clock()
    await owe(store, "C1")
    await deliver(store, slack.post, clock)
    clock += timedelta(days=1)
    slack.errors.clear()
    later = await deliver(store, slack.post, clock)
    [problem] = await store.alert_problems(10)

    assert later == 0
    assert (problem.state, problem.error.partition(":")[0]) == ("failed", "is_archived")


async def test_a_transient_failure_is_tried_again_with_growing_waits(store: Store) -> None:
    slack, clock = Slack(C1=TimeoutError()), Clock()
    await owe(store, "C1")
    due = []
    for _ in range(3):
        await deliver(store, slack.post, clock)
        [problem] = await store.alert_problems(10)
        due.append((problem.due_at - clock()).total_seconds())
        clock.now = problem.due_at
    slack.errors.clear()

    assert due == [5, 15, 60]
    assert await deliver(store, slack.post, clock) == 1


async def test_the_wait_that_slack_asks_for_is_kept(store: Store) -> None:
    slack = Slack(C1=refused("ratelimited", headers={"Retry-After": "77"}))
    await owe(store, "C1")
    await deliver(store, slack.post, Clock())
    [problem] = await store.alert_problems(10)

    assert problem.due_at == NOON + timedelta(seconds=77)


@pytest.mark.parametrize("error", [refused("is_archived"), TimeoutError(), ZeroDivisionError("a fault of ours")])
async def test_a_channel_that_fails_stops_no_other(store: Store, error: Exception) -> None:
    slack = Slack(C1=error)
    transitions = await owe(store, "C1", "C2", times=2)
    arrived = await deliver(store, slack.post, Clock())

    assert arrived == 2
    assert slack.posted == [("C2", transition) for transition in transitions]


async def test_an_unexpected_error_postpones_the_alert_under_its_class_name(store: Store) -> None:
    await owe(store, "C1")
    await deliver(store, Slack(C1=ZeroDivisionError("a private matter")).post, Clock())
    [problem] = await store.alert_problems(10)

    assert (problem.state, problem.error) == ("owed", "ZeroDivisionError")


async def test_a_slow_channel_holds_up_no_other(store: Store) -> None:
    slack, others_are_done = Slack(), asyncio.Event()
    await owe(store, "C1", "C2", times=3)

    async def post(alert: Alert) -> str:
        if alert.channel_id == "C1":
            await others_are_done.wait()
        ts = await slack.post(alert)
        if len(slack.posted) == 3:
            others_are_done.set()
        return ts

    async with asyncio.timeout(10):
        arrived = await deliver(store, post, Clock())

    assert arrived == 6
    assert {channel for channel, _ in slack.posted[:3]} == {"C2"}


async def test_deliveries_at_once_post_each_alert_once(store: Store) -> None:
    slack = Slack()
    transitions = await owe(store, "C1", "C2", "C3", times=4)
    arrived = await asyncio.gather(*(deliver(store, slack.post, Clock()) for _ in range(3)))

    assert sum(arrived) == 12
    assert sorted(slack.posted) == [(channel, key) for channel in ("C1", "C2", "C3") for key in transitions]


async def test_a_shutdown_leaves_the_alert_to_its_lease(store: Store) -> None:
    slack, clock, posting = Slack(), Clock(), asyncio.Event()
    never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    await owe(store, "C1")

    async def post(_: Alert) -> str:
        posting.set()
        return await never

    delivery = asyncio.create_task(deliver(store, post, clock))
    await posting.wait()
    delivery.cancel()
    await asyncio.wait([delivery])
    early = await deliver(store, slack.post, clock)
    clock += LEASE

    assert delivery.cancelled()
    assert (early, await deliver(store, slack.post, clock)) == (0, 1)


async def test_a_post_that_comes_back_after_its_lease_does_not_close_the_alert_of_another(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")

    async def post(alert: Alert) -> str:
        if alert.attempts == 1:
            await store.claim_alerts(clock() + LEASE, LEASE, 1)
        return "1.0"

    with capture_logs() as logs:
        await deliver(store, post, clock)
    clock += 2 * LEASE

    assert [entry["event"] for entry in logs] == ["alert was posted after its lease had run out"]
    assert len(await store.claim_alerts(clock(), LEASE, 1)) == 1


async def test_a_database_that_fails_is_not_passed_over(store: Store, database_url: str) -> None:
    await owe(store, "C1", "C2")
    engine = create_engine(database_url)
    posted = []

    async def post(alert: Alert) -> str:
        posted.append(alert.channel_id)
        if len(posted) == 1:
            async with engine.begin() as connection:
                await connection.execute(text("ALTER TABLE alerts RENAME TO gone"))
        return "1.0"

    with pytest.raises(ExceptionGroup, match="could not be delivered"):
        await deliver(store, post, Clock())
    await engine.dispose()

    assert sorted(posted) == ["C1", "C2"]
