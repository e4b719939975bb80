import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from bot.store import create_engine


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A program that is about to write to a file which is not in WAL mode yet."""
    connection = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()
    set_on_retry_hooks(None)


async def test_a_file_that_another_program_writes_to_is_waited_for(writer: sqlite3.Connection, tmp_path: Path) -> None:
    refused = []

    def let_go(details: RetryDetails) -> None:
        refused.append(str(details.caused_by))
        writer.execute("ROLLBACK")

    set_on_retry_hooks([let_go])
    engine = create_engine(f"sqlite:///{tmp_path}/bot.db")
    async with engine.connect() as connection:
        mode = await connection.scalar(text("PRAGMA journal_mode"))
    await engine.dispose()

    assert (refused, mode) == (["database is locked"], "wal")
