"""Two blocks of memory that the harness shares with the processes it kills: one each, and a clock for all."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

_CELLS = 5
_ARMED, _KILL_AT, _COUNTED, _TOTAL, _STRUCK = range(_CELLS)
_WORLD, _SKEW = range(2)
_BYTES = 8


@contextmanager
def _shared(path: Path, cells: int) -> Iterator[mmap.mmap]:
    if not path.exists():
        path.write_bytes(bytes(cells * _BYTES))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), cells * _BYTES) as shared:
        yield shared


class Control:
    """How one victim is to die, once it was armed: at its `kill_at`-th callback (0: at none), or, with moments of
    `awaits` in a file of their own, at the first of these from then on."""

    def __init__(self, cells: "memoryview[int]") -> None:
        self.cells = cells

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Map the file, which is made where there is none."""
        with _shared(path, _CELLS) as shared, memoryview(shared) as plain, plain.cast("Q") as cells:
            yield cls(cells)

    def begin(self, kill_at: int = 0, *, armed: bool = False) -> None:
        """Set it for another life."""
        self.cells[_COUNTED] = self.cells[_TOTAL] = self.cells[_STRUCK] = 0
        self.cells[_KILL_AT] = kill_at
        self.cells[_ARMED] = int(armed)

    def arm(self) -> None:
        self.cells[_ARMED] = 1

    @property
    def armed(self) -> bool:
        return bool(self.cells[_ARMED])

    @property
    def struck(self) -> int:
        """The moment at which it died, 0 for none."""
        return self.cells[_STRUCK]

    @struck.setter
    def struck(self, moment: int) -> None:
        self.cells[_STRUCK] = moment

    @property
    def counted(self) -> int:
        """Callbacks since it was armed."""
        return self.cells[_COUNTED]

    @property
    def total(self) -> int:
        """Callbacks since its process began."""
        return self.cells[_TOTAL]

    @property
    def due(self) -> bool:
        """Whether the callback has come, or one after it."""
        return self.cells[_COUNTED] >= self.cells[_KILL_AT]

    def tick(self) -> bool:
        """Count a callback, and say whether it is the one not to be lived through."""
        self.cells[_TOTAL] += 1
        if not self.cells[_ARMED]:
            return False
        self.cells[_COUNTED] += 1
        return self.cells[_COUNTED] == self.cells[_KILL_AT]


class StageClock:
    """The time of the stage: how far the world is ahead of the machine, and how wrong the bots' clocks are.

    The world's time only goes forward, and only while every bot is dead: so leases run out in no time. The skew is what
    a bot's clock jumps by, to and fro, while it is at work.
    """

    def __init__(self, cells: "memoryview[float]") -> None:
        self._cells = cells

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Map the file, which is made where there is none."""
        with _shared(path, 2) as shared, memoryview(shared) as plain, plain.cast("d") as cells:
            yield cls(cells)

    def pass_by(self, seconds: float) -> None:
        """Let time pass in the world."""
        self._cells[_WORLD] += seconds

    def jump(self, seconds: float) -> None:
        """Set the bots' clocks wrong by so much; 0 sets them right."""
        self._cells[_SKEW] = seconds

    @property
    def ahead(self) -> float:
        """How many seconds the bots' clocks are ahead of the machine's."""
        return self._cells[_WORLD] + self._cells[_SKEW]

    def world_now(self) -> datetime:
        """What a right clock shows."""
        return datetime.now(UTC) + timedelta(seconds=self._cells[_WORLD])

    def bots_now(self) -> datetime:
        """What the bots' clocks show."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)
