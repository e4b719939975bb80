"""What goes wrong during a run besides the kills, by seed."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import get_args

import typer

from sandbox.cams import Fault as CamsFault
from sandbox.cams import FaultKind as CamsKind
from sandbox.cams import PushFault, PushFaultKind
from sandbox.slack import Fault
from sandbox.slack.faults import Kind
from tests.kill.stage import LOOK, Stage

POST = "chat.postMessage"
HISTORY = ("conversations.history", "conversations.replies")
FAIR_SECONDS = (0.3, 2.0)
FOUL_SECONDS = (0.5, 3.0)
HOUR = 3600.0
SLACK: Mapping[str, tuple[Kind, str, float]] = {
    # 429 with Retry-After 1, for posts and for everything.
    "storm": ("rate_limited", POST, 1.0),
    "drizzle": ("rate_limited", "", 0.3),
    "refused": ("server_error", POST, 0.5),
    "cut": ("cut_before", POST, 0.5),
    # The message is there, and the bot is not told so.
    "refused_after": ("server_error_after", POST, 0.5),
    "cut_after": ("cut_after", POST, 0.5),
    "late": ("hang_after", POST, 0.5),
}
CAMS: tuple[CamsKind, ...] = ("error", "cut_before", "cut_after", "throttled", "truncated")
# What CAMS pushes is lost, doubled, late; or somebody else pushes.
PUSHES: tuple[PushFaultKind, ...] = get_args(PushFaultKind)
# With this one the bot may mark a message as a possible repeat, so it is no part of all weather.
NO_HISTORY = "no-history"
ALL = (*SLACK, "cams", "pushes", "database", "clock")
HELP = f"What goes wrong besides, with commas between, or nothing: {', '.join((*ALL, NO_HISTORY))}."


def read_kinds(text: str) -> tuple[str, ...]:
    """Read what a command line names. Raises typer.BadParameter."""
    kinds = tuple(kind for kind in text.split(",") if kind)
    if strange := set(kinds) - {*ALL, NO_HISTORY}:
        raise typer.BadParameter(f"there is no weather {', '.join(sorted(strange))}. {HELP}")
    return kinds


class Weather:
    """Blows until it is cancelled: a while of fair weather, then one thing that goes wrong for a while."""

    def __init__(self, stage: Stage, rng: random.Random, kinds: tuple[str, ...]) -> None:
        self._stage = stage
        self._rng = rng
        self._kinds = kinds
        stage.marks_allowed = NO_HISTORY in kinds
        self.hits = 0
        self.restarts = 0

    async def blow(self) -> None:
        """Go on for ever."""
        while self._kinds:
            await asyncio.sleep(self._rng.uniform(*FAIR_SECONDS))
            await self._one(self._rng.choice(self._kinds), self._rng.uniform(*FOUL_SECONDS))

    async def _one(self, kind: str, seconds: float) -> None:
        match kind:
            case "database":
                await self._database(seconds)
                self.hits += 1
            case "clock":
                with self._jump():
                    await asyncio.sleep(seconds)
            case _ if kind == NO_HISTORY:
                with self._no_history():
                    await asyncio.sleep(seconds)
            case "pushes":
                with self._pushes():
                    await asyncio.sleep(seconds)
            case "cams":
                with self._cams():
                    await asyncio.sleep(seconds)
            case _:
                with self._slack(kind):
                    await asyncio.sleep(seconds)

    async def _database(self, seconds: float) -> None:
        """Throw everybody out, be away, lose answers, or start the server again; a file has no wire and no server."""
        wire, server = self._stage.wire, self._stage.server
        troubles = [self._stage.ledger.trouble, *((wire.away, wire.deaf) if wire else ())]
        # As often as all else that happens to a server.
        troubles += [self._restart] * len(troubles) if server else []
        await self._rng.choice(troubles)(seconds)

    async def _restart(self, seconds: float) -> None:
        assert self._stage.server is not None
        await self._stage.server.restart(seconds, self._rng)
        self.restarts += 1

    @contextmanager
    def _jump(self) -> Iterator[None]:
        self._stage.clock.jump(self._rng.choice((-HOUR, HOUR)))
        self.hits += 1
        try:
            yield
        finally:
            self._stage.clock.jump(0)

    @contextmanager
    def _cams(self) -> Iterator[None]:
        fault = self._stage.cams.faults.add(CamsFault(self._rng.choice(CAMS), LOOK))
        try:
            yield
        finally:
            self._stage.cams.faults.remove(fault)
            self.hits += fault.hits

    @contextmanager
    def _pushes(self) -> Iterator[None]:
        fault = self._stage.cams.callbacks.faults.add(PushFault(self._rng.choice(PUSHES)))
        try:
            yield
        finally:
            self._stage.cams.callbacks.faults.remove(fault)
            self.hits += fault.hits

    @contextmanager
    def _no_history(self) -> Iterator[None]:
        faults = [self._stage.slack.faults.add(Fault("server_error", method)) for method in HISTORY]
        try:
            yield
        finally:
            for fault in faults:
                self._stage.slack.faults.clear(fault)
                self.hits += fault.hits

    @contextmanager
    def _slack(self, name: str) -> Iterator[None]:
        kind, method, share = SLACK[name]
        fault = self._stage.slack.faults.add(Fault(kind, method, share=share, seed=self._rng.randrange(2**32)))
        try:
            yield
        finally:
            self._stage.slack.faults.clear(fault)
            self.hits += fault.hits
