"""The scheduled jobs. The table below is all there is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import health, review
from bot.alerts import attend
from bot.cams.client import Priority
from bot.outbox import Outbox
from bot.refresh import refresh
from bot.services import Services
from bot.settle import settling
from bot.showing import show_cards
from bot.store import WakeKind
from bot.tasks import Tasks
from bot.watching import Poller, Rules

log = structlog.get_logger()
POLL_SECONDS = 1
DELIVER_SECONDS = 2
CHECK_SECONDS = 2
CHECK_WAYS_SECONDS = 60
SETTLE_SECONDS = 2
RELOAD_SECONDS = 60
ATTEND_SECONDS = 30
DIGEST_SECONDS = 60
# What is run at once when there is work for it.
WAKES: Mapping[WakeKind, str] = {"watches": "poll_reviews", "alerts": "deliver_alerts"}
Job = Callable[[Services], Coroutine[Any, Any, None]]


def polling(services: Services, tasks: Tasks) -> Job:
    """Return the job that begins the looks at watched spaces that are due; they go on by themselves."""
    settings = services.settings
    rules = Rules(
        also=review.spaces_to_poll([], settings.default_space, settings.alert_channel),
        fallback_channel=settings.alert_channel,
        settled_every=timedelta(seconds=settings.review_poll_seconds),
    )
    poller = Poller(services.store, services.cams.at(Priority.POLL).get_waba, rules, services.clock, tasks)

    async def poll_reviews(_services: Services) -> None:
        await poller.tick()

    return poll_reviews


def checking(tasks: Tasks, refresh_register: Job) -> Job:
    """Return the job that finds out whether CAMS is back where it is silent, and tells of trouble as a whole.

    After the trouble everything is looked at at once.
    """
    since: datetime | None = None

    async def check_cams(services: Services) -> None:
        nonlocal since
        if services.cams.silent_for > 0 or services.cams.key_problem is not None:
            began = services.clock() - timedelta(seconds=services.cams.silent_for)
            since = min(since or began, began)
        await health.probe(services.cams)
        await health.tell(services.store, services.cams, partial(_everybody, services), services.clock())
        # Whoever else asked may have found it back since the last check.
        if since and services.cams.heard_since_trouble:
            await services.store.make_due(seen_before=since)
            since = None
            # Beside this, for it may take minutes, and trouble may come back meanwhile.
            tasks.start(refresh_register(services))

    return check_cams


async def check_ways(services: Services) -> None:
    """Tell where messages wait for too long, and where callbacks stay away that came before."""
    await health.tell_of_outbox(services.store, partial(_everybody, services), services.clock())
    if services.settings.callback_secret:
        await health.tell_of_pushes(services.store, partial(_everybody, services), services.clock())


async def _everybody(services: Services) -> list[str]:
    """The channels that have to know what concerns all spaces."""
    if services.settings.alert_channel:
        return [services.settings.alert_channel]
    return sorted({one.channel_id for one in await services.store.subscriptions()})


def delivering(tasks: Tasks, services: Services) -> Job:
    """Return the job that begins to post what channels are owed."""
    settings = services.settings
    outbox = Outbox(
        services.store, services.slack, services.clock, settings.alert_channel, tasks, keepers=settings.admin_users
    )

    async def deliver_alerts(_services: Services) -> None:
        await outbox.tick()

    return deliver_alerts


async def show_changed_cards(services: Services) -> None:
    """Bring the messages of cards up to date."""
    await show_cards(services.store, services.slack.change, services.clock)


async def attend_cards(services: Services) -> None:
    """Remind of open cards that nobody attends to, and call others."""
    await attend.attend(services.store, services.clock)


async def send_digests(services: Services) -> None:
    """Owe the daily digests that are due.

    A tick that asks which are, not a cron job for each channel: it follows a setting at once, and neither a change of
    clocks nor a process that was down at the time makes it skip a day or send one twice.
    """
    settings = services.settings
    unclaimed = {settings.alert_channel: settings.default_space} if settings.alert_channel else {}
    await attend.send_digests(services.store, services.clock, unclaimed)


async def reload_register(services: Services) -> None:
    """Take in what other processes have written into the register."""
    await services.register.load(services.store)


def refreshing(tasks: Tasks) -> Job:
    """Return the job that brings the register up to date; at a stop it ends with what it has in hand."""

    async def refresh_register(services: Services) -> None:
        every = timedelta(seconds=services.settings.spaces_refresh_seconds)
        cams = services.cams.at(Priority.BULK)
        await refresh(services.register, services.store, cams, every, services.clock, lambda: tasks.draining)

    return refresh_register


def schedule(scheduler: AsyncIOScheduler, services: Services, tasks: Tasks) -> None:
    """Add every job, the first run of each at once."""
    scheduler.add_listener(_note, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    # After a pause: one late run, not a burst; and never two runs of a job at once.
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    refresh_register = refreshing(tasks)
    table = (
        (polling(services, tasks), POLL_SECONDS),
        (delivering(tasks, services), DELIVER_SECONDS),
        (show_changed_cards, DELIVER_SECONDS),
        (attend_cards, ATTEND_SECONDS),
        (send_digests, DIGEST_SECONDS),
        (settling(tasks), SETTLE_SECONDS),
        (checking(tasks, refresh_register), CHECK_SECONDS),
        (check_ways, CHECK_WAYS_SECONDS),
        (refresh_register, services.settings.spaces_refresh_seconds),
        (reload_register, RELOAD_SECONDS),
    )
    for job, seconds in table:
        run = partial(_run, job, services, tasks, asyncio.Lock())
        scheduler.add_job(run, "interval", seconds=seconds, next_run_time=services.clock(), id=job.__name__, **options)


@asynccontextmanager
async def waking(scheduler: AsyncIOScheduler, services: Services) -> AsyncIterator[None]:
    """Run the jobs of WAKES at once when there is work for them, made here or by another process."""
    async with services.store.listening():
        loops = [asyncio.create_task(_run_when_woken(scheduler, services, kind)) for kind in WAKES]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


async def _run_when_woken(scheduler: AsyncIOScheduler, services: Services, kind: WakeKind) -> None:
    while True:
        await services.store.woken.wait(kind)
        # Beside the schedule, which would leave out a run that is due while the last one is not over.
        run = asyncio.ensure_future(scheduler.get_job(WAKES[kind]).func())
        await asyncio.wait({run})
        if error := run.exception():
            log.error("a job failed", job=WAKES[kind], exc_info=error)


async def _run(job: Job, services: Services, tasks: Tasks, one_at_a_time: asyncio.Lock) -> None:
    async with one_at_a_time:
        # A task of our own: the scheduler's shutdown cancels what it runs, and cannot wait for it.
        if tasks.draining:
            return
        work = tasks.start(job(services))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            # The scheduler stops, which is no failure; the work goes on, and the drain waits for it.
            if work.cancelled():
                raise


def _note(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        log.error("a job failed", job=event.job_id, exc_info=event.exception)
    else:
        log.info("a job was due while its last run, or a pause, still held it up", job=event.job_id)
