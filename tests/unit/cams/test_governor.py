import asyncio
import random
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.cams.governor import WITHHELD, BusyError, Governor
from bot.cams.line import Priority
from bot.cams.permits import LocalPermits
from tests.unit.cams.virtual_time import run

ROUNDING = 1e-6


def now() -> float:
    return asyncio.get_running_loop().time()


class Gate(Governor):
    """A governor of permits that only this process uses, on the clock of the event loop."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit, LocalPermits(limit, paced_from=Priority.POLL, clock=now), now)

    @asynccontextmanager
    async def hold(self, priority: int = 0) -> AsyncIterator[None]:
        """Hold a slot around a request and its answer."""
        slot = self.take_now(Priority(priority)) or await self.take(Priority(priority), now() + 1e6)
        try:
            yield
        except BaseException:
            slot.broke()
            raise
        slot.answered()


def permits(limit: int) -> Gate:
    return Gate(limit)


def most_in_one_second(arrivals: list[float]) -> int:
    times = sorted(arrivals)
    return max(bisect_left(times, first + 1 - ROUNDING) - here for here, first in enumerate(times))


@dataclass
class Line:
    """The way to a server and back: a connection per call in flight, kept for a while, and legs that differ."""

    leg: Callable[[], float]
    arrivals: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)

    async def call(self) -> None:
        self.kept = [since for since in self.kept if now() - since < 15]
        if self.kept:
            self.kept.pop()
        else:
            # TCP and TLS: two round trips before the request leaves.
            await asyncio.sleep(sum(self.leg() for _ in range(4)))
        await asyncio.sleep(self.leg())
        self.arrivals.append(now())
        await asyncio.sleep(self.leg())
        self.kept.append(now())


async def saturate(limit: int, calls: int, line: Line) -> list[float]:
    gate = permits(limit)

    async def caller() -> None:
        async with gate.hold():
            await line.call()

    await asyncio.gather(*(caller() for _ in range(calls)))
    return line.arrivals


@given(
    seed=st.integers(0, 2**32),
    limit=st.integers(1, 10),
    leg=st.floats(0.001, 0.3),
    jitter=st.floats(0, 0.1),
    spikes=st.sampled_from([0, 0.002, 0.05]),
)
@example(seed=1484, limit=1, leg=0.25, jitter=0.0, spikes=0.05)
@settings(max_examples=40, deadline=None)
def test_no_second_at_the_server_sees_more_than_the_limit(
    seed: int, limit: int, leg: float, jitter: float, spikes: float
) -> None:
    dice = random.Random(seed)

    def one_way() -> float:
        return leg * (1 + jitter * dice.random()) + (dice.uniform(0.2, 1) if dice.random() < spikes else 0)

    arrivals = run(saturate(limit, 12 * limit + 20, Line(one_way)))

    assert len(arrivals) == 12 * limit + 20
    assert most_in_one_second(arrivals) <= limit


def test_a_steady_line_is_used_almost_whole() -> None:
    arrivals = run(saturate(10, 1000, Line(lambda: 0.03)))
    settled = [arrival for arrival in arrivals if arrival > arrivals[100]]

    assert (len(settled) - 1) / (settled[-1] - settled[0]) > 9.8


def test_a_round_trip_that_opened_a_connection_is_not_trusted() -> None:
    async def main() -> list[float]:
        gate, line = permits(1), Line(lambda: 0.1)
        for pause in (*[20] * 15, 0):
            await asyncio.sleep(pause)
            async with gate.hold():
                await line.call()
        return line.arrivals

    arrivals = run(main())

    assert arrivals[-1] - arrivals[-2] >= 1 - ROUNDING


def test_the_first_calls_wait_for_nothing() -> None:
    async def main() -> float:
        gate = permits(3)
        for _ in range(3):
            async with gate.hold():
                pass
        return now()

    assert run(main()) == 0


def test_a_permit_comes_back_a_second_after_the_response() -> None:
    async def main() -> float:
        gate = permits(1)
        async with gate.hold():
            await asyncio.sleep(5)
        async with gate.hold():
            return now()

    assert run(main()) == pytest.approx(6)


def test_a_call_without_a_response_gives_its_permit_back_after_a_whole_second() -> None:
    async def main() -> float:
        gate, line = permits(1), Line(lambda: 0.1)
        for _ in range(20):
            async with gate.hold():
                await line.call()
        with pytest.raises(ConnectionError):
            async with gate.hold():
                raise ConnectionError
        failed = now()
        async with gate.hold():
            return now() - failed

    assert run(main()) == pytest.approx(1)


async def order_of_service(*priorities: int, cancelled: int | None = None) -> list[int]:
    gate, served = permits(1), list[int]()

    async def caller(number: int, priority: int) -> None:
        async with gate.hold(priority):
            served.append(number)

    async with gate.hold():
        callers = [asyncio.create_task(caller(*each)) for each in enumerate(priorities)]
        await asyncio.sleep(0.1)
        if cancelled is not None:
            callers[cancelled].cancel()
    await asyncio.wait(callers)
    return served


def test_who_comes_first_is_served_first() -> None:
    assert run(order_of_service(0, 0, 0)) == [0, 1, 2]


def test_who_is_more_urgent_goes_before_who_came_earlier() -> None:
    assert run(order_of_service(2, 1, 2, 0)) == [3, 1, 0, 2]


def test_the_order_outlives_who_leaves_the_queue() -> None:
    assert run(order_of_service(0, 2, 1, cancelled=0)) == [2, 1]


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=12), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_cancelling_at_any_moment_loses_no_permit(stays: list[tuple[float, float]], limit: int) -> None:
    async def main() -> int:
        gate = permits(limit)

        async def caller(arrives: float, patience: float) -> None:
            await asyncio.sleep(arrives)
            async with asyncio.timeout(patience), gate.hold():
                await asyncio.sleep(0.7)

        await asyncio.gather(*(caller(*stay) for stay in stays), return_exceptions=True)
        await asyncio.sleep(1)
        start, together = now(), asyncio.Barrier(limit)

        async def meet() -> None:
            async with gate.hold():
                await together.wait()

        await asyncio.gather(*(meet() for _ in range(limit)))
        return int(now() == start)

    assert run(main())


def after(turns: int, act: Callable[[], object]) -> None:
    """Act some turns of the loop from now, for what can only go wrong between two of them."""
    loop = asyncio.get_running_loop()
    loop.call_soon(after, turns - 1, act) if turns else act()


@pytest.mark.parametrize("turns", range(6))
def test_a_permit_that_is_given_to_somebody_just_cancelled_goes_to_the_next(turns: int) -> None:
    async def main() -> list[str]:
        gate, served = permits(1), list[str]()

        async def caller(name: str) -> None:
            async with gate.hold():
                served.append(name)

        async with gate.hold():
            pass
        first, second = asyncio.create_task(caller("first")), asyncio.create_task(caller("second"))
        asyncio.get_running_loop().call_at(1.0, after, turns, first.cancel)
        await asyncio.wait([first, second])
        return served

    assert run(main())[-1] == "second"


@pytest.mark.parametrize("turns", range(6))
def test_who_comes_as_a_permit_gets_free_goes_behind_who_waits(turns: int) -> None:
    async def main() -> list[str]:
        gate, served = permits(1), list[str]()
        tasks = list[asyncio.Task[None]]()

        async def caller(name: str) -> None:
            async with gate.hold():
                served.append(name)

        def arrive(name: str) -> None:
            tasks.append(asyncio.create_task(caller(name)))

        async with gate.hold():
            pass
        arrive("waiting")
        asyncio.get_running_loop().call_at(1.0, after, turns, lambda: arrive("late"))
        await asyncio.sleep(3)
        return served

    assert run(main()) == ["waiting", "late"]


def test_a_round_trip_after_a_broken_connection_is_not_trusted() -> None:
    async def main() -> list[float]:
        gate, line = permits(1), Line(lambda: 0.1)
        for _ in range(15):
            with suppress(ConnectionError):
                async with gate.hold():
                    raise ConnectionError
            line.kept.clear()
            async with gate.hold():
                await line.call()
        async with gate.hold():
            await line.call()
        return line.arrivals

    arrivals = run(main())

    assert arrivals[-1] - arrivals[-2] >= 1 - ROUNDING


def test_nobody_waiting_means_no_task_left() -> None:
    async def main() -> int:
        gate = permits(1)
        async with gate.hold():
            pass
        waiting = asyncio.create_task(gate.hold().__aenter__())
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.sleep(0.1)
        return len(asyncio.all_tasks())

    assert run(main()) == 1


async def departures(gate: Gate, answer_takes: float, calls: int) -> list[float]:
    """Return when requests leave whose arrival is known after 20 ms, and whose answer takes much longer."""
    left = list[float]()

    async def call() -> None:
        slot = gate.take_now(Priority.PERSON) or await gate.take(Priority.PERSON, now() + 1e6)
        left.append(now())
        await asyncio.sleep(0.02)
        slot.arrived(0.0)
        await asyncio.sleep(answer_takes)
        slot.answered()

    await asyncio.gather(*(call() for _ in range(calls)))
    return left


@pytest.mark.parametrize("answer_takes", [0.3, 1.0, 5.0])
def test_slow_answers_make_no_second_see_more_than_the_limit_where_arrivals_are_told(answer_takes: float) -> None:
    left = run(departures(permits(5), answer_takes, 200))

    assert most_in_one_second(left) <= 5
    assert (len(left) - 5) / (left[-1] - left[4]) > 4.8


def test_after_a_refusal_arrivals_are_not_trusted_for_a_minute() -> None:
    async def main() -> list[bool]:
        gate = permits(2)
        slot = gate.take_now(Priority.PERSON)
        assert slot is not None
        slot.answered()
        slot.refused(None)
        trusted = [gate.trusts_arrivals]
        for seconds in (59, 1):
            await asyncio.sleep(seconds)
            trusted.append(gate.trusts_arrivals)
        return trusted

    assert run(main()) == [False, False, True]


def test_a_refusal_takes_one_permit_away_for_a_while_and_the_last_for_a_second() -> None:
    async def main() -> tuple[float, int, int]:
        gate = permits(2)
        for _ in range(2):
            slot = gate.take_now(Priority.PERSON)
            assert slot is not None
            slot.answered()
            slot.refused(None)
        async with gate.hold():
            first = now()
        withheld = (await gate.standing()).use.withheld
        await asyncio.sleep(WITHHELD)
        return first, withheld, (await gate.standing()).use.withheld

    first, withheld, later = run(main())

    assert first == pytest.approx(1)
    assert (withheld, later) == (1, 0)


def test_a_later_refusal_does_not_shorten_the_pause_that_the_server_asked_for() -> None:
    async def main() -> float:
        gate = permits(2)
        slots = [gate.take_now(Priority.PERSON) for _ in range(2)]
        for slot, pause in zip(slots, (20.0, None), strict=True):
            assert slot is not None
            slot.answered()
            slot.refused(pause)
        async with gate.hold():
            return now()

    assert run(main()) == pytest.approx(20)


def test_who_cannot_be_served_in_time_is_told_at_once() -> None:
    async def main() -> tuple[int, float]:
        gate = permits(10)
        calls = [gate.take(Priority.PERSON, 5.0) for _ in range(10_000)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        return sum(isinstance(outcome, BusyError) for outcome in outcomes), len(asyncio.all_tasks())

    busy, tasks = run(main())

    assert busy >= 10_000 - 51
    assert tasks == 1
