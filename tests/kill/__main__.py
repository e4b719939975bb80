"""`python -m tests.kill`: the whole matrix, or one configuration of it; exit status 1 where a change was not told once.

matrix -> parts, each a trial in a process of its own -> reports -> one table
"""

import multiprocessing
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
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


def parts(kills: int, layout: Layout, seed: int, kinds: tuple[str, ...]) -> list[Trial]:
    """Split the kills of a configuration into trials of about the same length."""
    number = max(1, round(kills / KILLS_IN_A_PART))
    return [
        Trial(kills * (at + 1) // number - kills * at // number, seed * 1000 + at, layout, kinds, at, number)
        for at in range(number)
    ]


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
    trials = [
        trial
        for kind, number, share in matrix
        for trial in parts(max(1, round(kills * share)), Layout(kind, number), seed, chosen)
    ]
    reports = run_all(trials, jobs)
    print_table(reports)
    raise typer.Exit(0 if all(report.verdict.holds for report in reports.values()) else 1)


if __name__ == "__main__":
    typer.run(main)
