"""One bot and one browser for each module, a channel of its own for each test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.fixtures.browser import PATIENCE_MS, Windows, open_browser, open_windows
from tests.fixtures.world import World, open_world

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Windows]:
    """The browser and the bot that a whole module shares."""
    folder = tmp_path_factory.mktemp("browser")
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(open_browser())
        world = await stack.enter_async_context(open_world(f"sqlite:///{folder / 'cams-bot.db'}", folder))
        windows = await stack.enter_async_context(open_windows(world, browser))
        await world.start_bot()
        # Its calls are none that a test has made.
        await world.logged("the register was refreshed")
        yield windows


@pytest_asyncio.fixture(loop_scope="module")
async def windows(opened: Windows) -> AsyncIterator[Windows]:
    """The module's browser, with a channel for this test alone and fair weather."""
    await opened.desk.weather.clear()
    opened.world.move_on()
    yield opened
    await opened.desk.weather.clear()


@pytest.fixture
def world(windows: Windows) -> World:
    """The world behind the page."""
    return windows.world
