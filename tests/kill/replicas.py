"""`python -m tests.kill.replicas`: several bots on PostgreSQL, one of them killed every few seconds, in real time."""

import asyncio
import random
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from tests.kill import weather
from tests.kill.scenes import await_baseline, make_changes, meanwhile, settle
from tests.kill.stage import Layout, Stage, open_stage
from tests.kill.table import print_table
from tests.kill.trial import Report, reported
from tests.kill.weather import Weather

# Of a change at a bot that runs; and how long to wait for such a change.
CALLBACKS = 1000
AT_WORK_SECONDS = 5.0


async def kill_now_and_then(stage: Stage, rng: random.Random, every: float, seconds: float) -> int:
    """Kill any one of the bots at random times, and start it again at once; return how often.

    Every other one dies while it is at work on a change, at a callback that is chosen by chance.
    """
    kills, ends = 0, monotonic() + seconds
    while (left := ends - monotonic()) > 0:
        await asyncio.sleep(min(left, rng.uniform(0, 2 * every)))
        victim = rng.choice(stage.victims)
        if kills % 2:
            victim.control.begin(rng.randint(1, CALLBACKS))
            with suppress(TimeoutError):
                await asyncio.wait_for(victim.gone(), AT_WORK_SECONDS)
        victim.kill()
        await victim.gone()
        kills += 1
        await victim.start()
    return kills


async def run(layout: Layout, minutes: float, every: float, seed: int, kinds: tuple[str, ...], folder: Path) -> Report:
    """Kill for so many minutes while changes go on, then wait until all is told."""
    began, rng = monotonic(), random.Random(seed)
    async with open_stage(layout, folder, rng) as stage:
        air = Weather(stage, random.Random(seed + 1), kinds)
        try:
            for victim in stage.victims:
                await victim.start()
            await await_baseline(stage)
            async with meanwhile(make_changes(stage), air.blow()):
                kills = await kill_now_and_then(stage, rng, every, minutes * 60)
            for victim in stage.victims:
                await victim.stop()
            await settle(stage)
        finally:
            for victim in stage.victims:
                victim.kill()
        report = await reported(stage, air, kills)
    report.seconds = monotonic() - began
    return report


def main(
    minutes: Annotated[float, typer.Option(min=0.1)] = 10.0,
    every: Annotated[float, typer.Option(min=0.5, help="Seconds between two kills, on average.")] = 10.0,
    replicas: Annotated[int, typer.Option(min=2, max=5)] = 2,
    seed: int = 1,
    kinds: Annotated[str, typer.Option("--weather", help=weather.HELP)] = "",
) -> None:
    """Kill one of several bots every few seconds, and see whether every change is told once."""
    folder = Path(tempfile.mkdtemp(prefix="cams-bot-replicas-"))
    chosen = weather.read_kinds(kinds)
    layout = Layout("postgresql", replicas)
    report = asyncio.run(run(layout, minutes, every, seed, chosen, folder))
    report.logs.append(str(folder))
    print_table({layout.name: report})
    raise typer.Exit(0 if report.verdict.holds else 1)


if __name__ == "__main__":
    typer.run(main)
