"""Kills the victims of a stage: at every await between a change and its recorded message, and at random."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from tests.kill.hunt import Hunt
from tests.kill.life import Ending, Kind, Plan, Victim
from tests.kill.scenes import all_told, await_baseline, until
from tests.kill.stage import Stage

# More than any lease of the bot, so that who comes back finds everything due.
AWAY_SECONDS = 300.0
# A life in which nothing happens ends by then.
LIFE_SECONDS = 6.0
LEARNING_SECONDS = 60.0
# What still comes after the last message: it is recorded.
RECORDED_SECONDS = 0.3
STIRRED = 0.6
# With several replicas all of them die each so many kills, so that time can pass.
BLACKOUT_EACH = 5
# How many lives more may end by themselves than by a kill.
PATIENCE = 10
KINDS: Sequence[Kind] = (*("await",) * 8, "change", "start", "outside")


@dataclass(frozen=True)
class Way:
    """How long it is from a change to its last message: in callbacks, and seconds; and in callbacks from the start."""

    callbacks: int
    seconds: float
    from_start: int


def plans(way: Way, count: int, rng: random.Random) -> list[Plan]:
    """Spread kills evenly over the whole way, each by chance within its part, and mix them."""
    limit = LIFE_SECONDS + way.seconds
    made = []
    for at in range(count):
        kind, part = KINDS[at % len(KINDS)], (at + rng.random()) / count
        callbacks = way.from_start if kind == "start" else way.callbacks
        made.append(Plan(kind, limit, 1 + int(part * callbacks), part * way.seconds))
    rng.shuffle(made)
    return made


async def learn(stage: Stage) -> Way:
    """Measure the way: live a life to see everything first, and one that finds everything changed, without a kill.

    Then all changes once more, since there are cards now, for the moments on the way.
    """
    [victim, *_] = stage.victims
    await victim.start()
    await await_baseline(stage)
    await victim.stop()
    stage.clock.pass_by(AWAY_SECONDS)
    stage.reviews.stir(1)
    await victim.start()

    async def armed() -> bool:
        return victim.control.armed

    if not await until(armed, LEARNING_SECONDS):
        raise TimeoutError(f"the bot looks at nothing; its logs are in {stage.folder}")
    seconds = await _tell_all(stage)
    way = Way(victim.control.counted, seconds, victim.control.total)
    stage.reviews.stir(1)
    await _tell_all(stage)
    victim.kill()
    await victim.gone()
    return way


async def _tell_all(stage: Stage) -> float:
    """Wait until all is told and recorded, and return after how many seconds it was told."""
    began = monotonic()
    if not await until(partial(all_told, stage), LEARNING_SECONDS):
        raise TimeoutError(f"the bot tells nothing, even if it is not killed; its logs are in {stage.folder}")
    seconds = monotonic() - began
    await asyncio.sleep(RECORDED_SECONDS)
    return seconds


class Killer:
    """Lives the planned lives, in as many places as there are victims."""

    def __init__(self, stage: Stage, hunt: Hunt) -> None:
        self._stage = stage
        self._hunt = hunt
        self._gate = asyncio.Event()
        self._alive = 0
        self.kills = 0
        # Lives that ended by themselves, as none should.
        self.ended = 0

    async def kill(self, planned: Sequence[Plan]) -> None:
        """Go through all plans. Raises RuntimeError where the bot ends more often by itself than it is killed."""
        self._gate.set()
        waiting = deque(planned)
        async with asyncio.TaskGroup() as group:
            for victim in self._stage.victims:
                group.create_task(self._place(victim, waiting))

    async def _place(self, victim: Victim, waiting: deque[Plan]) -> None:
        while waiting:
            await self._gate.wait()
            if not waiting:
                return
            plan = waiting.popleft()
            plan = self._hunt.aim(plan) if plan.kind == "await" else plan
            if self._alive == 0:
                self._stage.clock.pass_by(AWAY_SECONDS)
            self._alive += 1
            # As when the way was learned: some of it is gone only where much is owed at once.
            self._stage.reviews.stir(1 if self._hunt.is_late else STIRRED)
            ending = await victim.live(plan)
            self._alive -= 1
            self._count(ending, plan, waiting)
            if victim.control.struck:
                self._hunt.strike(victim.control.struck)
            self._blackout()

    def _count(self, ending: Ending, plan: Plan, waiting: deque[Plan]) -> None:
        if ending == "killed":
            self.kills += 1
            return
        self.ended += 1
        waiting.append(plan)
        if self.ended > self.kills + PATIENCE:
            raise RuntimeError(f"the bot ends by itself all the time; its logs are in {self._stage.folder}")

    def _blackout(self) -> None:
        """Now and then kill the others too, and let none start before all are dead: then time can pass."""
        if self.kills % BLACKOUT_EACH == 0 and self._alive:
            self._gate.clear()
            for victim in self._stage.victims:
                victim.kill()
        if self._alive == 0:
            self._gate.set()
