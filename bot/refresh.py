"""Keeps the register as CAMS has it.

    ListInstance, page by page -> spaces noted, those gone forgotten
        -> each space that is due: claim -> QueryChatappBindWaba, QueryChatappPhoneNumbers -> record -> register

Several processes share the work through the claims. A run may end anywhere: the next goes on where it was.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.cams.client import PAGE_SIZE, CamsClient
from bot.cams.errors import (
    CamsBusyError,
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
    CamsPermissionError,
)
from bot.cams.models import SpaceListing
from bot.register import Register
from bot.store import Store

T = TypeVar("T")
LIST, WABA, NUMBERS = "ListInstance", "QueryChatappBindWaba", "QueryChatappPhoneNumbers"
# Each operation allows 10 calls a second; with more under way the rest only waits for its turn.
AT_ONCE = 10
# Longer than two calls take at most, their waits included.
LEASE = timedelta(minutes=2)
NAMED_MAX = 10
# They befall every space alike, so to go on would only meet them again.
ENDS = (CamsDownError, CamsBusyError, CamsCredentialsMissingError, CamsCredentialsRefusedError)

log = structlog.get_logger()


async def refresh(
    register: Register,
    store: Store,
    cams: CamsClient,
    every: timedelta,
    clock: Callable[[], datetime],
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """List the spaces and read those that were not read for half of `every`; one that fails stops no other.

    Half: two runs are never exactly `every` apart, and several processes take turns. Ends early, at a point from
    which the next run goes on, where CAMS cannot be asked at all, and when `is_over` says so.
    """
    await _Run(register, store, cams, clock, is_over).whole(every / 2)


class _Run:
    """One run: what it has met so far."""

    def __init__(
        self,
        register: Register,
        store: Store,
        cams: CamsClient,
        clock: Callable[[], datetime],
        is_over: Callable[[], bool],
    ) -> None:
        self._register = register
        self._store = store
        self._cams = cams
        self._clock = clock
        self._is_over = is_over
        self._end: CamsError | None = None
        self._answered: set[str] = set()
        self._refused: set[str] = set()
        self._read = self._failed = 0

    async def whole(self, fresh_for: timedelta) -> None:
        await self._list()
        await self._register.load(self._store)
        if not self._ended:
            await self._read_all(self._clock() - fresh_for)
        self._register.missing -= self._answered
        if self._end:
            log.info("the register could not be read whole; the next run goes on", failure=str(self._end))
        log.info("the register was refreshed", spaces=len(self._register), read=self._read, failed=self._failed)

    @property
    def _ended(self) -> bool:
        return self._end is not None or self._is_over()

    async def _list(self) -> None:
        began = self._clock()
        listed: list[SpaceListing] = []
        seen, totals, page = 0, set[int](), 0
        while not self._ended:
            page += 1
            shown = await self._ask(LIST, partial(self._cams.list_spaces, page, PAGE_SIZE))
            if shown is None:
                break
            await self._store.note_listed(shown.spaces, began)
            listed += shown.spaces
            seen += shown.listed
            totals.add(shown.total)
            if seen >= shown.total or not shown.listed:
                break
        if LIST in self._refused:
            await self._store.note_known([self._register.default_space], began)
        # What came or went meanwhile moved others from page to page, past us.
        is_whole = totals == {seen} and len({one.space_id for one in listed}) == len(listed)
        if is_whole and (gone := await self._store.forget_unlisted(began)):
            log.info("spaces are no longer listed", count=len(gone), first=gone[:NAMED_MAX])

    async def _read_all(self, read_before: datetime) -> None:
        # One iterator for all the workers: each takes the next space when it is done with its last.
        waiting = iter(await self._store.spaces_due(read_before))

        async def work() -> None:
            for space_id in waiting:
                if self._ended or {WABA, NUMBERS} <= self._refused - self._answered:
                    return
                if await self._store.claim_space(space_id, read_before, self._clock(), LEASE):
                    await self._read_one(space_id)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())

    async def _read_one(self, space_id: str) -> None:
        waba, numbers = await asyncio.gather(
            self._ask(WABA, partial(self._cams.get_waba, space_id), space_id),
            self._ask(NUMBERS, partial(self._cams.list_numbers, space_id), space_id),
        )
        recorded = await self._store.record_space(space_id, waba, numbers, self._clock())
        if waba or numbers is not None:
            self._read += 1
        else:
            self._failed += 1
        if recorded:
            self._register.learn(*recorded)

    async def _ask(self, operation: str, ask: Callable[[], Awaitable[T]], space_id: str = "") -> T | None:
        """Return an answer, None where there is none."""
        if self._end or operation in self._refused - self._answered:
            return None
        try:
            answer = await ask()
        except ENDS as error:
            self._end = error
        except CamsPermissionError as error:
            self._not_allowed(operation, error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, this space was not read and others may be
            # Only CAMS's own errors promise a text that is safe to keep.
            failure = str(error) if isinstance(error, CamsError) else type(error).__name__
            log.info("the register lacks an answer", operation=operation, space=space_id, failure=failure)
        else:
            self._answered.add(operation)
            return answer
        return None

    def _not_allowed(self, operation: str, error: CamsPermissionError) -> None:
        self._refused.add(operation)
        if operation not in self._register.missing:
            self._register.missing.add(operation)
            log.warning("the RAM policy lacks an action", action=f"cams:{operation}", failure=str(error))
