"""Drawing QR pictures beside the event loop.

In a process, not a thread: pure-Python work in a thread holds the loop up for as long as it would by itself.
"""

import asyncio
import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Self

from bot import qr


class Drawer:
    """Draws one picture at a time in a process of its own, which begins with the first."""

    def __init__(self) -> None:
        # Not made before it is needed: a pool has a second process, which looks after the semaphores of both.
        self._pool: ProcessPoolExecutor | None = None
        self._starting = asyncio.Lock()

    async def draw(self, link: str) -> bytes:
        """Return a PNG of a link, see `qr.draw`."""
        pool = await self._started()
        try:
            return await _draw(pool, link)
        except BrokenProcessPool:
            # The process was killed from outside, likely for memory. A new one, once; for all who waited for it.
            if self._pool is pool:
                self._pool = None
            return await _draw(await self._started(), link)

    async def _started(self) -> ProcessPoolExecutor:
        async with self._starting:
            if self._pool is None:
                # To start processes holds up whoever does it for milliseconds.
                self._pool = await asyncio.to_thread(_new_pool)
            return self._pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)


async def _draw(pool: ProcessPoolExecutor, link: str) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(pool, qr.draw, link)


def _new_pool() -> ProcessPoolExecutor:
    # Not forked: a copy of a process with threads and open sockets may hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_leave_ctrl_c_to_the_parent)
    # It starts its process with the first work.
    pool.submit(int)
    return pool


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
