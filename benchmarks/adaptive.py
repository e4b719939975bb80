"""How soon a decided review is seen: by the bot's polling, and by a sweep that goes round without a pause.

plan -> watching.simulated, a child for each seed -> medians
     -> watching.live, a child for each way to watch -> medians

Both ways to watch meet the same changes, under the same quota.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from statistics import fmean, median, quantiles
from typing import Any

from benchmarks.rows import ROUNDS, Row, StrictRow, in_child
from benchmarks.sweeping.windows import LIMIT
from bot.polling import OLDEST, QUOTA

SEEDS = range(1, ROUNDS + 1)
HOURS = 3600
LIVE = (300, 6, 100.0)
"""WABAs, how many of them are in review, and seconds for which reviews are decided."""
ASSUMED = (
    "On a simulated clock. Review times are assumed: 70 % lognormal around 20 min, 30 % around 20 h; settled ones"
    " change once in two years."
)


@dataclass(frozen=True)
class Simulation:
    """One row: how many WABAs, how many of them in review, watched for how long."""

    wabas: int
    pending: int
    hours: int
    target: float


SIMULATIONS = (
    Simulation(1_000, 20, 60, 1 / 30),
    Simulation(1_000, 200, 24, 1 / 5),
    Simulation(100_000, 1_000, 26, 1 / 40),
)


def rows() -> list[Row]:
    """Watch: about four minutes."""
    return [*map(_simulated, SIMULATIONS), _live()]


def _simulated(plan: Simulation) -> Row:
    jobs = [
        ("simulated", how, plan.wabas, plan.pending, plan.hours * HOURS, seed)
        for how in ("adaptive", "swept")
        for seed in SEEDS
    ]
    seen = _children(jobs, os.cpu_count() or 1)
    ours, theirs = seen[: len(SEEDS)], seen[len(SEEDS) :]
    oldest = max(one["oldest"] for one in ours)
    settled = [seconds for one in ours for seconds in one["settled"]]
    share = plan.pending / plan.wabas
    return _row(
        f"{plan.wabas:,} WABAs, {share:.0%} in review, at {LIMIT} looks/s: from a decision to its being seen, mean",
        [one["decided"] for one in ours],
        [one["decided"] for one in theirs],
        plan.target,
        f"No settled one was left alone for more than {oldest / HOURS:.1f} h; of their {len(settled)} changes each was"
        f" seen after {fmean(settled) / 60:.0f} min on average. {ASSUMED}",
        spoilt=int(oldest > OLDEST.total_seconds()),
    )


def _live() -> Row:
    wabas, pending, seconds = LIVE
    ours, theirs = _children([("live", how, *LIVE, list(SEEDS)) for how in ("adaptive", "swept")], at_once=2)
    calls, refused = (sum(one[what] for one in chain(ours, theirs)) for what in ("calls", "refused"))
    return _row(
        f"{wabas} WABAs of a local CAMS, {pending} in review: from a decision to its being seen, mean",
        [one["decided"] for one in ours],
        [one["decided"] for one in theirs],
        1 / 15,
        f"In real time, through the bot's client and quota: {len(SEEDS)} accounts for each, {seconds:.0f} s,"
        f" {calls:,} calls in all, {refused} refused.",
        spoilt=refused,
    )


def _children(jobs: Sequence[tuple[Any, ...]], at_once: int) -> list[Any]:
    """Run each job, a module and a function of benchmarks.watching and its arguments, in a process of its own."""
    with ThreadPoolExecutor(at_once) as threads:
        children = [partial(in_child, f"benchmarks.watching.{module}:{name}", *rest) for module, name, *rest in jobs]
        return list(threads.map(lambda child: child(), children))


def _row(
    what: str,
    ours: Sequence[Sequence[float]],
    theirs: Sequence[Sequence[float]],
    target: float,
    note: str,
    *,
    spoilt: int,
) -> Row:
    return StrictRow(
        what=what,
        against="a sweep without a pause, the same changes",
        ours=f"{median(map(fmean, ours)):.2f} s",
        theirs=f"{median(map(fmean, theirs)):,.1f} s",
        ratio=median(fmean(one) / fmean(other) for one, other in zip(ours, theirs, strict=True)),
        target=target,
        at_least=False,
        note=f"{_spread(ours)}; the sweep: {_spread(theirs)}. The bot plans with {QUOTA:.0f} looks/s. {note}",
        spoilt=spoilt,
    )


def _spread(seeds: Sequence[Sequence[float]]) -> str:
    found = list(chain.from_iterable(seeds))
    return f"{len(found):,} decisions, p50 {median(found):,.1f} s, p95 {quantiles(found, n=20)[-1]:,.1f} s"
