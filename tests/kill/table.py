"""What came of the trials, for a terminal."""

from collections.abc import Mapping

import typer

from tests.kill.trial import Report

COLUMNS = (
    "configuration",
    "kills",
    "troubles",
    "changes",
    "owed",
    "messages",
    "lost",
    "doubled",
    "out of order",
    "strange",
    "taken away",
    "callbacks",
    "ended",
    "seconds",
)


def print_table(reports: Mapping[str, Report]) -> None:
    """Print a line for each configuration and one for all, and the first of what was wrong.

    `owed` counts a change once for each of its channels; `strange` was told and never made; `taken away` are messages
    that were deleted again; `callbacks` is the longest way of a change to its last message; `ended` are lives that
    ended without being killed; `seconds` are those of the longest trial.
    """
    whole = Report()
    for report in reports.values():
        whole.add(report)
    rows = [COLUMNS, *(_row(name, report) for name, report in reports.items()), _row("all", whole)]
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
    for folder in whole.logs:
        typer.echo(f"The logs are in {folder}.")


def _row(name: str, report: Report) -> tuple[str, ...]:
    verdict = report.verdict
    numbers = (
        report.kills,
        report.troubles,
        report.changes,
        verdict.owed,
        verdict.messages,
        verdict.lost,
        verdict.doubled,
        verdict.disordered,
        verdict.strange,
        report.removed,
        report.callbacks,
        report.ended,
        round(report.seconds),
    )
    return (name, *map(str, numbers))
