"""Which of the moments between a change and its recorded message are still to be died at."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.life import Kind, Plan

# Where more are left a life is given a part of them, so that not always those come first that come early.
FEW = 8
# Some begin to look out for their moments when they start: there is what the one before them left.
KINDS: Sequence[Kind] = ("await", "await", "await", "start")


@dataclass
class Moments:
    """What is known of the moments, each with its place. `met` came only in lives that had been killed or troubled."""

    on_the_way: dict[int, str] = field(default_factory=dict)
    met: dict[int, str] = field(default_factory=dict)
    struck: set[int] = field(default_factory=set)

    def add(self, other: "Moments") -> None:
        """Count another's too, of the same configuration."""
        self.on_the_way |= other.on_the_way
        self.met = {moment: name for moment, name in (self.met | other.met).items() if moment not in self.on_the_way}
        self.struck |= other.struck

    def left(self, moments: Mapping[int, str]) -> list[str]:
        """Return the places of those at which nobody died."""
        return [name for moment, name in moments.items() if moment not in self.struck]


class Hunt:
    """Chooses the moments of which a life ends at the first that it comes to.

    Several trials share the moments of a configuration: of `of` trials the `part`-th, from 0, takes each `of`-th.
    """

    def __init__(self, files: Iterable[Path], rng: random.Random, part: int = 0, of: int = 1) -> None:
        self._files = list(files)
        self._rng = rng
        self._part, self._of = part, of
        self.moments = Moments()

    def learn(self) -> None:
        """Take the moments of the lives so far for those on the way."""
        self.moments.on_the_way = self._read()

    def aim(self, plan: Plan) -> Plan:
        """Return the plan with moments, every other time such on the way alone; without any it keeps its callback."""
        self.moments.add(Moments(met=self._read()))
        mine = self._some(self.moments.on_the_way)
        if not mine or self._rng.random() < 0.5:
            mine += self._some(self.moments.met)
        if not mine:
            return replace(plan, kind="change")
        kind, callback = self._rng.choice(KINDS), self._rng.choice((0, plan.callback // 2))
        return replace(plan, kind=kind, callback=callback, moments=frozenset(mine))

    def _some(self, moments: Iterable[int]) -> list[int]:
        left = [one for one in moments if one % self._of == self._part and one not in self.moments.struck]
        return left if len(left) <= FEW else self._rng.sample(left, len(left) // 2)

    def _read(self) -> dict[int, str]:
        names = {name for file in self._files if file.exists() for name in file.read_text().splitlines()}
        places = [Await(name) for name in sorted(names)]
        return {place.begun: f"begun {place}" for place in places} | {place.over: f"over {place}" for place in places}
