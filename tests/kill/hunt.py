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
KINDS: Sequence[Kind] = ("await", "start")
# Where fewer are left a life does not pass any of them by.
SCARCE = 60


@dataclass
class Moments:
    """What is known of the moments, each with its place.

    A change passes those `on_the_way` to its message without any trouble; `met` are all others.
    """

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
        """Take from the lives so far the moments on the way."""
        self.moments.on_the_way = _moments(place for place in self._read() if place.is_on_the_way)

    def aim(self, plan: Plan) -> Plan:
        """Return the plan with moments, those on the way first; without any it keeps its callback.

        What was met on the way later comes next: another trial may know it from its first lives, and leave it to this.
        """
        places = self._read()
        self.moments.add(Moments(met=_moments(places)))
        later = _moments(place for place in places if place.is_on_the_way)
        mine = self._some(self.moments.on_the_way) or self._some(later) or self._some(self.moments.met)
        if not mine:
            return replace(plan, kind="change")
        callback = 0 if len(mine) < SCARCE else self._rng.choice((0, plan.callback // 2))
        return replace(plan, kind=self._rng.choice(KINDS), callback=callback, moments=frozenset(mine))

    def _some(self, moments: Iterable[int]) -> list[int]:
        left = [one for one in moments if one % self._of == self._part and one not in self.moments.struck]
        return left if len(left) <= FEW else self._rng.sample(left, len(left) // 2)

    def _read(self) -> list[Await]:
        names = {name for file in self._files if file.exists() for name in file.read_text().splitlines()}
        return [Await(name) for name in sorted(names)]


def _moments(places: Iterable[Await]) -> dict[int, str]:
    known = list(places)
    return {one.begun: f"begun {one}" for one in known} | {one.over: f"over {one}" for one in known}
