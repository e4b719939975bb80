"""An event loop whose hours pass at once: wherever it would wait, its clock jumps."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class _Jump(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Everybody waits, and nothing will ever happen")
        self.now += max(timeout, 0)
        return super().select(0)


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run like asyncio.run, with ``asyncio.get_running_loop().time`` as the clock and ``asyncio.sleep`` to pass it."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(main)
