"""Tells who waits for work that there is some: at once, in every process that uses the database.

    transaction -> wake -> commit -> Wake of this process
                                  -> pg_notify -> listen, in each process -> its Wake

On SQLite there is one process. A wake that is lost, with the connection that listens or behind a proxy that knows no
LISTEN, costs nothing but time: whoever waits also looks by itself now and then.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal, get_args

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WakeKind = Literal["alerts", "watches"]
KINDS: tuple[WakeKind, ...] = get_args(WakeKind)

log = structlog.get_logger()
_CHANNEL = "cams_bot"
_NOTED = "cams_bot_wake"
# Seconds: how often a connection on which nothing comes is tried, and the waits before another one.
_HEARTBEAT = 30.0
_CLOSING = 2.0
_WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)


class Wake:
    """An alarm clock for each kind of work. Who is woken looks what there is; several wakes may be one."""

    def __init__(self) -> None:
        self._events = {kind: asyncio.Event() for kind in KINDS}

    def now(self, kinds: Iterable[WakeKind]) -> None:
        """Wake who waits for these, or whoever waits next."""
        for kind in kinds:
            self._events[kind].set()

    async def wait(self, kind: WakeKind) -> None:
        """Return when there was a wake since the last return."""
        await self._events[kind].wait()
        self._events[kind].clear()


async def wake(tx: AsyncConnection, kind: WakeKind) -> None:
    """Wake who waits for this kind of work, in all processes, as soon as the transaction is committed."""
    noted: set[WakeKind] = tx.info.setdefault(_NOTED, set())
    if kind in noted:
        return
    noted.add(kind)
    if tx.dialect.name == "postgresql":
        await tx.execute(select(func.pg_notify(_CHANNEL, kind)))


def take_wakes(tx: AsyncConnection) -> set[WakeKind]:
    """Return the kinds that `wake` was called with on this connection since the last time."""
    noted: set[WakeKind] = tx.info.pop(_NOTED, set())
    return noted


@asynccontextmanager
async def listening(engine: AsyncEngine, woken: Wake) -> AsyncIterator[None]:
    """Be woken by the other processes too; on SQLite there are none."""
    if engine.dialect.name != "postgresql":
        yield
        return
    listener = asyncio.create_task(_listen_for_ever(engine, woken))
    try:
        yield
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


async def _listen_for_ever(engine: AsyncEngine, woken: Wake) -> None:
    failures = 0
    while True:
        try:
            async with _connection(engine) as connection:
                await connection.add_listener(_CHANNEL, lambda *heard: _hear(woken, str(heard[-1])))
                failures = 0
                # What was said before it listened was not heard.
                woken.now(KINDS)
                await _until_lost(connection)
        except Exception as exc:  # noqa: BLE001 - whatever it is, who waits also looks by itself
            log.info("the connection that listens for work is lost", error=type(exc).__name__)
        await asyncio.sleep(_WAITS[min(failures, len(_WAITS) - 1)])
        failures += 1


@asynccontextmanager
async def _connection(engine: AsyncEngine) -> AsyncIterator[Any]:
    """A connection outside the pool, in no transaction, so that it holds no lock."""
    pooled = await engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    try:
        yield connection
    finally:
        await connection.close(timeout=_CLOSING)


async def _until_lost(connection: Any) -> None:
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    while not connection.is_closed():
        try:
            async with asyncio.timeout(_HEARTBEAT):
                await lost.wait()
        except TimeoutError:
            # A half-open connection says nothing by itself. Times out as every statement does.
            await connection.execute("SELECT 1")


def _hear(woken: Wake, payload: str) -> None:
    # Another version of this program may have more kinds.
    woken.now(kind for kind in KINDS if kind == payload)
