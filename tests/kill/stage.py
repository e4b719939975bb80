"""Where it plays: a local CAMS and a local Slack in this process, a database, a clock, and places for victims."""

import logging
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stamina.instrumentation import set_on_retry_hooks

from bot.store import open_store
from sandbox.cams import CamsCall, LocalCams, World
from sandbox.cams.quota import Quotas
from sandbox.slack import LocalSlack, Manifest
from sandbox.slack.notices import Change
from tests.kill import reader
from tests.kill.control import Control, StageClock
from tests.kill.judge import Verdict, judge
from tests.kill.ledger import Database, Ledger, fresh_database, open_ledger
from tests.kill.life import Victim
from tests.kill.reader import Index
from tests.kill.reviews import Made, Reviews
from tests.kill.server import Server, free_port
from tests.kill.wire import Wire

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
# What CAMS allows is tested elsewhere; here a poll shall not have to wait for its turn.
CALLS_PER_SECOND = 200
CALLBACK_SECRET = "kill-matrix-callbacks"
# What was not taken is pushed again, in this world sooner than in CAMS's.
PUSH_AGAIN_SECONDS = (1.0, 3.0)
LOOK = "QueryChatappBindWaba"
# Every so many spaces there is one that a second channel is told of.
SHARED_EACH = 3
PRIVATE_EACH = 4


@dataclass(frozen=True)
class Layout:
    """How large a stage is."""

    database: Database = "sqlite"
    replicas: int = 1
    accounts: int = 8
    channels: int = 6
    poll_seconds: int = 1
    calls_per_second: int = CALLS_PER_SECOND

    @property
    def name(self) -> str:
        return f"{self.database}, {self.replicas} bot{'s' if self.replicas > 1 else ''}"


@dataclass
class Stage:
    """Everything that a run needs. Make one with `open_stage`."""

    layout: Layout
    slack: LocalSlack
    cams: LocalCams
    ledger: Ledger
    clock: StageClock
    reviews: Reviews
    # By channel the spaces that it is told of.
    audience: Mapping[str, list[str]]
    victims: list[Victim]
    folder: Path
    wire: Wire | None
    # Its own, where PostgreSQL's programs are installed.
    server: Server | None
    # Whether the bot may mark a message as a possible repeat: it cannot know better without the history.
    marks_allowed: bool = False
    # Messages that were taken away again.
    removed: int = 0

    def arm(self, call: CamsCall) -> None:
        """Arm the victim that is about to get an answer with a change in it."""
        answered = call.operation == LOOK and call.http_status == 200 and call.code == "OK"
        if answered and self.reviews.is_unseen(call.parameters.get("CustSpaceId", "")):
            keys = list(self.cams.signatures.keys)[-len(self.victims) :]
            if call.caller in keys:
                self.victims[keys.index(call.caller)].control.arm()

    def hear(self, change: Change) -> None:
        """Count what the bot takes away."""
        self.removed += change.kind == "message_deleted"

    async def look(self) -> None:
        """Find out which changes the bot has seen."""
        self.reviews.notice(await self.ledger.recorded())

    async def judge(self, made: list[Made]) -> Verdict:
        """Compare these changes with what the channels show now."""
        transcripts = {channel: self.slack.transcript(channel) for channel in self.audience}
        has_ids = any(reader.has_ids(message) for messages in transcripts.values() for message in messages)
        index = await self.ledger.index() if has_ids else Index()
        verdict = Verdict()
        for channel, messages in transcripts.items():
            expected = [one for one in made if one.space_id in self.audience[channel]]
            verdict.add(judge(channel, expected, messages, index, marks_allowed=self.marks_allowed))
        return verdict


