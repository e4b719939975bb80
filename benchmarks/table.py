"""The table of all rows: on the terminal, and in RESULTS.md with the machine and the versions it was measured on."""

import os
import platform
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.rows import TIMES, Row

RESULTS = Path(__file__).with_name("RESULTS.md")
WIDTH = 180
COLUMNS = ("row", "against", "ours", "theirs", "ratio", "target", "met", "note")
PACKAGES = (
    "aiohttp",
    "alibabacloud-cams20200606",
    "alibabacloud-tea-openapi",
    "darabonba-core",
    "slack-bolt",
    "slack-sdk",
    "sqlalchemy",
    "asyncpg",
    "qrcode",
    "segno",
    "zxing-cpp",
)


@dataclass(frozen=True)
class Failure:
    """A module whose rows could not be measured, and why."""

    module: str
    why: str


Line = Row | Failure


def show(lines: Iterable[Line]) -> None:
    """Print the table."""
    table = Table(*COLUMNS, box=box.SIMPLE)
    for line in lines:
        table.add_row(*_cells(line), style=None if isinstance(line, Row) and line.met else "red")
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table)


def write(lines: Sequence[Line]) -> None:
    """Write RESULTS.md."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *map(_cells, lines)]
    rows = (f"| {' | '.join(_in_markdown(cell) for cell in cells)} |" for cells in table)
    facts = (f"* {name}: {fact}" for name, fact in _circumstances())
    text = ["# What `make bench` measured", "", *facts, "", *rows, "", HOW]
    RESULTS.write_text("\n".join(text) + "\n", encoding="utf-8")


HOW = (
    "Each ratio was measured side by side in one run, in turns (A B A B), and is made of medians of at least five"
    " turns. Where the ratio is a difference, it has a unit and a sign."
)


def _cells(line: Line) -> tuple[str, ...]:
    if isinstance(line, Failure):
        return (line.module, "", "", "", "", "", "not measured", line.why)
    target = f"{'≥' if line.at_least else '≤'} {_ratio(line.target, line.unit)}"
    met = "yes" if line.met else "no"
    return (line.what, line.against, line.ours, line.theirs, _ratio(line.ratio, line.unit), target, met, line.note)


def _ratio(value: float, unit: str) -> str:
    if unit != TIMES:
        return f"{value:+.3g} {unit}"
    if 0 < value <= 0.25:
        return f"1/{1 / value:.0f} {TIMES}"
    return f"{value:.0f} {TIMES}" if value >= 10 else f"{value:.3g} {TIMES}"


def _in_markdown(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def _circumstances() -> list[tuple[str, str]]:
    """Return when, on what and with which versions."""
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()}, {ssl.OPENSSL_VERSION}"),
        ("packages", ", ".join(_versions())),
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _versions() -> Iterable[str]:
    installed = {found.metadata["Name"].lower().replace("_", "-") for found in metadata.distributions()}
    return (f"{name} {metadata.version(name)}" for name in PACKAGES if name in installed)
