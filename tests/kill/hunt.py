"""Which of the moments between a change and its recorded message are still to be died at."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.life import Plan

# A moment comes more than once in a life; the first try may wait for a later time.
TIMES = (1, 1, 2)
# So often one on the way is tried before the others.
HEAD_START = 3


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
    """Chooses the next moment: one of its share that was tried least, rather one on the way.

    Several trials share the moments of a configuration: of `of` trials the `part`-th, from 0, takes each `of`-th.
    """

    def __init__(self, files: Iterable[Path], rng: random.Random, part: int = 0, of: int = 1) -> None:
        self._files = list(files)
        self._rng = rng
        self._part, self._of = part, of
        self._tries: Counter[int] = Counter()
        self.moments = Moments()

    def learn(self) -> None:
        """Take the moments of the lives so far for those on the way."""
        self.moments.on_the_way = self._read()

    def aim(self, plan: Plan) -> Plan:
        """Return the plan with a moment; where none is left it keeps its callback instead."""
        self.moments.add(Moments(met=self._read()))
        moment = self._next()
        if moment is None:
            return replace(plan, kind="change")
        self._tries[moment] += 1
        times = self._rng.choice(TIMES) if self._tries[moment] == 1 else 1
        return replace(plan, callback=0, moment=moment, times=times)

    def _next(self) -> int | None:
        known = [*self.moments.on_the_way, *self.moments.met]
        mine = [one for one in known if one % self._of == self._part and one not in self.moments.struck]
        self._rng.shuffle(mine)
        return min(mine, key=self._rank, default=None)

    def _rank(self, moment: int) -> int:
        return self._tries[moment] + (HEAD_START if moment in self.moments.met else 0)

    def _read(self) -> dict[int, str]:
        names = {name for file in self._files if file.exists() for name in file.read_text().splitlines()}
        places = [Await(name) for name in sorted(names)]
        return {place.begun: f"begun {place}" for place in places} | {place.over: f"over {place}" for place in places}
