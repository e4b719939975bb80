"""The two apps that are measured, each in its own process before a Slack that is nothing but load."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from benchmarks.slack_load import payloads, web_api
from benchmarks.slack_load.posts import Posts, open_posts
from benchmarks.slack_load.processes import free_port, helping, running
from benchmarks.slack_load.sockets import Sockets, open_sockets
from bot.demo.process import BotProcess
from bot.store import open_store

Mode = Literal["socket", "http"]
NAMES: Mapping[Mode, str] = {"socket": "Socket Mode", "http": "HTTP mode"}
NO_CAMS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "bench",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "bench",
    "CAMS_ENDPOINT": "http://127.0.0.1:9",
}


@dataclass(frozen=True)
class App:
    """A program to be measured: how it is started, besides the environment that both get."""

    arguments: list[str]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A running app, the way to it, and where it may reply to."""

    process: BotProcess
    way: Sockets | Posts
    response_url: str


def rival(mode: Mode, reply: Path | None = None) -> App:
    """Return a default Bolt app, with an empty handler or with one that replies what the file holds."""
    return App(["benchmarks.slack_load.rival", mode, *([str(reply)] if reply else [])])


@asynccontextmanager
async def bot(spaces: tuple[str, ...] = (), cams: Mapping[str, str] | None = None) -> AsyncIterator[App]:
    """Return the bot, on a database at its schema in which `spaces` are watched each second."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/cams-bot.db"
        async with open_store(url) as store:
            for space in spaces:
                await store.subscribe(space, payloads.CHANNEL, payloads.PEOPLE[0], datetime.now(UTC))
        settings = {
            **(cams or NO_CAMS),
            "DATABASE_URL": url,
            "BOT_ADMINS": ",".join(payloads.PEOPLE),
            "BOT_OPERATORS": payloads.GROUP,
            "BOT_REVIEW_POLL_SECONDS": "1",
            "BOT_LOG_FORMAT": "json",
        }
        yield App(["bot", "run"], settings)


@asynccontextmanager
async def started(
    app: App, mode: Mode, replied: web_api.Replied | None = None, began: Callable[[], None] = lambda: None
) -> AsyncIterator[Measured]:
    """Start an app and wait until it can be reached.

    With `replied` the Web API is served here, else in a process of its own; `began` is called before the start.
    Raises BotStoppedError with the end of its log if it ends instead.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        way: Sockets | Posts
        if mode == "socket":
            way = sockets = await stack.enter_async_context(open_sockets())
            reached_by, link = {"SLACK_APP_TOKEN": payloads.APP_TOKEN, "BOT_HTTP_PORT": "0"}, sockets.url
        else:
            port = free_port()
            way = await stack.enter_async_context(open_posts(port))
            reached_by, link = {"SLACK_SIGNING_SECRET": payloads.SIGNING_SECRET, "BOT_HTTP_PORT": str(port)}, ""
        origin = await stack.enter_async_context(_web_api(link, replied))
        environment = {
            **app.settings,
            **reached_by,
            "SLACK_BOT_TOKEN": payloads.BOT_TOKEN,
            "SLACK_API_URL": f"{origin}/api/",
        }
        began()
        process = await stack.enter_async_context(running(app.arguments, environment, folder / "log"))
        await _first(way.ready(), process.fails_early())
        yield Measured(process, way, f"{origin}/response/")


@asynccontextmanager
async def _web_api(link: str, replied: web_api.Replied | None) -> AsyncIterator[str]:
    if replied:
        async with web_api.serving(link, replied) as origin:
            yield origin
    else:
        async with helping(["benchmarks.slack_load.web_api", link]) as told:
            yield told["origin"]


async def _first(*waits: Coroutine[Any, Any, None]) -> None:
    """Wait for whichever ends first, and raise what it raises."""
    tasks = [asyncio.create_task(one) for one in waits]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()
