"""Keeps a second bot off an SQLite file: each would take what the other has in hand for its own, and post it again."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import DatabaseError

# Longer than a process takes that was told to stop. One that is killed lets go at once.
PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.1

log = structlog.get_logger()


@asynccontextmanager
async def alone(engine: AsyncEngine, patience: float = PATIENCE_SECONDS) -> AsyncIterator[None]:
    """Have an SQLite file for this process; PostgreSQL is there for several.

    Raises:
        DatabaseError: another process has it, and keeps it for longer than `patience` seconds.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    # A file of its own, for SQLite loses its locks when somebody closes the database's.
    file = os.open(f"{engine.url.database}-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await _lock(file, monotonic() + patience)
        yield
    finally:
        os.close(file)


async def _lock(file: int, until: float) -> None:
    while not _is_locked(file):
        if monotonic() >= until:
            raise DatabaseError(
                "Another bot uses the SQLite file of DATABASE_URL. Stop that one, or give both a PostgreSQL database: "
                "two on one file would post everything twice."
            )
        await asyncio.sleep(_PAUSE_SECONDS)


def _is_locked(file: int) -> bool:
    # POSIX's lock, not flock: a process that we have begun must not keep it when we are gone.
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as exc:
        log.warning("a second bot on this SQLite file could not be noticed", reason=type(exc).__name__)
    return True
