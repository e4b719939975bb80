"""How long a sweep of an account takes whose server grants 10 calls a second, and what a person feels of it.

plan -> sweeping.trials: all sweeps at the same time, each of an account of its own -> medians

SWEEP_WABAS makes the sweeps shorter, to try things out.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.rows import ROUNDS, Row, StrictRow
from benchmarks.sweeping.server import JITTER
from benchmarks.sweeping.trials import REPLICAS, Load, Outcome, Trial, measure
from benchmarks.sweeping.windows import LIMIT, WINDOWS

WABAS = int(os.environ.get("SWEEP_WABAS", "3000"))
IDEAL = WABAS / LIMIT
# A person calls about once a second, and has part of the quota.
BESIDE_A_PERSON = WABAS * 9 // 10
KINDS = tuple(WINDOWS)
LATE = (
    "The server counts when its jitter is over. Of a call it is known only that it was counted before its answer came,"
    " so a permit rests for a second after that: the jitter, 0.15 s on average, is lost. Who sends earlier is refused"
    " when a slow call is followed by a quick one, and nothing but an answer tells which call was slow: no method that"
    " is never refused is quicker."
)


@dataclass(frozen=True)
class Group:
    """The trials of one row."""

    what: str
    target: float
    trials: Sequence[Trial]
    note: str = ""


def rows() -> list[Row]:
    """Sweep, all at once: about six minutes."""
    groups = [*map(_of_a_window, KINDS), _of_replicas(), _late()]
    during, among = _with_a_person(1), _with_a_person(REPLICAS)
    trials = [[*group.trials] for group in groups] + [during, among, _persons_alone()]
    outcomes, load = asyncio.run(measure([trial for some in trials for trial in some]))
    found = iter(outcomes)
    *swept, one, several, alone = [[next(found) for _ in some] for some in trials]
    *measured, late = [_swept(group, some) for group, some in zip(groups, swept, strict=True)]
    persons = [_person("a sweep", one, alone, _load(load)), _person(f"a sweep of {REPLICAS} replicas", several, alone)]
    return [*measured, *persons, late]


def _of_a_window(window: str) -> Group:
    return Group(f"against a {window}", 1.05, [Trial(window, WABAS)] * ROUNDS)


def _of_replicas() -> Group:
    trials = [Trial(window, WABAS, replicas=REPLICAS) for window in KINDS * 2]
    return Group(f"{REPLICAS} replicas on PostgreSQL, against each of the three", 1.06, trials)


def _late() -> Group:
    trials = [Trial(window, WABAS, late=True) for window in KINDS * 2]
    return Group("where a call counts only after its jitter", 1.2, trials, LATE)


def _with_a_person(replicas: int) -> list[Trial]:
    return [Trial(window, BESIDE_A_PERSON, replicas=replicas, person=True) for window in (KINDS * 2)[:ROUNDS]]


def _persons_alone() -> list[Trial]:
    return [Trial(window, 0, person=True, seconds=IDEAL) for window in (KINDS * 2)[:ROUNDS]]


def _swept(group: Group, outcomes: Sequence[Outcome]) -> Row:
    seconds = median(outcome.seconds for outcome in outcomes)
    slowest = max(outcome.seconds for outcome in outcomes)
    return StrictRow(
        what=f"sweep of {WABAS:,} WABAs, jitter 0-{JITTER * 1e3:.0f} ms: {group.what}",
        against=f"{WABAS:,} / {LIMIT} s",
        ours=f"{seconds:.1f} s",
        theirs=f"{IDEAL:.0f} s",
        ratio=seconds / IDEAL,
        target=group.target,
        at_least=False,
        note=f"{_counted(outcomes)}; the slowest of {len(outcomes)} took {slowest:.1f} s. {group.note}".strip(),
        spoilt=_refused(outcomes) + sum(WABAS - outcome.seen for outcome in outcomes),
    )


def _person(what: str, during: Sequence[Outcome], without: Sequence[Outcome], note: str = "") -> Row:
    ours, theirs = (_p99([wait for outcome in both for wait in outcome.waits]) for both in (during, without))
    said = f"{sum(len(outcome.waits) for outcome in during):,} calls of persons, in other sweeps than those above"
    return StrictRow(
        what=f"a person's call during {what}, p99",
        against="without the sweep",
        ours=f"{ours * 1e3:.0f} ms",
        theirs=f"{theirs * 1e3:.0f} ms",
        ratio=(ours - theirs) * 1e3,
        target=200,
        at_least=False,
        unit="ms",
        note=f"{said}: {_counted(during)}. {note}".strip(),
        spoilt=_refused(during),
    )


def _counted(outcomes: Sequence[Outcome]) -> str:
    """Say what the server saw."""
    calls = sum(outcome.count["calls"] for outcome in outcomes)
    most = max(outcome.count["most"] for outcome in outcomes)
    span = min(outcome.count["span"] for outcome in outcomes)
    said = (
        f"{calls:,} calls by the server's clock, {_refused(outcomes)} refused, {most} at most in any second,"
        f" {LIMIT + 1} never within less than {span:.3f} s"
    )
    others = sorted({code or "no answer" for outcome in outcomes for code in outcome.codes} - {"OK"})
    return f"{said}, others than OK: {', '.join(others)}" if others else said


def _load(load: Load) -> str:
    return (
        f"All sweeps ran at once: the cores were {load.busy:.0%} busy with all that ran, the server took"
        f" {load.server:.0%} of one and was never held up for more than {load.stall * 1e3:.0f} ms, the busiest client"
        f" took {load.client:.0%}."
    )


def _refused(outcomes: Iterable[Outcome]) -> int:
    return sum(outcome.count["refused"] for outcome in outcomes)


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100)[98]
