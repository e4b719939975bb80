"""A sandbox with its page, a browser's part before it, and a Bolt app behind it."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.integration.sandbox_page.support import Page, Stream
from tests.integration.sandbox_slack.support import over_socket

MANIFEST = Path(__file__).with_name("manifest.yml")


@pytest.fixture
async def sandbox(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Sandbox]:
    async with Sandbox.start(manifest=MANIFEST) as running:
        yield running
    records = [record for phase in ("call", "teardown") for record in caplog.get_records(phase)]
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def page(sandbox: Sandbox, session: aiohttp.ClientSession) -> Page:
    return Page(sandbox.page_url, session)


@pytest.fixture
async def stream(page: Page) -> AsyncIterator[Stream]:
    """What the operator's page is told after its snapshot."""
    async with page.watching() as opened:
        await opened.snapshot()
        yield opened


@pytest.fixture
def client(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncWebClient:
    environment = sandbox.environment()
    return AsyncWebClient(
        base_url=environment["SLACK_API_URL"],
        token=environment["SLACK_BOT_TOKEN"],
        session=session,
        retry_handlers=[],
    )


@pytest.fixture
async def app(sandbox: Sandbox, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A Bolt app in Socket Mode."""
    async with over_socket(sandbox.slack, client) as running:
        yield running
