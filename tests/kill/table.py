"""What came of the trials, for a terminal."""

from collections.abc import Iterable, Mapping, Sequence

import typer

from tests.kill.hunt import Moments
from tests.kill.trial import Report

# So many moments at which nobody died are named.
PLACES = 12
COLUMNS = (
    "configuration",
    "kills",
    "awaits",
    "besides",
    "troubles",
    "restarts",
    "changes",
    "owed",
    "messages",
    "lost",
    "doubled",
    "out of order",
    "strange",
    "stale",
    "taken away",
    "callbacks",
    "ended",
    "seconds",
)


def print_table(reports: Mapping[str, Report]) -> None:
    """Print a line for each configuration and one for all, and the first of what was wrong.

    Each await is two moments: the waiting begins, and it is over. `awaits` are those that a change without trouble
    passes on its way to its recorded message: a bot was killed at so many of how many; `besides` are all others.
    `troubles` are what went wrong besides, among them `restarts` of the database's server, where a trial has its own.
    `owed` counts a change once for each of its channels; `strange` was told and never made; `stale` are cards that show
    what is not so any more; `taken away` are messages that were deleted again; `callbacks` is the longest way of a
    change to its last message; `ended` are lives that ended without being killed; `seconds` are those of the longest
    trial.
    """
    whole = _whole(list(reports.values()))
    rows = [COLUMNS, *(_row(name, [report]) for name, report in reports.items()), _row("all", list(reports.values()))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    for row in rows:
        typer.echo(
            "  ".join(
                cell.rjust(width) if at else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    for detail in whole.verdict.details:
        typer.echo(detail)
    for name, report in reports.items():
        for place in report.moments.left_on_the_way[:PLACES]:
            typer.echo(f"{name}: nobody died at {place}")
    for folder in whole.logs:
        typer.echo(f"The logs are in {folder}.")


def _whole(reports: Iterable[Report]) -> Report:
    whole = Report()
    for report in reports:
        whole.add(report)
    return whole


def _row(name: str, reports: Sequence[Report]) -> tuple[str, ...]:
    report = _whole(reports)
    verdict = report.verdict
    numbers = (
        report.kills,
        # The same place in two configurations is two.
        _struck([(one.moments, one.moments.on_the_way) for one in reports]),
        _struck([(one.moments, one.moments.met) for one in reports]),
        report.troubles,
        report.restarts,
        report.changes,
        verdict.owed,
        verdict.messages,
        verdict.lost,
        verdict.doubled,
        verdict.disordered,
        verdict.strange,
        verdict.stale,
        report.removed,
        report.callbacks,
        report.ended,
        round(report.seconds),
    )
    return (name, *map(str, numbers))


def _struck(known: Sequence[tuple[Moments, Mapping[int, str]]]) -> str:
    total = sum(len(mine) for _, mine in known)
    return f"{total - sum(len(moments.left(mine)) for moments, mine in known)}/{total}"
