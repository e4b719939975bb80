"""Troubles between us and CAMS as a whole: each is told once, and once more when it is over.

jobs.check_cams   -> (probe, where nobody else calls) -> troubles (pure) -> store: raise or clear -> alerts owed
jobs.check_ways -> oldest post owed, push_silence (pure)                  -> the same
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from bot.cams.client import CamsClient, Priority
from bot.cams.errors import CamsError
from bot.store import Alarm, AlarmKind, Change, Kind, Store

# A shorter silence is everyday life; people who ask meanwhile are told anyway.
# Slack's own troubles and limits are over sooner as a rule.
LATE_AFTER = timedelta(minutes=10)
SILENT_AFTER = timedelta(minutes=15)
# So many changes in a row without a push, each so old that its push would have come, and not older than this.
UNPUSHED_CHANGES = 3
PUSH_PATIENCE = timedelta(minutes=10)
PUSH_MEMORY = timedelta(days=7)
FOUND_MAX = 50
OF_CAMS: frozenset[AlarmKind] = frozenset({"cams_silent", "key_refused"})
OVER: Mapping[AlarmKind, Kind] = {
    "cams_silent": "cams_answers",
    "key_refused": "key_accepted",
    "push_silent": "push_again",
    "outbox_late": "outbox_moves",
}

log = structlog.get_logger()
Everybody = Callable[[], Awaitable[Collection[str]]]
"""Returns the channels that are told; asked only where there is something to tell."""


def troubles(cams: CamsClient, now: datetime) -> dict[AlarmKind, Alarm]:
    """Return what is wrong at the moment, by kind."""
    found: dict[AlarmKind, Alarm] = {}
    if problem := cams.key_problem:
        found["key_refused"] = Alarm("key_refused", now, str(problem))
    if timedelta(seconds=cams.silent_for) >= SILENT_AFTER:
        found["cams_silent"] = Alarm("cams_silent", now - timedelta(seconds=cams.silent_for), cams.silent_because)
    return found


async def probe(cams: CamsClient) -> None:
    """Ask CAMS for the least there is, where nothing else may be tried. The circuit lets one through now and then."""
    if not cams.silent_for and cams.key_problem is None:
        return
    try:
        await cams.at(Priority.POLL).list_spaces(1, 1)
    except CamsError as exc:
        log.debug("CAMS was probed", error=type(exc).__name__, code=exc.code)


async def tell(store: Store, cams: CamsClient, everybody: Everybody, now: datetime) -> None:
    """Raise the alarms of what is wrong, and clear those of what CAMS's own answers have shown to be over."""
    standing = {alarm.kind: alarm for alarm in await store.alarms() if alarm.kind in OF_CAMS}
    current = troubles(cams, now)
    for kind, alarm in current.items():
        if kind not in standing:
            await _raise(store, alarm, everybody)
    for kind, alarm in standing.items():
        # A process that has not heard from CAMS cannot know: another one may have raised it a moment ago.
        if kind not in current and cams.heard_since_trouble:
            await _clear(store, alarm, everybody, now)


def push_silence(last_push: datetime | None, found: Collection[datetime], now: datetime) -> Alarm | None:
    """Return the alarm that pushes stay away, None where they do not, or never came.

    `found` is when changes were seen that a poll found by itself; `last_push` when a watched WABA was pushed. A push
    may come late, for CAMS tries it again: what was found a moment ago is no sign yet.
    """
    if last_push is None:
        return None
    unpushed = [at for at in found if max(last_push, now - PUSH_MEMORY) < at <= now - PUSH_PATIENCE]
    if len(unpushed) < UNPUSHED_CHANGES:
        return None
    detail = f"The polls have found {len(unpushed)} changes that were not pushed."
    return Alarm("push_silent", min(unpushed), detail)


async def tell_of_pushes(store: Store, everybody: Everybody, now: datetime) -> None:
    """Raise the alarm that pushes stay away, and clear it when one has come since."""
    last = next((came.at for came in await store.latest_callbacks(1, known=True)), None)
    standing = next((alarm for alarm in await store.alarms() if alarm.kind == "push_silent"), None)
    alarm = push_silence(last, await store.found_by_polls(FOUND_MAX), now)
    if standing is None and alarm:
        await _raise(store, alarm, everybody)
    elif standing and last and last > standing.since:
        await _clear(store, standing, everybody, now)


async def tell_of_outbox(store: Store, everybody: Everybody, now: datetime) -> None:
    """Raise the alarm that messages wait for longer than they should, and clear it when none does."""
    oldest = await store.oldest_owed()
    standing = next((alarm for alarm in await store.alarms() if alarm.kind == "outbox_late"), None)
    is_late = oldest is not None and now - oldest >= LATE_AFTER
    if standing is None and oldest is not None and is_late:
        await _raise(store, Alarm("outbox_late", oldest, "The oldest waits for longer than ten minutes."), everybody)
    elif standing and not is_late:
        await _clear(store, standing, everybody, now)


async def _raise(store: Store, alarm: Alarm, everybody: Everybody) -> None:
    if await store.raise_alarm(alarm, _change(alarm.kind, alarm), await everybody()):
        log.error("an alarm was raised", kind=alarm.kind, detail=alarm.detail)


async def _clear(store: Store, alarm: Alarm, everybody: Everybody, now: datetime) -> None:
    if await store.clear_alarm(alarm, _change(OVER[alarm.kind], alarm), await everybody(), now):
        log.info("an alarm is over", kind=alarm.kind)


def _change(kind: Kind, alarm: Alarm) -> Change:
    return Change(
        kind=kind, waba_id="", waba_name="", before="", after="", before_since=alarm.since, detail=alarm.detail
    )
