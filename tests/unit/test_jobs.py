import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot import health, jobs
from bot.store import Alarm, Post, Subscription, Wake
from bot.tasks import Tasks
from tests.fixtures.clock import NOON
from tests.unit.fakes import FakeCams, FakeStore, make_services


class Busy(FakeStore):
    """Says when a poll has begun, and holds it until it may go on; `mistake` is what it then raises."""

    def __init__(self, mistake: Exception | None = None) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.delivered = asyncio.Event()
        self.mistake = mistake
        self.polls = 0

    async def begin_watching(self, _spaces: object) -> None:
        self.begun.set()
        await self.may_go_on.wait()
        if self.mistake:
            raise self.mistake
        self.polls += 1

    async def claim_posts(self, *_: object) -> list[Post]:
        self.delivered.set()
        return []


@asynccontextmanager
async def scheduled(store: Busy, tasks: Tasks) -> AsyncIterator[AsyncIOScheduler]:
    scheduler = AsyncIOScheduler(timezone=UTC)
    jobs.schedule(scheduler, make_services(store=store), tasks)
    scheduler.start()
    try:
        yield scheduler
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)


async def test_the_jobs_are_a_poll_and_a_delivery_each_at_once_and_then_on_time() -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    jobs.schedule(scheduler, make_services(), Tasks())
    table = {job.id: (job.trigger.interval.total_seconds(), job.next_run_time) for job in scheduler.get_jobs()}

    assert table == {
        "poll_reviews": (jobs.POLL_SECONDS, NOON),
        "deliver_alerts": (jobs.DELIVER_SECONDS, NOON),
        "attend_cards": (jobs.ATTEND_SECONDS, NOON),
        "send_digests": (jobs.DIGEST_SECONDS, NOON),
        "show_changed_cards": (jobs.DELIVER_SECONDS, NOON),
        "settle_writes": (jobs.SETTLE_SECONDS, NOON),
        "check_cams": (jobs.CHECK_SECONDS, NOON),
        "check_ways": (jobs.CHECK_WAYS_SECONDS, NOON),
        "refresh_register": (3600, NOON),
        "reload_register": (jobs.RELOAD_SECONDS, NOON),
    }


async def test_after_a_pause_a_job_runs_once_and_never_twice_at_a_time() -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    jobs.schedule(scheduler, make_services(), Tasks())
    scheduler.start(paused=True)
    options = {(job.coalesce, job.max_instances, job.misfire_grace_time) for job in scheduler.get_jobs()}
    scheduler.shutdown(wait=False)

    assert options == {(True, 1, None)}


async def test_a_job_that_raises_is_logged_and_stops_no_other() -> None:
    store, failed = Busy(ValueError("a mistake")), asyncio.Event()
    with capture_logs() as logs:
        async with asyncio.timeout(10), scheduled(store, Tasks()) as scheduler:
            scheduler.add_listener(lambda _: failed.set(), EVENT_JOB_ERROR)
            store.may_go_on.set()
            await store.delivered.wait()
            await failed.wait()

    assert {(entry["event"], type(entry["exc_info"])) for entry in logs if entry["log_level"] == "error"} == {
        ("a task failed", ValueError),
        ("a job failed", ValueError),
    }


async def test_a_job_that_has_begun_outlives_the_scheduler() -> None:
    store, tasks = Busy(), Tasks()
    async with asyncio.timeout(10), scheduled(store, tasks) as scheduler:
        await store.begun.wait()
        scheduler.shutdown(wait=False)
        # The scheduler cancels its own futures in the loop's next turns.
        for _ in range(5):
            await asyncio.sleep(0)
        store.may_go_on.set()
        late = await tasks.drain(10)

    assert (late, store.polls) == (0, 1)


async def test_no_job_begins_while_the_bot_drains() -> None:
    store, tasks = Busy(), Tasks()
    await tasks.drain(0)
    async with asyncio.timeout(10), scheduled(store, tasks) as scheduler:
        for job in scheduler.get_jobs():
            await job.func()

    assert not store.begun.is_set()


