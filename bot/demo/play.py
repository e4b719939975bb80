"""`cams-bot demo` from its start to its end."""

import asyncio
import contextlib
import signal
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.demo.manifest import find_manifest
from bot.demo.process import BotProcess, BotStoppedError, running_bot
from bot.demo.screen import Screen
from bot.demo.stage import SHOP, Stage, TourError
from bot.demo.tour import SCENES
from sandbox import Sandbox
from sandbox.slack.errors import CannotActError

TITLES = {
    "admin": "in BOT_ADMINS: may also have verification codes sent",
    "operator": "in BOT_OPERATORS: makes and posts",
    "viewer": "in neither list: may look",
    "guest": "a guest: may do nothing",
    "stranger": "from another workspace: may do nothing",
}


async def play(*, stay: bool, show: bool = False) -> int:
    """Start everything, play the tour, and return an exit status: 0 if every scene showed what it should.

    With `stay` all is left running at the end; with `show` a browser looks on from the start.
    """
    console = Console(highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="cams-bot-demo-"))
    async with Sandbox.start(manifest=find_manifest()) as sandbox, _bot(sandbox, folder) as bot:
        _give_titles(sandbox)
        screen = Screen(console, _names(sandbox))
        screen.note(f"Between a local Slack and a local CAMS runs the real bot. Its log and pictures are in {folder}.")
        if stay:
            screen.note(f"Look on, and take part, at {sandbox.page_url}")
            screen.note(f"The local Slack is at {sandbox.slack.api_url}, the local CAMS at {sandbox.cams.url}.")
        if show:
            await asyncio.to_thread(webbrowser.open, sandbox.page_url)
        status = await _tour(Stage(sandbox, screen, folder, bot.crash, bot.restart), bot)
        if stay:
            await _stay(sandbox, screen)
    return status


def _names(sandbox: Sandbox) -> dict[str, str]:
    workspace = sandbox.slack.workspace
    people = {user.id: f"@{user.name}" for user in workspace.users.values()}
    return people | {channel.id: f"#{channel.name}" for channel in workspace.channels.values()}


def _give_titles(sandbox: Sandbox) -> None:
    """Let everybody's profile say what they may do here."""
    workspace = sandbox.slack.workspace
    for name, title in TITLES.items():
        workspace.change_user(workspace.user_named(name), title=title)


async def _tour(stage: Stage, bot: "_Bot") -> int:
    shown: list[str] = []
    for number, scene in enumerate(SCENES, start=1):
        stage.screen.scene(number, (scene.__doc__ or "").rstrip("."))
        try:
            shown.append(await scene(stage))
        except (TourError, CannotActError, TimeoutError) as exc:
            stage.screen.failed(str(exc), bot.now.tail())
            return 1
    stage.screen.summary(shown)
    return 0


async def _stay(sandbox: Sandbox, screen: Screen) -> None:
    """Leave everything running until Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    screen.note(f"Everything is still running at {sandbox.page_url}; Ctrl-C ends it.")
    await stop.wait()


@dataclass
class _Bot:
    """The bot's process, which the tour may kill and start again."""

    environment: Mapping[str, str]
    log: Path
    sandbox: Sandbox
    now: BotProcess

    async def crash(self) -> None:
        await self.now.kill()

    async def restart(self) -> None:
        self.now = await BotProcess.start(self.environment, self.log)
        await _connected(self.sandbox, self.now)


@asynccontextmanager
async def _bot(sandbox: Sandbox, folder: Path) -> AsyncIterator[_Bot]:
    slack = sandbox.slack
    environment = {
        **sandbox.environment(),
        "DATABASE_URL": f"sqlite:///{folder / 'cams-bot.db'}",
        "BOT_ADMINS": slack.person("admin").user.id,
        "BOT_OPERATORS": slack.person("operator").user.id,
        "BOT_ALERT_CHANNEL": slack.channel(SHOP).id,
        "BOT_REVIEW_POLL_SECONDS": "1",
        "BOT_HTTP_PORT": "0",
    }
    log = folder / "bot.log"
    async with running_bot(environment, log) as process:
        await _connected(sandbox, process)
        bot = _Bot(environment, log, sandbox, process)
        try:
            yield bot
        finally:
            if bot.now is not process:
                await bot.now.stop()


async def _connected(sandbox: Sandbox, process: BotProcess) -> None:
    """Wait until the bot is there, or has ended instead."""
    ended = asyncio.create_task(process.fails_early())
    there = asyncio.create_task(sandbox.slack.connected(timeout=60))
    done, waiting = await asyncio.wait({ended, there}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, BotStoppedError):
            await task
    for task in done:
        await task
