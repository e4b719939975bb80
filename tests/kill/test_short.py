"""A short run of the kill matrix, all configurations at once; `make kill-matrix` is the long one."""

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from tests.fixtures.databases import NoServerError, go_without
from tests.kill.stage import Layout
from tests.kill.trial import Report, Trial, run_apart
from tests.kill.weather import ALL

pytestmark = pytest.mark.e2e
SQLITE, POSTGRESQL, REPLICAS = Layout("sqlite"), Layout("postgresql"), Layout("postgresql", replicas=3)
TRIALS = (Trial(8, 1, SQLITE, ALL), Trial(12, 2, POSTGRESQL, ALL), Trial(20, 3, REPLICAS, ALL))


@pytest.fixture(scope="module")
def reports() -> Iterator[Mapping[Trial, Future[Report]]]:
    with ProcessPoolExecutor(len(TRIALS), multiprocessing.get_context("spawn")) as pool:
        yield {trial: pool.submit(run_apart, trial) for trial in TRIALS}


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.layout.name)
def test_every_change_is_told_once_through_kills(trial: Trial, reports: Mapping[Trial, Future[Report]]) -> None:
    try:
        report = reports[trial].result()
    except NoServerError as error:
        go_without(error)

    assert report.kills > trial.kills / 2
    assert report.verdict.owed > trial.kills
    assert report.verdict.holds, report.verdict.details
