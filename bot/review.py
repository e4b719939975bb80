"""Looks at the review status of WABAs, compares, records.

    watch before -> fetch (CAMS, outside any transaction) -> changes (pure) -> record (ONE transaction) -> alerts owed

`changes`, `outage`, `seen`, `failed` and `spaces_to_poll` decide and are pure; `look` and `poll` call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.cams.errors import (
    CamsBusyError,
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
)
from bot.cams.models import Waba
from bot.store import Change, Kind, Store, Subscription, Transition, Watch, storable

Fetch = Callable[[str], Awaitable[Waba]]
Clock = Callable[[], datetime]

# A poll that fails for this long is itself told; a shorter trouble is CAMS's or the network's everyday life.
FAILING_AFTER = timedelta(minutes=15)
# QueryChatappBindWaba allows 10 calls a second; with more in flight the rest only waits for its permit.
AT_ONCE = 10
# These say nothing about the space that was asked for, and the next one would only meet the same (see bot.health).
OF_ALL_SPACES = (CamsBusyError, CamsCredentialsMissingError, CamsCredentialsRefusedError, CamsDownError)

log = structlog.get_logger()


def spaces_to_poll(subscriptions: Iterable[Subscription], default_space: str, fallback_channel: str) -> frozenset[str]:
    """Return the spaces that somebody is told about; the default one counts if there is a fallback channel."""
    spaces = {subscription.space_id for subscription in subscriptions}
    return frozenset(spaces | {default_space} if default_space and fallback_channel else spaces)


def changes(before: Watch, after: Waba) -> list[Change]:
    """Return what moved; a WABA seen for the first time, or in another's place, only sets the baseline.

    The statuses are compared as they are given. An empty one says nothing and so is no change, from it or to it.
    """
    if before.waba_id != after.id or not before.review_status:
        return []
    if after.review_status in {"", before.review_status}:
        return []
    return [
        Change(
            kind="review",
            waba_id=after.id,
            waba_name=after.name,
            before=before.review_status,
            after=after.review_status,
            before_since=before.status_since,
            at_least=before.status_since == before.first_seen_at,
        )
    ]


def outage(before: Watch, failure: str, now: datetime) -> list[Change]:
    """Return the news that polling fails, once, as soon as it has failed for FAILING_AFTER."""
    since = before.failing_since or now
    if before.failure_told or now - since < FAILING_AFTER:
        return []
    return [_of_the_poll("poll_failing", before, since, failure)]


def seen(known: Watch, waba: Waba, now: datetime, current: Watch) -> tuple[Watch, list[Change]]:
    """Return the row after an answer, and the news in it.

    `known` is the row before CAMS was asked, `current` the row now. Where somebody else has recorded a move in between
    this answer may be the older one, so its status is left to the next look.
    """
    news = _recovery(current)
    healthy = replace(current, looked_at=now, failing_since=None, failure="", failure_told=False)
    if _position(current) != _position(known):
        return healthy, news
    return _moved(healthy, waba, now), news + changes(current, waba)


def failed(failure: str, now: datetime, current: Watch) -> tuple[Watch, list[Change]]:
    """Return the row after a failure, and the news in it."""
    news = outage(current, failure, now)
    told = current.failure_told or bool(news)
    since = current.failing_since or now
    return replace(current, failing_since=since, failure=failure, failure_told=told), news


async def look(store: Store, fetch: Fetch, space_id: str, fallback_channel: str, clock: Clock) -> Waba:
    """Ask CAMS about one space, record what is new if the space is watched, and return the answer.

    Raises what `fetch` raises, after the failure was recorded if it is the space's.
    """
    sight = await _look(store, fetch, space_id, fallback_channel, clock)
    if isinstance(sight.answer, Exception):
        raise sight.answer
    return sight.answer


async def poll(
    store: Store, fetch: Fetch, spaces: Collection[str], fallback_channel: str, clock: Clock
) -> list[Transition]:
    """Look at every space, a few at a time, and return what was recorded; one that fails stops no other.

    Where CAMS as a whole cannot be asked the rest is left to the next poll.
    """
    await store.begin_watching(spaces)
    # One iterator for all the workers: each takes the next space when it is done with its last.
    waiting = iter(sorted(spaces))
    recorded: list[Transition] = []

    async def work() -> None:
        for space_id in waiting:
            try:
                sight = await _look(store, fetch, space_id, fallback_channel, clock)
            except OF_ALL_SPACES as exc:
                left = 1 + sum(1 for _ in waiting)
                log.info("a poll ended early", left=left, failure=_failure(exc))
            except Exception:
                log.exception("look could not be recorded", space=space_id)
            else:
                recorded.extend(sight.transitions)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(spaces))):
            group.create_task(work())
    return recorded


@dataclass(frozen=True, slots=True)
class _Sight:
    answer: Waba | Exception
    transitions: list[Transition]


async def _look(store: Store, fetch: Fetch, space_id: str, fallback_channel: str, clock: Clock) -> _Sight:
    known = await store.watch(space_id) or Watch(space_id)
    answer: Waba | Exception
    try:
        answer = await fetch(space_id)
    except OF_ALL_SPACES:
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, this space was not seen
        answer, failure = error, _failure(error)
        log.warning("review status could not be read", space=space_id, failure=failure)
        decide = partial(failed, failure, clock())
    else:
        decide = partial(seen, known, _storable(answer), clock())
    transitions = await store.record(space_id, decide, fallback_channel, clock())
    for transition in transitions:
        log.info(
            "review change recorded",
            kind=transition.kind,
            space=space_id,
            waba=transition.waba_id,
            before=transition.before,
            after=transition.after,
        )
    return _Sight(answer, transitions)


def _failure(error: Exception) -> str:
    # Only CAMS's own errors promise a text that is safe to keep.
    return str(error) if isinstance(error, CamsError) else type(error).__name__


def _storable(waba: Waba) -> Waba:
    return replace(waba, id=storable(waba.id), name=storable(waba.name), review_status=storable(waba.review_status))


def _position(watch: Watch) -> tuple[str, str, datetime | None]:
    return watch.waba_id, watch.review_status, watch.status_since


def _moved(before: Watch, waba: Waba, now: datetime) -> Watch:
    if not waba.id:
        return before
    if waba.id != before.waba_id:
        baseline = replace(before, waba_id=waba.id, waba_name=waba.name, review_status=waba.review_status)
        return replace(baseline, status_since=now, first_seen_at=now)
    if waba.review_status in {"", before.review_status}:
        return replace(before, waba_name=waba.name)
    return replace(before, waba_name=waba.name, review_status=waba.review_status, status_since=now)


def _recovery(watch: Watch) -> list[Change]:
    if not watch.failure_told:
        return []
    return [_of_the_poll("poll_recovered", watch, watch.failing_since, watch.failure)]


def _of_the_poll(kind: Kind, watch: Watch, since: datetime | None, detail: str) -> Change:
    return Change(
        kind=kind,
        waba_id=watch.waba_id,
        waba_name=watch.waba_name,
        before=watch.review_status,
        after=watch.review_status,
        before_since=since,
        detail=detail,
    )
