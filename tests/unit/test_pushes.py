"""Callbacks passed on to the store: together where they come together, and again where it does not take them."""

from collections.abc import Collection
from typing import cast

import pytest

from bot import pushes
from bot.callbacks import Callback
from bot.pushes import Pushes
from bot.store import Store
from bot.tasks import Tasks


class Hints:
    """Notes what it is told; fails as often as it was told to."""

    def __init__(self, failures: int = 0) -> None:
        self.taken: list[set[str]] = []
        self.attempts = 0
        self._failures = failures

    async def push_hint(self, waba_ids: Collection[str]) -> int:
        self.attempts += 1
        if self.attempts <= self._failures:
            raise OSError("no database")
        self.taken.append(set(waba_ids))
        return len(waba_ids)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushes, "WAITS", (0.0, 0.0))


async def passed_on(hints: Hints, *callbacks: set[str]) -> list[set[str]]:
    tasks = Tasks()
    taking = Pushes(cast(Store, hints), tasks)
    for wabas in callbacks:
        taking.take(Callback(frozenset(wabas), len(wabas), 0))
    assert await tasks.drain(10) == 0
    return hints.taken


async def test_a_storm_of_callbacks_is_one_write() -> None:
    storm = [{str(number % 7)} for number in range(500)]

    assert await passed_on(Hints(), *storm) == [{"0", "1", "2", "3", "4", "5", "6"}]


async def test_a_callback_about_nothing_of_ours_is_noted_too() -> None:
    assert await passed_on(Hints(), set()) == [set()]


async def test_what_comes_during_a_write_is_passed_on_after_it() -> None:
    tasks, hints = Tasks(), Hints()

    class Slow(Hints):
        async def push_hint(self, waba_ids: Collection[str]) -> int:
            if not hints.taken:
                hints.taken.append(set(waba_ids))
                taking.take(Callback(frozenset({"2"}), 1, 0))
                return 1
            return await hints.push_hint(waba_ids)

    taking = Pushes(cast(Store, Slow()), tasks)
    taking.take(Callback(frozenset({"1"}), 1, 0))
    await tasks.drain(10)

    assert hints.taken == [{"1"}, {"2"}]


async def test_a_write_that_fails_is_tried_again() -> None:
    assert await passed_on(Hints(failures=2), {"1"}) == [{"1"}]


async def test_a_write_that_fails_too_often_is_left_to_the_polls() -> None:
    hints = Hints(failures=3)

    assert await passed_on(hints, {"1"}) == []
    assert hints.attempts == 3
