"""Many sweeps at once, each of an account of its own, for each lasts five minutes and takes next to no processor.

trials -> a server for all, jobs for a few processes -> a common start -> what each process did, what the server counted
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.rows import in_child
from benchmarks.sweeping.replica import Done, Job, Replica
from benchmarks.sweeping.server import Account, Count, Report
from benchmarks.sweeping.windows import LIMIT
from tests.fixtures.databases import fresh_schema

REPLICAS = 3
ALONE = 3
"""Processes that share the trials of one process among them."""
STARTING = 10.0
"""Seconds until every process is ready."""
LONGEST = 1.35
"""Times the ideal: a sweep that takes longer has gone wrong, and ends."""


@dataclass(frozen=True)
class Trial:
    """One account: how its server counts, who sweeps how many WABAs, and whether a person calls one of them meanwhile.

    ``seconds`` is for how long a person calls who is alone.
    """

    window: str
    wabas: int
    late: bool = False
    replicas: int = 1
    person: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of a trial: seconds from the common start to the end, what the server counted, what we met."""

    seconds: float
    count: Count
    seen: int
    codes: Mapping[str, int]
    waits: Sequence[float]


@dataclass(frozen=True)
class Load:
    """What it cost: the share of all cores that was busy, cores that the server and the busiest client took.

    ``stall`` is for how many seconds the server was ever kept from its work.
    """

    busy: float
    server: float
    client: float
    stall: float


@dataclass(frozen=True)
class _Listening:
    process: subprocess.Popen[str]
    urls: Sequence[str]


@dataclass(frozen=True)
class _Share:
    """What one process does: jobs, and of which trial each is."""

    trials: Sequence[int]
    jobs: Sequence[Job]
    shared: bool


async def measure(trials: Sequence[Trial]) -> tuple[list[Outcome], Load]:
    """Run all trials at once."""
    with _server([Account(window=trial.window, late=trial.late) for trial in trials]) as server:
        async with _database() as database:
            start, before = time.monotonic() + STARTING, _processor()
            replicas = await _replicas(_shares(trials, server.urls), database, start, _patience(trials))
            elapsed, after = time.monotonic() - start, _processor()
        report = _report(server)
    outcomes = [_outcome(_of_trial(replicas, index), count) for index, count in enumerate(report["counts"])]
    busy = 1 - (after[1] - before[1]) / (after[0] - before[0])
    clients = max(replica["cpu"] for replica, _ in replicas)
    return outcomes, Load(busy, report["cpu"] / elapsed, clients / elapsed, report["stall"])


def _shares(trials: Sequence[Trial], urls: Sequence[str]) -> list[_Share]:
    alone = [index for index, trial in enumerate(trials) if trial.replicas == 1]
    together = [index for index, trial in enumerate(trials) if trial.replicas > 1]
    parts = [(alone[first::ALONE], 0, False) for first in range(ALONE)]
    parts += [(together, replica, True) for replica in range(REPLICAS)]
    return [
        _Share(part, [_job(trials[index], urls[index], index, replica) for index in part], shared)
        for part, replica, shared in parts
        if part
    ]


def _job(trial: Trial, url: str, index: int, replica: int) -> Job:
    return Job(
        url=url,
        account=f"account {index}" if trial.replicas > 1 else "",
        wabas=len(range(replica, trial.wabas, trial.replicas)),
        # A person calls one replica.
        person=trial.person and replica == 0,
        by_arrival=not trial.late,
        seconds=trial.seconds or trial.wabas / LIMIT * LONGEST,
    )


async def _replicas(
    shares: Sequence[_Share], database: str, start: float, patience: float
) -> list[tuple[Replica, Sequence[int]]]:
    replicas = await asyncio.gather(
        *(
            asyncio.to_thread(
                in_child,
                "benchmarks.sweeping.replica:run",
                share.jobs,
                database if share.shared else "",
                start,
                timeout=patience,
            )
            for share in shares
        )
    )
    return [(replica, share.trials) for replica, share in zip(replicas, shares, strict=True)]


def _patience(trials: Sequence[Trial]) -> float:
    return 2 * STARTING + LONGEST * max(trial.wabas / LIMIT + trial.seconds for trial in trials)


def _of_trial(replicas: Sequence[tuple[Replica, Sequence[int]]], trial: int) -> list[Done]:
    return [
        done
        for replica, trials in replicas
        for index, done in zip(trials, replica["done"], strict=True)
        if index == trial
    ]


def _outcome(done: Sequence[Done], count: Count) -> Outcome:
    codes: Counter[str] = Counter()
    for one in done:
        codes.update(one["codes"])
    return Outcome(
        max(one["ended"] for one in done) - min(one["began"] for one in done),
        count,
        sum(one["seen"] for one in done),
        codes,
        [wait for one in done for wait in one["waits"]],
    )


@contextmanager
def _server(accounts: Sequence[Account]) -> Iterator[_Listening]:
    command = [sys.executable, "-m", "benchmarks.sweeping.server", json.dumps(accounts)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - our own
        # Leaving closes its standard input, and that ends it.
        ports = json.loads(process.stdout.readline()) if process.stdout else []
        yield _Listening(process, [f"http://127.0.0.1:{port}" for port in ports])


def _report(server: _Listening) -> Report:
    output, _ = server.process.communicate()
    report: Report = json.loads(output)
    return report


@asynccontextmanager
async def _database() -> AsyncIterator[str]:
    try:
        async with fresh_schema() as url:
            yield url
    except (pytest.skip.Exception, pytest.fail.Exception) as exc:
        # These would end all of the benchmarks.
        raise RuntimeError(str(exc)) from exc


def _processor() -> tuple[int, int]:
    """Return the ticks of all cores since the start of the machine, and those they were idle, by proc(5)."""
    ticks = [int(field) for field in Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]