class Waking(Busy):
    """Is woken by the test alone, and counts the ticks of the poll."""

    def __init__(self, first_mistake: Exception | None = None) -> None:
        super().__init__()
        self.first_mistake = first_mistake
        self.woken = Wake()
        self.may_go_on.set()
        self.ticks: asyncio.Queue[int] = asyncio.Queue()
        self.runs = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        yield

    async def hold_watches(self, *_: object) -> None:
        self.runs += 1
        self.ticks.put_nowait(self.runs)
        if self.runs == 1 and self.first_mistake:
            raise self.first_mistake


async def test_a_wake_runs_its_job_at_once_and_again_after_one_that_failed() -> None:
    store = Waking(ValueError("a mistake"))
    scheduler = AsyncIOScheduler(timezone=UTC)
    services = make_services(store=store)
    jobs.schedule(scheduler, services, Tasks())
    # The schedule itself runs nothing, so that whatever runs was woken.
    scheduler.start(paused=True)
    with capture_logs() as logs:
        async with asyncio.timeout(10), jobs.waking(scheduler, services):
            for _ in range(3):
                store.woken.now(["watches"])
                await store.ticks.get()
    scheduler.shutdown(wait=False)

    assert store.runs == 3
    assert [entry["job"] for entry in logs if entry["event"] == "a job failed"] == ["poll_reviews"]


async def test_a_job_that_is_woken_while_it_runs_runs_once_more_and_not_twice_at_a_time() -> None:
    store = Waking()
    store.may_go_on.clear()
    scheduler = AsyncIOScheduler(timezone=UTC)
    services = make_services(store=store)
    jobs.schedule(scheduler, services, Tasks())
    scheduler.start(paused=True)
    async with asyncio.timeout(10), jobs.waking(scheduler, services):
        store.woken.now(["watches"])
        await store.begun.wait()
        store.woken.now(["watches"])
        beside = asyncio.ensure_future(scheduler.get_job("poll_reviews").func())
        for _ in range(5):
            await asyncio.sleep(0)
        meanwhile = store.runs
        store.may_go_on.set()
        while store.runs < 3:
            await store.ticks.get()
        await beside
    scheduler.shutdown(wait=False)

    assert meanwhile == 1


class Checked(FakeStore):
    """Notes from when on watches were made due, after failing as often as it is told; counts who reads all there is."""

    def __init__(self, *mistakes: Exception) -> None:
        super().__init__()
        self.mistakes = list(mistakes)
        self.made_due: list[datetime] = []
        self.readings = 0

    async def subscriptions(self, **_wanted: object) -> list[Subscription]:
        self.readings += 1
        return []

    async def raise_alarm(self, _alarm: Alarm, *_: object) -> bool:
        return True

    async def make_due(self, *, seen_before: datetime) -> None:
        if self.mistakes:
            raise self.mistakes.pop()
        self.made_due.append(seen_before)


async def check(store: Checked, *silences: float) -> list[datetime]:
    """Let CAMS be found silent for so many seconds at one check after another; return when watches were made due."""
    tasks, cams = Tasks(), FakeCams()
    services = make_services(cams=cams, store=store)
    check_cams = jobs.checking(tasks, jobs.refreshing(tasks))
    for silent_for in silences:
        cams.silent_for, cams.heard_since_trouble = silent_for, silent_for == 0
        with suppress(ConnectionError):
            await check_cams(services)
    await tasks.drain(10)
    return store.made_due


async def test_after_a_silence_all_is_due_once_whoever_finds_cams_back() -> None:
    assert await check(Checked(), 0, 10, 12, 0, 0) == [NOON - timedelta(seconds=12)]


async def test_what_could_not_be_made_due_after_a_silence_is_made_due_later() -> None:
    assert await check(Checked(ConnectionError()), 10, 0, 0) == [NOON - timedelta(seconds=10)]


async def test_who_is_to_be_told_of_trouble_is_asked_only_where_there_is_some() -> None:
    store = Checked()
    await check(store, 0, 0)
    calm = store.readings
    await check(store, health.SILENT_AFTER.total_seconds())

    assert (calm, store.readings) == (0, 1)
