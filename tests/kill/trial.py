"""One trial: a stage, so many kills, and the verdict."""

import asyncio
import random
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.kill.board import Board
from tests.kill.hunt import Hunt, Moments
from tests.kill.judge import Verdict
from tests.kill.killer import Killer, learn, plans
from tests.kill.scenes import make_changes, meanwhile, settle
from tests.kill.stage import Layout, Stage, open_stage
from tests.kill.weather import Weather


@dataclass(frozen=True)
class Trial:
    """What to do."""

    kills: int
    seed: int
    layout: Layout
    weather: tuple[str, ...] = ()
    # The folder of the board that it shares with other trials of the same layout; without one it has its own.
    board: Path | None = None


@dataclass
class Report:
    """What came of it. `ended` counts lives that ended by themselves; `callbacks` is the longest way to a message."""

    kills: int = 0
    ended: int = 0
    changes: int = 0
    callbacks: int = 0
    troubles: int = 0
    restarts: int = 0
    removed: int = 0
    seconds: float = 0.0
    # Folders with the bots' logs of what went wrong.
    logs: list[str] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    verdict: Verdict = field(default_factory=Verdict)

    def add(self, other: "Report") -> None:
        """Count another's too, of a trial at the same time."""
        self.kills += other.kills
        self.ended += other.ended
        self.changes += other.changes
        self.callbacks = max(self.callbacks, other.callbacks)
        self.troubles += other.troubles
        self.restarts += other.restarts
        self.removed += other.removed
        self.seconds = max(self.seconds, other.seconds)
        self.logs += other.logs
        self.moments.add(other.moments)
        self.verdict.add(other.verdict)


async def run(trial: Trial, folder: Path) -> Report:
    """Do a trial; the logs of the bots are in the folder."""
    began, rng = monotonic(), random.Random(trial.seed)
    async with open_stage(trial.layout, folder, rng) as stage:
        hunt = Hunt([victim.awaits for victim in stage.victims], rng, Board(trial.board or folder / "board"))
        killer, weather = Killer(stage, hunt), Weather(stage, random.Random(trial.seed + 1), trial.weather)
        try:
            way = await learn(stage)
            hunt.learn()
            async with meanwhile(make_changes(stage), weather.blow()):
                await killer.kill(plans(way, trial.kills, rng))
            await settle(stage)
        finally:
            for victim in stage.victims:
                victim.kill()
        report = await reported(stage, weather, killer.kills)
    report.ended, report.callbacks, report.seconds = killer.ended, way.callbacks, monotonic() - began
    report.moments = hunt.look()
    return report


async def reported(stage: Stage, weather: Weather, kills: int) -> Report:
    """Judge what the channels show at the end."""
    made = stage.reviews.made
    verdict = await stage.judge(made)
    report = Report(kills, changes=len(made), removed=stage.removed, verdict=verdict)
    report.troubles, report.restarts = weather.hits, weather.restarts
    return report


def run_apart(trial: Trial) -> Report:
    """Do a trial from nothing, with a folder that stays where something was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="cams-bot-kill-"))
    report = asyncio.run(run(trial, folder))
    if report.verdict.holds:
        shutil.rmtree(folder)
    else:
        report.logs.append(str(folder))
    return report
