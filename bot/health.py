"""Troubles between us and CAMS as a whole: each is told once, and once more when it is over.

jobs.check_cams -> (probe, where nobody else calls) -> troubles (pure) -> store: raise or clear -> alerts owed
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog

from bot.cams.client import CamsClient, Priority
from bot.cams.errors import CamsError
from bot.store import Alarm, AlarmKind, Change, Kind, Store

# A shorter silence is everyday life; people who ask meanwhile are told anyway.
SILENT_AFTER = timedelta(minutes=15)
OVER: Mapping[AlarmKind, Kind] = {"cams_silent": "cams_answers", "key_refused": "key_accepted"}

log = structlog.get_logger()


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


async def tell(store: Store, cams: CamsClient, channels: Collection[str], now: datetime) -> None:
    """Raise the alarms of what is wrong, and clear those of what CAMS's own answers have shown to be over."""
    standing: dict[AlarmKind, Alarm] = {alarm.kind: alarm for alarm in await store.alarms()}
    current = troubles(cams, now)
    for kind, alarm in current.items():
        if kind not in standing and await store.raise_alarm(alarm, _change(kind, alarm), channels):
            log.error("an alarm was raised", kind=kind, detail=alarm.detail)
    for kind, alarm in standing.items():
        # A process that has not heard from CAMS cannot know: another one may have raised it a moment ago.
        over = kind not in current and cams.heard_since_trouble
        if over and await store.clear_alarm(alarm, _change(OVER[kind], alarm), channels, now):
            log.info("an alarm is over", kind=kind)


def _change(kind: Kind, alarm: Alarm) -> Change:
    return Change(
        kind=kind, waba_id="", waba_name="", before="", after="", before_since=alarm.since, detail=alarm.detail
    )
