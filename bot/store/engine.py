"""DATABASE_URL -> an engine with the settings that each database needs."""

import re
import sqlite3
from typing import Any
from urllib.parse import urlsplit

import aiosqlite
import stamina
from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_ACCEPTED = (
    "DATABASE_URL accepts sqlite:///file.db (from the working directory), sqlite:////absolute/file.db "
    "or postgresql://user:password@host:port/database (signs in a password written as %XX)"
)
# Seconds. A server that has gone silent must not hold a poll or a command for ever.
_CONNECT_TIMEOUT = 10
_STATEMENT_TIMEOUT = 30
# For how long SQLite waits for another process, in seconds: one that migrates a large file takes its time.
BUSY_SECONDS = 30
_HOST_AND_PORT = re.compile(r"(\[[^\]@]*\]|[^:@\[\]]*)(:\d*)?")


def create_engine(url: str) -> AsyncEngine:
    """Return the engine for a DATABASE_URL as users write it; nothing is opened yet.

    Raises ValueError with what is accepted, and without the URL, which may hold a password.
    """
    scheme, _, rest = url.partition("://")
    match scheme.lower():
        case "sqlite":
            return _sqlite(rest)
        case "postgresql" | "postgres":
            return _postgresql(url)
        case _:
            raise ValueError(f"{_ACCEPTED}.")


def _sqlite(rest: str) -> AsyncEngine:
    path = rest.removeprefix("/")
    # An SQLite database in memory would forget every alert owed at each start.
    if not rest.startswith("/") or path in {"", ":memory:"} or "?" in path:
        raise ValueError(f"{_ACCEPTED}; this SQLite address has no file, or more than a file.")
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=path),
        # isolation_level None: the driver begins nothing by itself, _begin below does.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # NORMAL may lose the last commits when the power fails: what was posted, or written at CAMS, would be done again.
    # https://www.sqlite.org/pragma.html#pragma_synchronous
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.run_async(_use_write_ahead_log)


async def _use_write_ahead_log(driver: aiosqlite.Connection) -> None:
    # Of several programs that switch a new file at the same moment SQLite refuses some at once, whatever busy_timeout
    # says, since each waits with a lock that another needs. https://www.sqlite.org/c3ref/busy_handler.html
    turns = stamina.retry_context(on=_is_busy, attempts=None, timeout=BUSY_SECONDS, wait_initial=0.01, wait_max=0.1)
    async for turn in turns:
        with turn:
            await driver.execute_fetchall("PRAGMA journal_mode=WAL")


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


def _begin(connection: Connection) -> None:
    # A write that begins as a read fails at once, without any waiting, if another writer came between.
    # https://www.sqlite.org/lang_transaction.html#immediate
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: str) -> AsyncEngine:
    try:
        netloc = urlsplit(url).netloc
    except ValueError:
        raise ValueError(f"{_ACCEPTED}; this PostgreSQL address cannot be read.") from None
    hosts = netloc.partition("@")[2] if "@" in netloc else netloc
    if not all(_HOST_AND_PORT.fullmatch(host) for host in hosts.split(",")):
        raise ValueError(f"{_ACCEPTED}; host and port of this PostgreSQL address cannot be read.")

    import asyncpg  # noqa: PLC0415 - most bots run on SQLite, and would pay for this with memory

    # The driver reads the address itself, since it knows what libpq knows: sslmode, sslrootcert, several hosts.
    async def connect() -> Any:
        return await asyncpg.connect(url, timeout=_CONNECT_TIMEOUT, command_timeout=_STATEMENT_TIMEOUT)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_pre_ping=True,
        pool_size=10,
        hide_parameters=True,
    )


def try_file(engine: AsyncEngine) -> None:
    """Open and close the file of an SQLite database. Raises sqlite3.Error where that does not work.

    aiosqlite would leave a thread behind after that, which writes a traceback when the program ends.
    """
    if engine.dialect.name == "sqlite":
        sqlite3.connect(str(engine.url.database)).close()


def cannot_open() -> tuple[type[Exception], ...]:
    """Return the errors of a database that does not open. What goes wrong later is another kind of error."""
    import asyncpg  # noqa: PLC0415 - as above; an except clause asks for this only when there is an error

    # No such server, no such file, no such user, a wrong password.
    return (OSError, sqlite3.Error, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)


def is_away(error: Exception) -> bool:
    """Whether a server does not answer now but may soon, as while it is started again."""
    import asyncpg  # noqa: PLC0415 - as above

    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    ends = (asyncpg.PostgresConnectionError, asyncpg.exceptions.OperatorInterventionError)
    return isinstance(error, (ConnectionError, TimeoutError, *ends))


def reason(error: Exception) -> str:
    """Say why a database did not open, in one line and without its address."""
    cause: BaseException = error.orig if isinstance(error, DBAPIError) and error.orig else error
    # What the driver says; SQLAlchemy has an error of its own for some kinds only.
    cause = cause.__cause__ or cause
    return f"{type(cause).__name__}, {' '.join(str(cause).split())}".rstrip(", .")
