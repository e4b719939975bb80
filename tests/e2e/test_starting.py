"""A bot that cannot work does not start: one clear sentence, an exit status, no traceback.

A start takes a second or two, so all of them happen at once.
"""

import asyncio
import re
import socket
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.demo.process import running_bot
from tests.fixtures.world import World, eventually, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What is wrong, and how the one line on standard error begins. {port} is taken, {newer} has a newer schema.
CASES: Mapping[str, tuple[dict[str, str], str]] = {
    "no bot token": ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing. It takes a bot token, which begins with"),
    "no way in": ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing"),
    "half a key": ({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is missing"),
    "no such file": ({"SLACK_APP_TOKEN": "", "SLACK_APP_TOKEN_FILE": "/nowhere"}, "SLACK_APP_TOKEN_FILE names a file"),
    "another database": ({"DATABASE_URL": "mysql://u:s3cret@h/d"}, "DATABASE_URL cannot be used. It takes sqlite:///"),
    "a user's token": ({"SLACK_BOT_TOKEN": "xoxp-s3cret"}, "SLACK_BOT_TOKEN cannot be used. It takes a bot token"),
    "a refused bot token": ({"SLACK_BOT_TOKEN": "xoxb-s3cret"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)."),
    "a refused app token": ({"SLACK_APP_TOKEN": "xapp-s3cret"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth)."),
    "no database server": (
        {"DATABASE_URL": "postgresql://somebody:s3cret@127.0.0.1:1/db"},
        "The database of DATABASE_URL cannot be opened: ConnectionRefusedError",
    ),
    "no database file": (
        {"DATABASE_URL": "sqlite:////nowhere/cams-bot.db"},
        "The database of DATABASE_URL cannot be opened: OperationalError, unable to open database file.",
    ),
    "a newer database": (
        {"DATABASE_URL": "{newer}"},
        "The database is at revision r9999, which this version of cams-bot does not know",
    ),
    "a taken port": ({"BOT_HTTP_PORT": "{port}"}, "BOT_HTTP_HOST and BOT_HTTP_PORT cannot be used: 127.0.0.1:{port}"),
    "a strange address": ({"BOT_HTTP_HOST": "192.0.2.1"}, "BOT_HTTP_HOST and BOT_HTTP_PORT cannot be used: 192.0.2.1:"),
}
BAD = {
    "SLACK_BOT_TOKEN": "xoxp-1",
    "CAMS_ENDPOINT": "cams",
    "BOT_ALERT_CHANNEL": "#shop",
    "BOT_REVIEW_POLL_SECONDS": "0",
    "BOT_ADMINS": "ada",
    "BOT_HTTP_PORT": "99999",
    "BOT_LOG_LEVEL": "LOUD",
}


@dataclass(frozen=True)
class Start:
    """How a start that failed ended, and what the bot said besides its log; what was expected of it."""

    status: int
    said: str
    expected: str = ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("starting")
    async with open_world(f"sqlite:///{folder / 'cams-bot.db'}", folder) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def starts(sandbox_world: World) -> Mapping[str, Start]:
    """How each case ended."""
    newer = sandbox_world.log.parent / "newer.db"
    with closing(sqlite3.connect(newer)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('r9999')")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        facts = {"newer": f"sqlite:///{newer}", "port": taken.getsockname()[1]}
        wrong = [{name: value.format(**facts) for name, value in settings.items()} for settings, _ in CASES.values()]
        ended = await asyncio.gather(*(_failed_start(sandbox_world, case, number) for number, case in enumerate(wrong)))
    expected = [sentence.format(**facts) for _, sentence in CASES.values()]
    return {
        name: Start(one.status, one.said, sentence) for name, one, sentence in zip(CASES, ended, expected, strict=True)
    }


each = pytest.mark.parametrize("case", CASES)


@each
async def test_what_cannot_be_used_is_said_in_one_line(starts: Mapping[str, Start], case: str) -> None:
    start = starts[case]

    assert start.said.startswith(start.expected)
    assert start.said.count("\n") == 1


@each
async def test_a_failed_start_has_an_exit_status(starts: Mapping[str, Start], case: str) -> None:
    assert starts[case].status == 2


@each
async def test_no_secret_is_repeated(starts: Mapping[str, Start], case: str) -> None:
    assert "s3cret" not in starts[case].said


async def test_every_bad_setting_is_named_at_once(sandbox_world: World) -> None:
    start = await _failed_start(sandbox_world, BAD, len(CASES))

    assert sorted(line.split(maxsplit=1)[0] for line in start.said.splitlines()) == sorted(BAD)


async def test_of_two_bots_on_one_sqlite_file_the_second_begins_when_the_first_has_stopped(
    sandbox_world: World,
) -> None:
    world, folder = sandbox_world, sandbox_world.log.parent
    fresh = {**world.environment, "DATABASE_URL": f"sqlite:///{folder / 'fresh.db'}"}
    log = folder / "two.log"
    async with running_bot(fresh, folder / "one.log") as one:
        await world.slack.wait_for(lambda: len(world.slack.socket.connections) == 2)
        async with running_bot(fresh, log) as two:
            one.process.terminate()
            await asyncio.wait_for(one.process.wait(), 60)

            async def is_ready() -> bool:
                return "the bot is ready" in log.read_text(encoding="utf-8")

            await eventually(is_ready)
            statuses = one.process.returncode, two.process.returncode

    assert statuses == (0, None)


async def _failed_start(world: World, settings: Mapping[str, str], number: int) -> Start:
    """Start a bot that cannot, and return how it ended and what it said besides its log, which is JSON."""
    log = world.log.with_name(f"start-{number}.log")
    async with running_bot({**world.environment, **settings}, log) as bot:
        status = await asyncio.wait_for(bot.process.wait(), 60)
    return Start(status, re.sub(r"^\{.*\}\n", "", log.read_text(encoding="utf-8"), flags=re.MULTILINE))
