"""`python -m tests.kill`: the whole matrix, or one configuration of it; exit status 1 where a change was not told once.

matrix -> parts, each a trial in a process of its own -> reports -> more trials for the moments left -> one table
"""

import multiprocessing
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from tests.kill import weather
from tests.kill.ledger import Database
from tests.kill.stage import Layout
from tests.kill.table import print_table
from tests.kill.trial import Report, Trial, run_apart

# Which part of the kills falls to which configuration.
MATRIX: Sequence[tuple[Database, int, float]] = (("sqlite", 1, 0.34), ("postgresql", 1, 0.24), ("postgresql", 3, 0.42))
KILLS_IN_A_PART = 90
# So often a configuration with moments on the way left gets such a part of its kills again.
REST_ROUNDS = 5
REST_OF = 10


@dataclass(frozen=True)
class Share:
    """The kills of a configuration, and where its trials keep their board."""

    layout: Layout
    kills: int
    board: Path

    @property
    def rest(self) -> int:
        """How many kills more it gets while there are moments left; a short run is no hunt for all of them."""
        return self.kills // REST_OF if self.kills >= KILLS_IN_A_PART else 0


def parts(share: Share, seed: int, kinds: tuple[str, ...]) -> list[Trial]:
    """Split the kills of a configuration into trials of about the same length."""
    kills, number = share.kills, max(1, round(share.kills / KILLS_IN_A_PART))
    return [
        Trial(kills * (at + 1) // number - kills * at // number, seed * 1000 + at, share.layout, kinds, share.board)
        for at in range(number)
    ]


def run_matrix(shares: Sequence[Share], seed: int, kinds: tuple[str, ...], jobs: int) -> dict[str, Report]:
    """Do the trials of all configurations, then a few more of those with moments on the way left."""
    reports = run_all([trial for share in shares for trial in parts(share, seed, kinds)], jobs)
    for more in range(1, REST_ROUNDS + 1):
        unfinished = [share for share in shares if share.rest and _has_left(reports[share.layout.name])]
        trials = [Trial(one.rest, seed * 1000 - more, one.layout, kinds, one.board) for one in unfinished]
        for name, report in run_all(trials, jobs).items():
            reports[name].add(report)
    return reports


def _has_left(report: Report) -> bool:
    return bool(report.moments.left_on_the_way)


def run_all(trials: Iterable[Trial], jobs: int) -> dict[str, Report]:
    """Do all trials, a few at once, and return the reports by configuration."""
    reports: defaultdict[str, Report] = defaultdict(Report)
    # The largest stages first: at the end nobody waits for one.
    ordered = sorted(trials, key=lambda one: -one.layout.replicas)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(run_apart, one): one for one in ordered}
        for done in as_completed(running):
            name, report = running[done].layout.name, done.result()
            reports[name].add(report)
            state = "ok" if report.verdict.holds else "NOT ONCE"
            typer.echo(f"{name}: {report.kills} kills in {report.seconds:.0f} s, {state}", err=True)
    return dict(sorted(reports.items()))


def main(
    kills: Annotated[int, typer.Option(min=1, help="How often a bot is killed, in all.")] = 2400,
    database: Annotated[Database | None, typer.Option(help="Only this one; default: the matrix.")] = None,
    replicas: Annotated[int, typer.Option(min=1, max=5, help="Bots at once, where a database is named.")] = 1,
    seed: Annotated[int, typer.Option(help="What happens by chance happens the same way again, as far as it can.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Trials at once; more of them than there are cores are slower.")] = 4,
    kinds: Annotated[str, typer.Option("--weather", help=weather.HELP)] = ",".join(weather.ALL),
) -> None:
    """Kill the bot, and see whether every review change reaches its channels exactly once."""
    chosen = weather.read_kinds(kinds)
    if database == "sqlite" and replicas > 1:
        raise typer.BadParameter("several replicas need PostgreSQL")
    matrix = MATRIX if database is None else ((database, replicas, 1.0),)
    with TemporaryDirectory(prefix="cams-bot-boards-") as boards:
        shares = [
            Share(Layout(kind, number), max(1, round(kills * part)), Path(boards, f"{kind}-{number}"))
            for kind, number, part in matrix
        ]
        reports = run_matrix(shares, seed, chosen, jobs)
    print_table(reports)
    raise typer.Exit(0 if all(report.verdict.holds for report in reports.values()) else 1)


if __name__ == "__main__":
    typer.run(main)
