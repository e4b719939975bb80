from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.alerts import acting
from bot.alerts.bundle import plan
from bot.store import NewPost, Store
from bot.store.owing import owe_post
from tests.fixtures.alert_samples import put_card
from tests.fixtures.changes import REJECTED, record_change
from tests.fixtures.clock import NOON

LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)


async def test_a_history_tells_the_latest_changes_first_and_no_more_than_asked(store: Store) -> None:
    await store.begin_watching(["space-1"])
    changes = [await record_change(store, "space-1", NOON + number * MINUTE) for number in range(3)]

    assert [one.change for one in await store.history("space-1", 2)] == [changes[2], changes[1]]
    assert await store.history("space-2", 2) == []


async def test_a_history_tells_whom_a_change_was_told_and_when(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.subscribe("space-1", "C2", "U1", NOON + MINUTE)
    await record_change(store, "space-1", NOON)
    await store.bundle(plan, NOON)
    first, second = await store.claim_posts(NOON, LEASE, 10)
    await store.sent(first, "1.5", NOON + MINUTE)
    await store.postpone_post(second, LEASE, "not_in_channel", maybe_there=False, now=NOON)
    [moment] = await store.history("space-1", 10)

    assert [(one.channel_id, one.state, one.message_ts, one.error) for one in moment.told] == [
        ("C1", "delivered", "1.5", ""),
        ("C2", "bundled", "", "not_in_channel"),
    ]
    assert [one.sent_at is None for one in moment.told] == [False, True]


async def test_a_history_tells_in_whose_thread_a_later_change_stands(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    for at, (change, ts) in enumerate(
        [(REJECTED, "1.5"), (replace(REJECTED, before="REJECTED", after="DISABLED"), "2.5")]
    ):
        await record_change(store, "space-1", NOON + at * MINUTE, change)
        await store.bundle(plan, NOON + at * MINUTE)
        [post] = await store.claim_posts(NOON + at * MINUTE, LEASE, 10)
        await store.sent(post, ts, NOON + at * MINUTE)
    later, earlier = await store.history("space-1", 10)

    assert [(one.message_ts, one.thread_ts) for one in (*earlier.told, *later.told)] == [("1.5", ""), ("2.5", "1.5")]


async def test_a_history_tells_who_did_what_after_which_change(store: Store) -> None:
    await store.begin_watching(["space-1"])
    await record_change(store, "space-1", NOON)
    told = await put_card(store, space_id="space-1")
    await store.act_on_card(told.id, "U1", "ack", "", partial(acting.acknowledge, "U1", NOON), NOON + MINUTE)
    await record_change(store, "space-1", NOON + 2 * MINUTE)
    await store.act_on_card(told.id, "U2", "unack", "", acting.unacknowledge, NOON + 3 * MINUTE)
    later, earlier = await store.history("space-1", 10)

    assert [(one.user_id, one.act) for one in later.acts] == [("U2", "unack")]
    assert [(one.user_id, one.act) for one in earlier.acts] == [("U1", "ack")]


async def test_waiting_posts_are_those_of_a_channel(store: Store) -> None:
    async with store._writing() as tx:
        for channel_id in ("C1", "C2", "C2"):
            await owe_post(tx, NewPost(channel_id=channel_id, kind="notice", content="{}"), NOON)

    assert [one.channel_id for one in await store.posts_waiting(10, channel_id="C2")] == ["C2", "C2"]
    assert (await store.count_waiting(), await store.count_waiting(channel_id="C1")) == (3, 1)
    assert len(await store.posts_waiting(1)) == 1
