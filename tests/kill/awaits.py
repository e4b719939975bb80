"""Where a task waits: the chain of awaits from its first coroutine down to the future.

Each such place is two moments to die at: when the task has just begun to wait there, so that what it asked for is on
its way, and when it is about to go on, so that the answer is there and nobody has taken note of it.
"""

import asyncio
import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from inspect import CORO_CREATED, getcoroutinestate, isasyncgen, iscoroutine, isgenerator
from pathlib import Path
from types import FrameType
from typing import Any, Self

# What stands between two coroutines of a chain and does not say what it waits for.
WRAPPERS = {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper"}
OURS = ("bot", "handlers")
# What a change goes through, from what CAMS pushes and answers to the message that is recorded and shown.
WAY = ("callback_route.py", "outbox.py", "pushes.py", "review.py", "showing.py", "watching.py")


@dataclass(frozen=True)
class Await:
    """A place. `name` is its chain, outermost first, the same in every process; the moments are numbers of it."""

    name: str

    @classmethod
    def of(cls, task: "asyncio.Task[Any]") -> Self:
        """Return where a task waits now."""
        return cls(" > ".join(_named(frame) for frame in frames(task)))

    @cached_property
    def begun(self) -> int:
        return _number(f"{self.name} begun")

    @cached_property
    def over(self) -> int:
        return _number(f"{self.name} over")

    @property
    def is_on_the_way(self) -> bool:
        """Whether a change waits here for its message; else the bot does something else besides."""
        return any(f"bot/{file}:" in self.name for file in WAY)

    def __str__(self) -> str:
        """Name the innermost line of the program's own, and the innermost of all."""
        steps = self.name.split(" > ")
        own = [step for step in steps if step.startswith(OURS)]
        return " … ".join(dict.fromkeys([*own[-1:], steps[-1]]))


def write_moments(file: Path, moments: Iterable[int]) -> None:
    """Keep moments for another process."""
    file.write_text("".join(f"{moment}\n" for moment in moments))


def read_moments(file: Path) -> frozenset[int]:
    """Return what was written."""
    return frozenset(map(int, file.read_text().split()))


def waiting_task(handle: asyncio.Handle) -> "asyncio.Task[Any] | None":
    """Return the task that a callback of the loop is a step of, if it waits; None for any other callback."""
    task = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
    if not isinstance(task, asyncio.Task) or task.done():
        return None
    coroutine = task.get_coro()
    return None if iscoroutine(coroutine) and getcoroutinestate(coroutine) == CORO_CREATED else task


def frames(task: "asyncio.Task[Any]") -> Iterator[FrameType]:
    """Yield the frames that wait, the outermost first."""
    waiting: Any = task.get_coro()
    while waiting is not None:
        frame, waiting = _inward(waiting)
        if frame is not None:
            yield frame


def _inward(waiting: Any) -> tuple[FrameType | None, Any]:
    if iscoroutine(waiting):
        return waiting.cr_frame, waiting.cr_await
    if isasyncgen(waiting):
        return waiting.ag_frame, waiting.ag_await
    if isgenerator(waiting):
        return waiting.gi_frame, waiting.gi_yieldfrom
    if type(waiting).__name__ in WRAPPERS:
        return None, next(iter(gc.get_referents(waiting)), None)
    # A compiled coroutine has no frame.
    return None, getattr(waiting, "cr_await", None)


def _named(frame: FrameType) -> str:
    file = Path(frame.f_code.co_filename)
    return f"{file.parent.name}/{file.name}:{frame.f_lineno} {frame.f_code.co_name}"


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) or 1
