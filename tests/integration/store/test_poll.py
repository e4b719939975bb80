import asyncio
from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import watching
from bot.alerts import change_view
from bot.cams.errors import CamsDownError, CamsPermissionError, CamsUnknownOutcomeError
from bot.cams.models import Waba
from bot.review import FAILING_AFTER, Fetch, look
from bot.store import Store, Transition, create_engine
from bot.tasks import Tasks
from bot.watching import AT_ONCE, Poller, Rules
from tests.fixtures.changes import waba
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import alerts_owed

FETCH_FAILED = CamsUnknownOutcomeError("QueryChatappBindWaba", "no answer in time")


class Cams:
    """Answers with what was set for a space: a status, a WABA or an error."""

    def __init__(self, **answers: str | Waba | Exception) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def get_waba(self, space_id: str) -> Waba:
        self.asked.append(space_id)
        answer = self.answers[space_id]
        if isinstance(answer, Exception):
            raise answer
        return waba(answer) if isinstance(answer, str) else answer


async def poll(
    store: Store, fetch: Fetch, spaces: Collection[str], fallback_channel: str, clock: Clock
) -> list[Transition]:
    """Look at these, all of which are due."""
    await store.make_due(seen_before=clock() + timedelta(days=1))
    rules = Rules(spaces, fallback_channel, timedelta(minutes=5))
    return await Poller(store, fetch, rules, clock, Tasks()).sweep()


async def kinds(store: Store, space_id: str = "space") -> list[str]:
    return [transition.kind for transition in reversed(await store.transitions(space_id, 100))]


async def test_a_change_is_told_to_the_subscribed_channels(store: Store) -> None:
    clock, cams = Clock(), Cams(space="PENDING")
    await store.subscribe("space", "C1", "U1", NOON)
    baseline = await poll(store, cams.get_waba, ["space"], "C0", clock)
    cams.answers["space"] = "REJECTED"
    clock += timedelta(minutes=5)
    [change] = await poll(store, cams.get_waba, ["space"], "C0", clock)
    [alert] = await alerts_owed(store)

    assert baseline == []
    assert (change.before, change.after, change.before_since) == ("PENDING", "REJECTED", NOON)
    assert (alert.channel_id, alert.transition) == ("C1", change)


async def test_a_space_without_subscriptions_is_told_to_the_fallback_channel(store: Store) -> None:
    clock, cams = Clock(), Cams(space="PENDING")
    await poll(store, cams.get_waba, ["space"], "C0", clock)
    cams.answers["space"] = "REJECTED"
    await poll(store, cams.get_waba, ["space"], "C0", clock)
    [alert] = await alerts_owed(store)

    assert alert.channel_id == "C0"


async def test_polls_at_once_record_a_change_once(store: Store) -> None:
    clock, cams = Clock(), Cams(space="PENDING")
    await poll(store, cams.get_waba, ["space"], "C0", clock)
    cams.answers["space"] = "REJECTED"
    await asyncio.gather(*(poll(store, cams.get_waba, ["space"], "C0", clock) for _ in range(5)))

    assert await kinds(store) == ["review"]


async def test_a_slow_answer_does_not_undo_a_newer_one(store: Store) -> None:
    clock, cams = Clock(), Cams(space="PENDING")
    await poll(store, cams.get_waba, ["space"], "C0", clock)
    asked, newer_is_recorded = asyncio.Event(), asyncio.Event()

    async def slow(_: str) -> Waba:
        asked.set()
        await newer_is_recorded.wait()
        return waba("DISABLED")

    async with asyncio.TaskGroup() as group:
        group.create_task(poll(store, slow, ["space"], "C0", clock))
        await asked.wait()
        cams.answers["space"] = "APPROVED"
        await look(store, cams.get_waba, "space", "C0", clock)
        newer_is_recorded.set()

    assert await kinds(store) == ["review"]


