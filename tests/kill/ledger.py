"""The bot's database as the harness looks at it, and troubles it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import stamina
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import create_engine
from bot.store.engine import cannot_open
from tests.fixtures.databases import connect
from tests.kill.reader import Index, Told

Database = Literal["sqlite", "postgresql"]
OURS = "kill-ledger"
# The server may just be started again, or the file be locked.
PATIENCE_SECONDS = 30.0


class Ledger:
    """What the bot has written down. No query here changes anything."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def recorded(self) -> Mapping[str, tuple[str, str]]:
        """Return by space the name and the status that the bot has seen last."""
        rows = await self._rows("SELECT space_id, waba_name, review_status FROM watches")
        return {row["space_id"]: (row["waba_name"], row["review_status"]) for row in rows}

    async def index(self) -> Index:
        """Return what the IDs in messages stand for."""
        transitions = await self._rows("SELECT id, waba_name, before, after FROM transitions WHERE kind = 'review'")
        return Index({row["id"]: Told(row["waba_name"], row["before"], row["after"]) for row in transitions})

    @stamina.retry(on=cannot_open(), attempts=None, timeout=PATIENCE_SECONDS, wait_max=0.5)
    async def _rows(self, query: str) -> list[RowMapping]:
        async with self._engine.connect() as connection:
            return list((await connection.execute(text(query))).mappings())

    async def trouble(self, seconds: float) -> None:
        """Do to the bots what a restart of the server does; keep a database that is a file locked for a while."""
        if self._engine.dialect.name == "sqlite":
            await self._lock(seconds)
            return
        async with self._engine.connect() as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND application_name <> :ours"
                ),
                {"ours": OURS},
            )

    async def _lock(self, seconds: float) -> None:
        async with self._engine.connect() as connection:
            writing = await connection.execution_options(writes=True)
            try:
                await writing.execute(text("SELECT 1"))
            except DBAPIError:
                return
            await asyncio.sleep(seconds)


@asynccontextmanager
async def open_ledger(url: str) -> AsyncIterator[Ledger]:
    """Look into a database that the bot has migrated."""
    named = f"{url}{'&' if urlsplit(url).query else '?'}application_name={OURS}"
    engine = create_engine(named if url.startswith("postgres") else url)
    try:
        yield Ledger(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def fresh_database(kind: Database, folder: Path) -> AsyncIterator[str]:
    """Make a database of its own: a file, or one on the tests' server, which goes at the end. Raises NoServerError."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'cams-bot.db'}"
        return
    name = f"kill_{uuid.uuid4().hex}"
    url = await _run(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        await _run(f"DROP DATABASE {name} WITH (FORCE)")


async def _run(statement: str) -> str:
    url, connection = await connect()
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
    return url
