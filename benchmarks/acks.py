"""How soon a slash command is acked, while the bot draws pictures and sweeps, and by a Bolt app that does nothing else.

envelope or signed request -> app -> ack, timed here; the app, the Web API and CAMS are processes of their own
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from statistics import median, quantiles

from benchmarks.rows import ROUNDS, Row
from benchmarks.slack_load.apps import NAMES, App, Measured, Mode, bot, rival, started
from benchmarks.slack_load.cams import PICTURED, SPACES
from benchmarks.slack_load.payloads import COMMAND, PRESS, command, press
from benchmarks.slack_load.processes import helping

MODES: tuple[Mode, ...] = ("socket", "http")
# Commands a second, and for how many seconds.
LOADS = {10: 6.0, 300: 3.0}
WARM_UP_SECONDS = 2.0
PICTURES_A_SECOND = 5
# Slack gives an ack up after so long; one that is lost counts as this.
LOST_SECONDS = 3.0
MOST_P50, MOST_P99 = 0.1, 0.5
SHARED = (
    "Ours does the work of every command meanwhile, in the process that acks: permission, answer, audit row, polls. "
    "The rival does nothing."
)
AGAINST = "a default Bolt app, empty handler, no load"


@dataclass(frozen=True)
class Acks:
    """How long acks took, in seconds."""

    p50: float
    p99: float


Round = dict[int, Acks]


def rows() -> list[Row]:
    """Measure four combinations of way and rate, a row each for the median and the 99th percentile."""
    return [row for mode in MODES for row in _rows(mode, *asyncio.run(_rounds(mode)))]


async def _rounds(mode: Mode) -> tuple[list[Round], list[Round]]:
    """Measure both apps in turns, each time freshly started."""
    ours, theirs = [], []
    async with helping(["benchmarks.slack_load.cams"]) as cams, bot(SPACES, cams) as app:
        for _ in range(ROUNDS):
            ours.append(await _round(app, mode, busy=True))
            theirs.append(await _round(rival(mode), mode, busy=False))
    return ours, theirs


async def _round(app: App, mode: Mode, *, busy: bool) -> Round:
    async with started(app, mode) as measured, _drawing(measured) if busy else _nothing():
        await acks(measured, 10, WARM_UP_SECONDS)
        return {rate: await acks(measured, rate, seconds) for rate, seconds in LOADS.items()}


async def acks(measured: Measured, rate: int, seconds: float) -> Acks:
    """Send commands at random times, `rate` a second on average, whether or not the last was acked."""
    chance = random.Random(rate)  # noqa: S311 - no secret: both get the same times
    loop = asyncio.get_running_loop()
    due, waiting = loop.time(), []
    for _ in range(int(rate * seconds)):
        due += chance.expovariate(rate)
        await asyncio.sleep(due - loop.time())
        waiting.append(loop.create_task(_ack(measured)))
    took = await asyncio.gather(*waiting)
    return Acks(median(took), quantiles(took, n=100, method="inclusive")[98])


async def _ack(measured: Measured) -> float:
    try:
        async with asyncio.timeout(LOST_SECONDS):
            return await measured.way.ack(COMMAND, command("help", f"{measured.response_url}1"))
    except TimeoutError:
        return LOST_SECONDS


@asynccontextmanager
async def _drawing(measured: Measured) -> AsyncIterator[None]:
    """Press `Post picture` a few times a second."""

    async def work() -> None:
        while True:
            await measured.way.ack(PRESS, press("qr.post:1", PICTURED, f"{measured.response_url}1"))
            await asyncio.sleep(1 / PICTURES_A_SECOND)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _rows(mode: Mode, ours: list[Round], theirs: list[Round]) -> list[Row]:
    return [
        _row(
            f"ack at {rate}/s, {NAMES[mode]}, {name}",
            target,
            [_of(one[rate], name) for one in ours],
            [_of(one[rate], name) for one in theirs],
        )
        for rate in LOADS
        for name, target in (("p50", MOST_P50), ("p99", MOST_P99))
    ]


def _of(acks_: Acks, name: str) -> float:
    return acks_.p50 if name == "p50" else acks_.p99


def _row(what: str, target: float, ours: list[float], theirs: list[float]) -> Row:
    mine, other = median(ours), median(theirs)
    row = Row(what, AGAINST, f"{mine * 1000:.2f} ms", f"{other * 1000:.2f} ms", mine / other, target, at_least=False)
    return row if row.met else replace(row, note=SHARED)