@pytest.mark.parametrize("error", [FETCH_FAILED, ZeroDivisionError("a fault of ours")])
async def test_a_space_that_fails_stops_no_other(store: Store, error: Exception) -> None:
    cams = Cams(a="APPROVED", b=error, c="APPROVED")
    await poll(store, cams.get_waba, ["a", "b", "c"], "", Clock())

    assert [watch.review_status for watch in await store.watches()] == ["APPROVED", "", "APPROVED"]


async def test_a_look_that_cannot_be_recorded_stops_no_other(store: Store, database_url: str) -> None:
    clock, cams = Clock(), Cams(a="PENDING", b="PENDING")
    await poll(store, cams.get_waba, ["a", "b"], "C0", clock)
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE alerts RENAME TO gone"))
    await engine.dispose()
    cams.answers |= {"a": "REJECTED"}
    clock += timedelta(minutes=5)
    with capture_logs() as logs:
        await poll(store, cams.get_waba, ["a", "b"], "C0", clock)

    assert [watch.looked_at for watch in await store.watches()] == [NOON, clock()]
    assert [(entry["event"], entry["space"]) for entry in logs] == [("look could not be recorded", "a")]


async def test_each_of_many_spaces_is_asked_once(store: Store) -> None:
    spaces = [f"space_{number:02}" for number in range(3 * AT_ONCE)]
    cams = Cams(**dict.fromkeys(spaces, "APPROVED"))
    await poll(store, cams.get_waba, spaces, "", Clock())

    assert sorted(cams.asked) == spaces


async def test_no_more_than_a_few_spaces_are_asked_at_a_time(store: Store) -> None:
    asked, enough_are_asked, may_answer = list[str](), asyncio.Event(), asyncio.Event()

    async def fetch(space_id: str) -> Waba:
        asked.append(space_id)
        if len(asked) == AT_ONCE:
            enough_are_asked.set()
        await may_answer.wait()
        return waba("APPROVED")

    spaces = [f"space_{number:02}" for number in range(3 * AT_ONCE)]
    polling = asyncio.create_task(poll(store, fetch, spaces, "", Clock()))
    await enough_are_asked.wait()
    # Another look would have had time enough to get through the database.
    for space in spaces:
        await store.watch(space)
    meanwhile = len(asked)
    may_answer.set()
    await polling

    assert meanwhile == AT_ONCE


