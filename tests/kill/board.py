"""What the trials of a configuration tell each other while they run: files to which each of them adds lines."""

from collections.abc import Iterable
from pathlib import Path

from tests.kill.awaits import Await


class Board:
    """The places on the way that anybody has learned, and the moments at which anybody has died."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._way, self._struck = folder / "way", folder / "struck"

    def learned(self, places: Iterable[Await]) -> None:
        """Add places on the way."""
        _add(self._way, sorted({place.name for place in places} - _lines(self._way)))

    @property
    def way(self) -> list[Await]:
        """All places on the way."""
        return [Await(name) for name in sorted(_lines(self._way))]

    def strike(self, moment: int) -> None:
        """Add a moment at which somebody has died."""
        _add(self._struck, [str(moment)])

    @property
    def struck(self) -> set[int]:
        """All moments at which somebody has died."""
        return set(map(int, _lines(self._struck)))


def _add(file: Path, lines: Iterable[str]) -> None:
    # To append is one write, so that several processes may.
    with file.open("a") as out:
        out.write("".join(f"{line}\n" for line in lines))


def _lines(file: Path) -> set[str]:
    return set(file.read_text().splitlines()) if file.exists() else set()
