"""The bot's own modules against the local Slack, with the scopes that the manifest asks for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import Identity, Slack
from sandbox.slack import LocalSlack
from tests.integration.sandbox_slack.conftest import client, clock, session
from tests.integration.sandbox_slack.support import Clock

__all__ = ["client", "clock", "session"]

MANIFEST = yaml.safe_load((Path(__file__).parents[3] / "manifest.yml").read_text(encoding="utf-8"))


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack.start(clock=clock, scopes=MANIFEST["oauth_config"]["scopes"]["bot"]) as running:
        yield running


@pytest.fixture
def me(slack: LocalSlack) -> Identity:
    app = slack.workspace.app
    return Identity(slack.workspace.team.id, "", app.user, app.bot_id, "cams-bot")


@pytest.fixture
def bot(client: AsyncWebClient, me: Identity) -> Slack:
    return Slack(client, me)
