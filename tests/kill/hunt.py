"""Which of the moments between a change and its recorded message are still to be died at."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.board import Board
from tests.kill.life import Kind, Plan

# Where more are left a life is given a part of them, so that not always those come first that come early.
FEW = 8
# Some begin to look out for their moments when they start: there is what the one before them left.
KINDS: Sequence[Kind] = ("await", "start")
# Where fewer are left a life does not pass any of them by.
SCARCE = 60
# How many of the lives that wait for the last few moments on the way may end elsewhere.
OTHERS_TOO = 0.5


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

    @property
    def left_on_the_way(self) -> list[str]:
        """Return the places on the way at which nobody died."""
        return self.left(self.on_the_way)

    def left(self, moments: Mapping[int, str]) -> list[str]:
        """Return the places of those at which nobody died."""
        return [name for moment, name in moments.items() if moment not in self.struck]


class Hunt:
    """Chooses the moments of which a life ends at the first that it comes to.

    What other trials of the configuration learn and strike is on the board.
    """

    def __init__(self, files: Iterable[Path], rng: random.Random, board: Board) -> None:
        self._files = list(files)
        self._rng = rng
        self._board = board
        self.moments = Moments()

    def learn(self) -> None:
        """Take from the lives so far the moments on the way."""
        self._board.learned(place for place in self._read() if place.is_on_the_way)

    def strike(self, moment: int) -> None:
        """Note that a life has ended at a moment."""
        self._board.strike(moment)

    def look(self) -> Moments:
        """Bring what is known up to date, and return it."""
        self.moments.add(Moments(_moments(self._board.way), _moments(self._read()), self._board.struck))
        return self.moments

    @property
    def is_late(self) -> bool:
        """Whether only those few are left that most lives do not come to."""
        return 0 < len(self.moments.left_on_the_way) <= FEW

    def aim(self, plan: Plan) -> Plan:
        """Return the plan with moments, those on the way first; without any it keeps its callback.

        What was met on the way later, in troubles, comes next. Of the moments on the way the last few are rare, and
        most lives would wait for them in vain: so every other life ends at something else too.
        """
        known = self.look()
        first = self._some(known.on_the_way)
        later = _moments(place for place in self._read() if place.is_on_the_way)
        rest = self._some(set(later) - set(known.on_the_way)) or self._some(set(known.met) - set(later))
        mine = first + rest if not first or (self.is_late and self._rng.random() < OTHERS_TOO) else first
        if not mine:
            return replace(plan, kind="change")
        callback = 0 if len(mine) < SCARCE else self._rng.choice((0, plan.callback // 2))
        return replace(plan, kind=self._rng.choice(KINDS), callback=callback, moments=frozenset(mine))

    def _some(self, moments: Iterable[int]) -> list[int]:
        left = sorted(set(moments) - self.moments.struck)
        return left if len(left) <= FEW else self._rng.sample(left, len(left) // 2)

    def _read(self) -> list[Await]:
        names = {name for file in self._files if file.exists() for name in file.read_text().splitlines()}
        return [Await(name) for name in sorted(names)]


def _moments(places: Iterable[Await]) -> dict[int, str]:
    known = list(places)
    return {one.begun: f"begun {one}" for one in known} | {one.over: f"over {one}" for one in known}
