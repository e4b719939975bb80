"""What troubles the database of the kill matrix."""

import asyncio

import asyncpg
import pytest

from tests.fixtures.databases import fresh_schema
from tests.kill.wire import Wire


async def test_a_wire_passes_on_both_ways() -> None:
    async with fresh_schema() as url, Wire.open(url) as wire:
        connection = await asyncpg.connect(wire.address(url))
        found = await connection.fetchval("SELECT 6 * 7")
        await connection.close()

    assert found == 42


async def test_a_server_that_is_away_throws_out_refuses_and_comes_back() -> None:
    async with fresh_schema() as url, Wire.open(url) as wire:
        connection = await asyncpg.connect(wire.address(url))
        away = asyncio.create_task(wire.away(0.2))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncpg.connect(wire.address(url))
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connection.fetchval("SELECT 1")
        await away
        again = await asyncpg.connect(wire.address(url))
        found = await again.fetchval("SELECT 1")
        await again.close()

    assert found == 1


async def test_what_was_committed_on_a_deaf_wire_is_done_though_nobody_hears_of_it() -> None:
    async with fresh_schema() as url, Wire.open(url) as wire:
        connection = await asyncpg.connect(wire.address(url))
        deaf = asyncio.create_task(wire.deaf(0.2))
        await asyncio.sleep(0)
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connection.execute("CREATE TABLE done (number INTEGER)")
        await deaf
        direct = await asyncpg.connect(url)
        found = await direct.fetchval("SELECT count(*) FROM done")
        await direct.close()

    assert found == 0