async def test_a_look_that_takes_long_is_held_on_to_by_the_next_tick(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HOLD_AFTER", 0.0)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def fetch(_: str) -> Waba:
        asked.set()
        await may_answer.wait()
        return waba("APPROVED")

    await store.subscribe("space", "C1", "U1", NOON)
    tasks = Tasks()
    poller = Poller(store, fetch, Rules((), "", timedelta(minutes=5)), Clock(), tasks)
    await poller.tick()
    await asked.wait()
    [begun] = await store.watches()
    await poller.tick()
    [held] = await store.watches()
    may_answer.set()
    await tasks.drain(10)
    [done] = await store.watches()

    assert begun.lease_until is not None
    assert held.lease_until is not None
    assert held.lease_until > begun.lease_until
    assert (done.lease_until, done.review_status) == (None, "APPROVED")


async def test_what_concerns_all_spaces_ends_the_poll_and_puts_back_what_it_had(store: Store) -> None:
    asked = list[str]()

    async def fetch(space_id: str) -> Waba:
        asked.append(space_id)
        raise CamsDownError("QueryChatappBindWaba", "silent")

    spaces = [f"space_{number:02}" for number in range(3 * AT_ONCE)]
    for space_id in spaces:
        await store.subscribe(space_id, "C1", "U1", NOON)
    poller = Poller(store, fetch, Rules((), "", timedelta(minutes=5)), Clock(), Tasks())
    await poller.sweep()
    await poller.sweep()
    watches = await store.watches()

    assert len(asked) == AT_ONCE
    assert [watch for watch in watches if watch.lease_until or watch.failing_since] == []
    assert {watch.space_id for watch in watches if watch.due_at} == set(asked)


async def test_a_poll_that_fails_for_long_is_told_once_and_so_is_its_recovery(store: Store) -> None:
    clock, cams = Clock(), Cams()
    told = []
    for answer in [FETCH_FAILED] * 6 + ["APPROVED"] * 2:
        cams.answers["space"] = answer
        told.append(len(await poll(store, cams.get_waba, ["space"], "C0", clock)))
        clock += FAILING_AFTER / 3

    assert told == [0, 0, 0, 1, 0, 0, 1, 0]
    assert await kinds(store) == ["poll_failing", "poll_recovered"]


async def test_a_failure_is_kept_in_the_words_of_the_client(store: Store) -> None:
    await poll(store, Cams(space=FETCH_FAILED).get_waba, ["space"], "", Clock())
    [watch] = await store.watches()

    assert watch.failure == str(FETCH_FAILED)


async def test_a_space_that_may_not_be_read_is_told_with_the_missing_ram_action(store: Store) -> None:
    refused = CamsPermissionError("QueryChatappBindWaba", "You are not authorized", code="NoPermission")
    clock, cams = Clock(), Cams(space=refused)
    await store.subscribe("space", "C1", "U1", NOON)
    await poll(store, cams.get_waba, ["space"], "", clock)
    clock += FAILING_AFTER
    [told] = await poll(store, cams.get_waba, ["space"], "", clock)

    assert told.kind == "poll_failing"
    assert "allow the action cams:QueryChatappBindWaba in its RAM policy" in change_view.change(told).text


async def test_of_an_error_that_is_not_the_clients_only_the_class_is_kept(store: Store) -> None:
    await poll(store, Cams(space=OSError("token in here")).get_waba, ["space"], "", Clock())
    [watch] = await store.watches()

    assert watch.failure == "OSError"


@pytest.mark.parametrize("status", ["NUL \0", "lone \ud800", "DEFERRED"])
async def test_a_status_that_stays_is_no_change_whatever_characters_it_has(store: Store, status: str) -> None:
    clock, cams = Clock(), Cams(space=waba(status, key=status, name=status))
    for _ in range(2):
        await poll(store, cams.get_waba, ["space"], "C0", clock)
        clock += timedelta(minutes=5)
    [watch] = await store.watches()

    assert await kinds(store) == []
    assert watch.status_since == NOON


async def test_a_space_that_is_left_during_the_look_stays_forgotten(store: Store) -> None:
    await store.subscribe("space", "C1", "U1", NOON)

    async def fetch(_: str) -> Waba:
        await store.unsubscribe("space", "C1", keep_watch=False)
        return waba("REJECTED")

    await poll(store, fetch, ["space"], "C0", Clock())

    assert await store.watches() == []


async def test_a_look_records_what_a_poll_would(store: Store) -> None:
    clock, cams = Clock(), Cams(space="PENDING")
    await poll(store, cams.get_waba, ["space"], "C0", clock)
    cams.answers["space"] = "APPROVED"
    seen = await look(store, cams.get_waba, "space", "C0", clock)
    again = await poll(store, cams.get_waba, ["space"], "C0", clock)

    assert (seen.review_status, again) == ("APPROVED", [])
    assert await kinds(store) == ["review"]


async def test_a_look_at_a_space_that_is_not_watched_records_nothing(store: Store) -> None:
    seen = await look(store, Cams(space="REJECTED").get_waba, "space", "C0", Clock())

    assert seen.review_status == "REJECTED"
    assert await store.watches() == []


async def test_a_look_that_fails_says_why_and_counts_as_a_failure(store: Store) -> None:
    await store.subscribe("space", "C1", "U1", NOON)
    with pytest.raises(CamsUnknownOutcomeError):
        await look(store, Cams(space=FETCH_FAILED).get_waba, "space", "", Clock())
    [watch] = await store.watches()

    assert watch.failing_since == NOON
