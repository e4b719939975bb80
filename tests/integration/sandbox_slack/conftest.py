from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import Clock, over_socket


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack.start(clock=clock) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def client(slack: LocalSlack, session: aiohttp.ClientSession) -> AsyncWebClient:
    environment = slack.environment()
    return AsyncWebClient(
        base_url=environment["SLACK_API_URL"],
        token=environment["SLACK_BOT_TOKEN"],
        session=session,
        retry_handlers=[],
    )


@pytest.fixture
async def app(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A Bolt app in Socket Mode."""
    async with over_socket(slack, client) as running:
        yield running


@pytest.fixture
def operator(slack: LocalSlack) -> Person:
    return slack.person("operator")


@pytest.fixture
def viewer(slack: LocalSlack) -> Person:
    return slack.person("viewer")
