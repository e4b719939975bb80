"""The governor before servers that count calls in each of the ways that are known, on virtual time."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import pytest

from bot.cams.governor import Governor
from bot.cams.line import Priority
from bot.cams.permits import LocalPermits
from sandbox.cams.quota import LIMITERS, Window
from tests.unit.cams.virtual_time import run

LIMIT = 10
WAY = 0.02


def now() -> float:
    return asyncio.get_running_loop().time()


def governor() -> Governor:
    return Governor(LIMIT, LocalPermits(LIMIT, paced_from=Priority.POLL, clock=now), now)


class Server:
    """Counts as a window does, of any phase; and works for up to 0.3 s before or after it counts."""

    def __init__(self, window: Window, dice: random.Random, *, counts_late: bool) -> None:
        self._limiter = LIMITERS[window](LIMIT)
        self._phase = dice.random()
        self._dice = dice
        self._counts_late = counts_late
        self.refused = 0

    async def answer(self, arrived: Callable[[], None]) -> None:
        await asyncio.sleep(WAY)
        acknowledged = asyncio.get_running_loop().call_later(WAY, arrived)
        work = self._dice.uniform(0, 0.3)
        if self._counts_late:
            acknowledged.cancel()
            await asyncio.sleep(work)
        self.refused += not self._limiter.admit(now() + self._phase)
        if not self._counts_late:
            await asyncio.sleep(work)
        await asyncio.sleep(WAY)


async def sweep(server: Server, calls: int) -> float:
    gate, waiting = governor(), iter(range(calls))

    async def work() -> None:
        for _ in waiting:
            slot = gate.take_now(Priority.POLL) or await gate.take(Priority.POLL, now() + 1e6)
            # The kernel measures the ways alone, without the server's work.
            await server.answer(lambda slot=slot: slot.arrived(2 * WAY))  # type: ignore[misc]
            slot.answered()

    await asyncio.gather(*(work() for _ in range(LIMIT)))
    return now()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("window", ["fixed", "sliding", "bucket"])
def test_a_sweep_spends_the_quota_and_is_never_refused_however_long_the_server_works(window: Window, seed: int) -> None:
    server = Server(window, random.Random(seed), counts_late=False)
    seconds = run(sweep(server, 600))

    assert server.refused == 0
    assert seconds < 1.05 * 600 / LIMIT


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("window", ["fixed", "sliding", "bucket"])
def test_where_only_answers_tell_a_server_that_counts_late_refuses_nothing_either(window: Window, seed: int) -> None:
    server = Server(window, random.Random(seed), counts_late=True)
    seconds = run(sweep(server, 600))

    assert server.refused == 0
    # A tenth of the quota for each tenth of a second that an answer takes, 0.19 s on average.
    assert seconds < 1.25 * 600 / LIMIT


async def crowd(calls: int) -> tuple[list[int], Counter[Priority]]:
    """Let polls and background crowd the line, and a person come now and then; count who went before each person."""
    gate, grants = governor(), Counter[Priority]()
    before = list[int]()

    async def caller(priority: Priority) -> None:
        while sum(grants.values()) < calls:
            await one(priority)

    async def one(priority: Priority) -> int:
        came = sum(grants.values())
        slot = gate.take_now(priority) or await gate.take(priority, now() + 1e6)
        ahead = sum(grants.values()) - came
        grants[priority] += 1
        await asyncio.sleep(0.05)
        slot.answered()
        return ahead

    async def people() -> None:
        while sum(grants.values()) < calls:
            await asyncio.sleep(0.7)
            before.append(await one(Priority.PERSON))

    many = [caller(priority) for priority in (Priority.CONFIRM, Priority.POLL, Priority.BULK) for _ in range(100)]
    await asyncio.gather(people(), *many)
    return before, grants


def test_a_person_waits_behind_two_others_at_most_however_many_wait() -> None:
    before, _ = run(crowd(2_000))

    assert len(before) > 100
    assert max(before) <= 2


def test_every_class_gets_its_turn_however_busy_those_before_it_are() -> None:
    _, grants = run(crowd(2_000))

    assert min(grants[priority] for priority in (Priority.POLL, Priority.BULK)) > 50
    assert grants[Priority.CONFIRM] > grants[Priority.POLL]


def test_thousands_whose_time_ends_at_one_moment_leave_nothing_behind() -> None:
    async def main() -> tuple[int, int]:
        gate = governor()
        gate._permits.pause(1e6)
        calls = (gate.take(Priority.PERSON, 1_500.0) for _ in range(10_000))
        late = await asyncio.gather(*calls, return_exceptions=True)
        await asyncio.sleep(0)
        return sum(isinstance(each, TimeoutError) for each in late), len(asyncio.all_tasks())

    assert run(main()) == (10_000, 1)
