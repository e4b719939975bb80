"""Follows what CAMS pushes: a callback makes the WABAs that it names due now.

route: answered -> Pushes.take -> (all that has come meanwhile) -> store.push_hint -> the poll is woken
"""

import asyncio

import structlog

from bot.callbacks import Callback
from bot.store import Store
from bot.tasks import Tasks

# Between attempts where the database does not take it, in seconds. What is lost after the last the polls find.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)

log = structlog.get_logger()


class Pushes:
    """Takes callbacks one by one, and passes on what has come together: a storm is a few writes."""

    def __init__(self, store: Store, tasks: Tasks) -> None:
        self._store = store
        self._tasks = tasks
        self._wabas: set[str] = set()
        self._came = False
        self._is_passing_on = False

    def take(self, callback: Callback) -> None:
        """Note what a callback names, to be passed on soon. Neither blocks nor raises."""
        if callback.not_understood:
            log.info("a callback holds what is not understood", items=callback.not_understood)
        self._wabas |= callback.wabas
        self._came = True
        if not self._is_passing_on:
            self._is_passing_on = True
            self._tasks.start(self._pass_on())

    async def _pass_on(self) -> None:
        try:
            while self._came:
                wabas, self._wabas, self._came = self._wabas, set(), False
                await self._hint(wabas)
        finally:
            self._is_passing_on = False

    async def _hint(self, wabas: set[str]) -> None:
        for wait in (*WAITS, None):
            try:
                known = await self._store.push_hint(wabas)
            except Exception as exc:  # noqa: BLE001 - CAMS has its answer; there is nobody to tell
                log.warning("a callback could not be noted", error=type(exc).__name__, tried_again=wait is not None)
            else:
                log.info("callbacks came", named=len(wabas), known=known)
                return
            if wait is not None:
                await asyncio.sleep(wait)
