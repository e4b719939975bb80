"""Looks at the review status of WABAs, compares, records.

    watch before -> fetch (CAMS, outside any transaction) -> changes (pure) -> record (ONE transaction) -> alerts owed

`changes`, `outage`, `seen`, `failed` and `spaces_to_poll` decide and are pure; `look` (for a person) and `follow` (for
bot.watching, which says when) call.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.cams.errors import (
    CamsBusyError,
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
    CamsPermissionError,
)
from bot.cams.models import Waba
from bot.store import Change, Decide, Kind, Rest, Store, Subscription, Transition, Watch, storable

Fetch = Callable[[str], Awaitable[Waba]]
Clock = Callable[[], datetime]

# A poll that fails for this long is itself told; a shorter trouble is CAMS's or the network's everyday life.
FAILING_AFTER = timedelta(minutes=15)
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
    if current.position != known.position:
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
    known = await store.watch(space_id) or Watch(space_id)
    answer = await _asked(fetch, space_id)
    _told(await store.record(space_id, _decision(known, answer, clock()), fallback_channel, clock()))
    if isinstance(answer, Exception):
        raise answer
    return answer


async def follow(
    store: Store, fetch: Fetch, claim: Watch, rest: Rest, fallback_channel: str, clock: Clock
) -> list[Transition]:
    """Ask CAMS about a watch that was claimed, and give it back with what is new, to be due again as `rest` says.

    Raises one of OF_ALL_SPACES, or what the database raises, and then the claim is not given back.
    """
    answer = await _asked(fetch, claim.space_id)
    decide = _decision(claim, answer, clock())
    recorded = await store.record(claim.space_id, decide, fallback_channel, clock(), claim=claim, rest=rest)
    return _told(recorded)


async def _asked(fetch: Fetch, space_id: str) -> Waba | Exception:
    try:
        return await fetch(space_id)
    except OF_ALL_SPACES:
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, this space was not seen
        log.warning("review status could not be read", space=space_id, failure=_failure(error))
        return error


def _decision(known: Watch, answer: Waba | Exception, now: datetime) -> Decide:
    if isinstance(answer, Exception):
        return partial(failed, _failure(answer), now)
    return partial(seen, known, _storable(answer), now)


def _told(transitions: list[Transition]) -> list[Transition]:
    for transition in transitions:
        log.info(
            "review change recorded",
            kind=transition.kind,
            space=transition.space_id,
            waba=transition.waba_id,
            before=transition.before,
            after=transition.after,
            source=transition.source,
        )
    return transitions


def _failure(error: Exception) -> str:
    if isinstance(error, CamsPermissionError):
        return f"The AccessKey may not do this: allow the action cams:{error.operation} in its RAM policy. {error}"
    # Only CAMS's own errors promise a text that is safe to keep.
    return str(error) if isinstance(error, CamsError) else type(error).__name__


def _storable(waba: Waba) -> Waba:
    return replace(waba, id=storable(waba.id), name=storable(waba.name), review_status=storable(waba.review_status))


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
