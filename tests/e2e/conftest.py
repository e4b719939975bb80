"""One bot for each module, a place of its own for each test; and bots that a test may kill and configure."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fixtures.databases import fresh_schema
from tests.fixtures.world import Setup, World, open_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A bot that a whole module shares; a module says how by parametrizing this fixture with a Setup."""
    setup: Setup = getattr(request, "param", Setup())
    folder = tmp_path_factory.mktemp("e2e")
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{folder / 'cams-bot.db'}"
        if setup.database == "postgresql":
            url = await stack.enter_async_context(fresh_schema())
        world = await stack.enter_async_context(open_world(url, folder, http=setup.http))
        await world.start_bot(**{"BOT_LOG_LEVEL": "DEBUG", **setup.settings})
        # Its calls are none that a test has made.
        await world.logged("the register was refreshed")
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: World) -> AsyncIterator[World]:
    """The module's world, with a channel for this test alone."""
    running.move_on()
    yield running
    running.fair_weather()


@pytest.fixture
async def new_world(tmp_path: Path) -> AsyncIterator[World]:
    """A world on SQLite whose bot the test starts."""
    async with open_world(f"sqlite:///{tmp_path / 'cams-bot.db'}", tmp_path) as opened:
        yield opened


@pytest.fixture
async def http_world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in HTTP mode, whose bot the test starts."""
    async with open_world(f"sqlite:///{tmp_path / 'cams-bot.db'}", tmp_path, http=True) as opened:
        yield opened
