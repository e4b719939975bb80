"""A start while the server is started again."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import bot.store
from bot.errors import DatabaseError
from bot.store import open_store
from tests.fixtures.databases import fresh_schema
from tests.kill.wire import Wire

Trouble = Callable[[Wire, float], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("trouble", [Wire.away, Wire.deaf])
async def test_a_start_waits_for_a_server_that_comes_back(trouble: Trouble) -> None:
    async with fresh_schema() as url, Wire.open(url) as wire:
        troubled = asyncio.create_task(trouble(wire, 0.3))
        await asyncio.sleep(0)
        async with open_store(wire.address(url)) as store:
            watches = await store.watches()
        await troubled

    assert watches == []


async def test_a_server_that_stays_away_is_told_with_the_time_that_it_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot.store, "START_SECONDS", 0.3)
    async with fresh_schema() as url, Wire.open(url) as wire:
        away = asyncio.create_task(wire.away(60))
        await asyncio.sleep(0)
        with pytest.raises(DatabaseError, match=r"cannot be opened: ConnectionRefusedError.* tried for 0 seconds\.$"):
            async with open_store(wire.address(url)):
                pass
        away.cancel()


async def test_a_wrong_name_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.store, "START_SECONDS", 3600)
    async with fresh_schema() as url:
        with pytest.raises(DatabaseError, match=r"InvalidCatalogNameError, database .* does not exist\.$"):
            async with open_store(url.replace("/test?", "/not_there?")):
                pass
