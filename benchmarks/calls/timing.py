"""How calls are timed and memory is read, from within the process that is measured."""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import TypedDict

Call = Callable[[], Awaitable[object]]


class Pace(TypedDict):
    """How fast calls are: at once, in calls a second; one after another, in seconds of processor time each.

    ``calls`` is how many were made.
    """

    per_second: float
    cpu: float
    calls: int


async def pace(call: Call, *, in_a_row: int, at_once: int, rounds: int) -> Pace:
    """Make so many calls one after another, then ``rounds`` for each of so many workers at once."""
    before = time.process_time()
    await _again(call, in_a_row)
    cpu = (time.process_time() - before) / in_a_row
    before = time.perf_counter()
    await asyncio.gather(*(_again(call, rounds) for _ in range(at_once)))
    per_second = at_once * rounds / (time.perf_counter() - before)
    return Pace(per_second=per_second, cpu=cpu, calls=in_a_row + at_once * rounds)


async def typical(call: Call, count: int) -> float:
    """Return the median seconds of a call, made one after another."""
    seconds = []
    for _ in range(count):
        before = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - before)
    return median(seconds)


async def _again(call: Call, count: int) -> None:
    for _ in range(count):
        await call()


def resident() -> float:
    """Return how much memory this process holds, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def aiohttp_alone() -> float:
    """Return what a process holds that has imported aiohttp, in MB."""
    import aiohttp  # noqa: F401, PLC0415 - it is what is measured

    return resident()