@asynccontextmanager
async def open_stage(layout: Layout, folder: Path, rng: random.Random) -> AsyncIterator[Stage]:
    """Open everything; no bot is started yet."""
    # Who is killed in the middle of a request is no news, nor is a database that is away.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    set_on_retry_hooks(())
    async with AsyncExitStack() as stack:
        clock = stack.enter_context(StageClock.open(folder / "clock"))
        manifest = Manifest.read(MANIFEST)
        slack = await stack.enter_async_context(LocalSlack.start(clock=clock.world_now, manifest=manifest))
        world = World()
        # A bot whose clock is wrong shall not be kept out by its signatures.
        cams = await stack.enter_async_context(LocalCams.start(world=world, window="bucket", now=clock.bots_now))
        cams._gateway._quota = Quotas(dict.fromkeys(cams.quota.limits, layout.calls_per_second), "bucket")
        cams.callbacks.retry_seconds = PUSH_AGAIN_SECONDS
        reviews = Reviews(world, layout.accounts, rng)
        audience = _channels(slack, reviews.spaces, layout.channels)
        server, url = await _database(stack, layout.database, folder)
        await _subscribe(url, audience, clock)
        ledger = await stack.enter_async_context(open_ledger(url))
        wire = await stack.enter_async_context(Wire.open(url)) if layout.database == "postgresql" else None
        settings = {"DATABASE_URL": wire.address(url) if wire else url}
        victims = [_victim(stack, number, layout, settings, slack, cams, folder) for number in range(layout.replicas)]
        stage = Stage(layout, slack, cams, ledger, clock, reviews, audience, victims, folder, wire, server)
        stack.callback(cams.calls.listen(stage.arm))
        stack.callback(slack.workspace.notices.listen(stage.hear))
        yield stage


async def _database(stack: AsyncExitStack, kind: Database, folder: Path) -> tuple[Server | None, str]:
    programs = Server.programs() if kind == "postgresql" else None
    if programs is None:
        return None, await stack.enter_async_context(fresh_database(kind, folder))
    server = await stack.enter_async_context(Server.open(programs))
    return server, server.url


def _channels(slack: LocalSlack, spaces: list[str], count: int) -> Mapping[str, list[str]]:
    workspace = slack.workspace
    members = [workspace.user_named("operator").id, workspace.app.user]
    ids = [
        workspace.add_channel(f"kiosks-{number}", members, is_private=number % PRIVATE_EACH == 0).id
        for number in range(1, count + 1)
    ]
    audience: defaultdict[str, list[str]] = defaultdict(list)
    for number, space_id in enumerate(spaces):
        audience[ids[number % count]].append(space_id)
        if count > 1 and number % SHARED_EACH == 0:
            audience[ids[(number + 1) % count]].append(space_id)
    return audience


async def _subscribe(url: str, audience: Mapping[str, list[str]], clock: StageClock) -> None:
    async with open_store(url) as store:
        for channel, spaces in audience.items():
            for space_id in spaces:
                await store.subscribe(space_id, channel, "UKILL", clock.bots_now())


def _victim(
    stack: AsyncExitStack,
    number: int,
    layout: Layout,
    settings: Mapping[str, str],
    slack: LocalSlack,
    cams: LocalCams,
    folder: Path,
) -> Victim:
    control, port = folder / f"control-{number}", free_port()
    environment: dict[str, Any] = {
        **slack.environment(),
        # A key of its own, so that the log of calls tells who has asked.
        **cams.environment(cams.signatures.issue()),
        **settings,
        "BOT_HTTP_PORT": str(port),
        # With these two CAMS pushes to the bot what has changed; a bot that takes no callbacks has no use for them.
        "BOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOT_CALLBACK_SECRET": CALLBACK_SECRET,
        "BOT_REVIEW_POLL_SECONDS": str(layout.poll_seconds),
        "BOT_SPACES_REFRESH_SECONDS": "86400",
        "BOT_LOG_FORMAT": "json",
        "KILL_CONTROL": str(control),
        "KILL_CLOCK": str(folder / "clock"),
        "KILL_CAMS_QUOTA": str(layout.calls_per_second),
    }
    return Victim(environment, stack.enter_context(Control.open(control)), folder, number)
