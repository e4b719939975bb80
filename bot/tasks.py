"""Work that goes on after its listener has returned, so that a shutdown can wait for it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

log = structlog.get_logger()
Begin = Callable[[Mapping[str, Any]], bool]
"""Starts the work on a slash command, given its body; False where Bolt has to answer it instead."""


class Tasks:
    """Holds every task that was started: asyncio itself may forget one that nobody holds."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self.draining = False

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a piece of work."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def drain(self, seconds: float) -> int:
        """Wait until all that was started has ended; return how many had to be cancelled."""
        self.draining = True
        deadline = asyncio.get_running_loop().time() + seconds
        while self._running and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._running, timeout=left)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a task failed", exc_info=error)
