"""Of two bots on one SQLite file the second does not start."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.store import Store, create_engine, open_store
from bot.store.alone import alone
from tests.fixtures.databases import fresh_schema

HOLDING = """
import asyncio, sys
from bot.store import open_store

async def main():
    async with open_store(sys.argv[1]) as store, store.alone():
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
async def holder(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that has the file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDING, _url(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_a_file_that_another_bot_uses_is_refused(tmp_path: Path, holder: asyncio.subprocess.Process) -> None:
    engine = create_engine(_url(tmp_path))
    with pytest.raises(DatabaseError, match="Another bot uses the SQLite file"):
        async with alone(engine, patience=0):
            pass
    await engine.dispose()

    assert holder.returncode is None


async def test_what_a_killed_bot_held_is_free(tmp_path: Path, holder: asyncio.subprocess.Process) -> None:
    holder.kill()
    await holder.wait()
    async with open_store(_url(tmp_path)) as store, alone(store._engine, patience=0):
        pass


async def test_a_bot_that_stops_is_waited_for(tmp_path: Path, holder: asyncio.subprocess.Process) -> None:
    async with open_store(_url(tmp_path)) as store:
        waiting = asyncio.create_task(_take(store))
        holder.terminate()

        assert await waiting


async def test_on_postgresql_there_may_be_several() -> None:
    async with fresh_schema() as url, open_store(url) as one, open_store(url) as other, one.alone(), other.alone():
        pass


async def _take(store: Store) -> bool:
    async with store.alone():
        return True


def _url(place: Path) -> str:
    return f"sqlite:///{place}/cams-bot.db"
