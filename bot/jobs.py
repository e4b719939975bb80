"""The scheduled jobs. The table below is all there is."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import blocks, cards, outbox, review
from bot.services import Services
from bot.store import Alert
from bot.tasks import Tasks

log = structlog.get_logger()
DELIVER_SECONDS = 2
Job = Callable[[Services], Coroutine[Any, Any, None]]


async def poll_reviews(services: Services) -> None:
    """Look at every watched space and record what changed."""
    settings, store = services.settings, services.store
    spaces = review.spaces_to_poll(await store.subscriptions(), settings.default_space, settings.alert_channel)
    await review.poll(store, services.cams.get_waba, spaces, settings.alert_channel, services.clock)


async def deliver_alerts(services: Services) -> None:
    """Post the alerts that are owed."""

    async def post(alert: Alert) -> str:
        change = alert.transition
        return await services.slack.post(
            alert.channel_id, blocks.escape(cards.alert_sentence(change)), cards.alert(change)
        )

    await outbox.deliver(services.store, post, services.clock)


def schedule(scheduler: AsyncIOScheduler, services: Services, tasks: Tasks) -> None:
    """Add every job, the first run of each at once."""
    scheduler.add_listener(_note, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    # After a pause: one late run, not a burst; and never two runs of a job at once.
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for job, seconds in ((poll_reviews, services.settings.review_poll_seconds), (deliver_alerts, DELIVER_SECONDS)):
        run = partial(_run, job, services, tasks)
        scheduler.add_job(run, "interval", seconds=seconds, next_run_time=services.clock(), id=job.__name__, **options)


async def _run(job: Job, services: Services, tasks: Tasks) -> None:
    # A task of our own: the scheduler's shutdown cancels what it runs, and cannot wait for it.
    if not tasks.draining:
        await asyncio.shield(tasks.start(job(services)))


def _note(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        log.error("a job failed", job=event.job_id, exc_info=event.exception)
    else:
        log.info("a job was due while its last run, or a pause, still held it up", job=event.job_id)
