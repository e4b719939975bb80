"""Transactions, and what every group of queries shares."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Table, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.wake import Wake, take_wakes

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


class Queries:
    """Each public method of a subclass is one transaction: it happens whole or not at all."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        # SQLite lets one writer in and has the others poll for their turn. A lock of ours keeps a queue instead:
        # with 20 writers the slowest of a hundred waits 60 ms, not 550.
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        self._steady = SteadyClock()
        self.woken = Wake()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as tx:
            yield tx

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn, self._writer.connect() as tx:
            # Of a transaction that was rolled back.
            take_wakes(tx)
            async with tx.begin():
                yield tx
            self.woken.now(take_wakes(tx))

    async def _now(self, tx: AsyncConnection) -> datetime:
        """Return the time that leases and due times go by: the database's, which all processes share.

        On SQLite there is one process, and its time goes on at the pace of a clock that nobody sets.
        """
        return await time_of(tx, self._steady())

    async def _time(self, tx: AsyncConnection) -> datetime:
        """Return the time that is written down for people: the database's, on SQLite as the system has it by now."""
        return await time_of(tx, self._steady.as_set())


class SteadyClock:
    """Tells the time from when it was made on, without the jumps of the system's clock."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Set it by ``wall``, and let ``monotonic`` move it; both in seconds."""
        self._wall = wall
        self._monotonic = monotonic
        self._ahead = wall() - monotonic()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._ahead + self._monotonic(), UTC)

    def as_set(self) -> datetime:
        """Return the time of the system's clock, with its jumps."""
        return datetime.fromtimestamp(self._wall(), UTC)


class UnderWay:
    """What this process is at, by ID: it knows for how long without a clock that somebody may set."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, float]] = {}

    def add(self, key: int, fence: int, lease: timedelta) -> None:
        """Be at it for ``lease`` at most."""
        self._held[key] = (fence, time.monotonic() + lease.total_seconds())

    def remove(self, key: int, fence: int) -> None:
        """Be done with it, unless it was taken on again since."""
        if self._held.get(key, (fence,))[0] == fence:
            self._held.pop(key, None)

    def busy(self) -> list[int]:
        """Return all that it is at."""
        now = time.monotonic()
        self._held = {key: (fence, until) for key, (fence, until) in self._held.items() if until > now}
        return list(self._held)


async def time_of(tx: AsyncConnection, now: datetime) -> datetime:
    """Return the time that counts: the database's where several processes share it, else ``now``."""
    if tx.dialect.name != "postgresql":
        return now
    found: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
    return found


def insert(tx: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Return the dialect's own INSERT, which knows ON CONFLICT."""
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - in memory there only where it is the database

        return postgresql.insert(table)
    return sqlite.insert(table)


def values_of(row: Row[Any], table: Table) -> dict[str, Any]:
    """Return the part of a joined row that belongs to `table`, by column name."""
    return {column.name: row._mapping[column] for column in table.columns}  # noqa: SLF001 - SQLAlchemy's public name
