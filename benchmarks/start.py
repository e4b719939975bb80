"""How long an app takes from its start to its first ack, and what memory it holds when it rests.

start of the process -> Socket Mode -> the first command -> ack; some seconds later: resident memory, children too
"""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.rows import Row, alternate_async
from benchmarks.slack_load.apps import App, bot, rival, started
from benchmarks.slack_load.cams import PICTURED
from benchmarks.slack_load.payloads import COMMAND, PRESS, command, press
from benchmarks.slack_load.processes import cost, helping

REST_SECONDS = 2.0
MOST_SECONDS, MOST_MEMORY = 0.7, 40.0
AGAINST = "an empty Bolt app"


@dataclass(frozen=True)
class Start:
    """Seconds to the first ack, MB at rest, and MB at rest once a picture was drawn."""

    seconds: float
    memory: float
    with_pictures: float


def rows() -> list[Row]:
    """Measure both from the start."""
    ours, theirs = asyncio.run(_rounds())
    drawn = median(one.with_pictures for one in ours)
    seconds, their_seconds = (median(one.seconds for one in both) for both in (ours, theirs))
    memory, their_memory = (median(one.memory for one in both) for both in (ours, theirs))
    alone = (
        "resident; no picture was drawn yet. SQLAlchemy, whose asyncio part loads its ORM, is the most of what is ours"
    )
    drawing = "resident, with the process that draws; what both share counts twice"
    return [
        _row("start to first ack", seconds, their_seconds, MOST_SECONDS, "s", "on a database that is there already"),
        _row("memory at rest", memory, their_memory, MOST_MEMORY, "MB", alone),
        _row("memory at rest, a picture was drawn", drawn, their_memory, MOST_MEMORY, "MB", drawing),
    ]


async def _rounds() -> tuple[list[Start], list[Start]]:
    async with helping(["benchmarks.slack_load.cams"]) as cams, bot(cams=cams) as app:
        return await alternate_async(
            lambda: _start(app, pictures=True), lambda: _start(rival("socket"), pictures=False)
        )


async def _start(app: App, *, pictures: bool) -> Start:
    replied, began = asyncio.Event(), 0.0

    def note_start() -> None:
        nonlocal began
        began = perf_counter()

    async with started(app, "socket", lambda *_: replied.set(), note_start) as measured:
        await measured.way.ack(COMMAND, command("help", f"{measured.response_url}1"))
        seconds = perf_counter() - began
        await asyncio.sleep(REST_SECONDS)
        memory = cost(measured.process).memory
        if pictures:
            await measured.way.ack(PRESS, press("qr.post:1", PICTURED, f"{measured.response_url}1"))
            await asyncio.sleep(REST_SECONDS)
        return Start(seconds, memory, cost(measured.process).memory)


def _row(what: str, ours: float, theirs: float, target: float, unit: str, note: str) -> Row:
    return Row(
        what,
        AGAINST,
        f"{ours:.2f} {unit}",
        f"{theirs:.2f} {unit}",
        ours - theirs,
        target,
        at_least=False,
        unit=unit,
        note=note,
    )
