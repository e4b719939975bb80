"""A short run of the kill matrix; `make kill-matrix` is the long one."""

from pathlib import Path

import pytest

from tests.kill.stage import Layout
from tests.kill.trial import Trial, run
from tests.kill.weather import ALL

pytestmark = pytest.mark.e2e
CONFIGURATIONS = (
    Trial(16, 1, Layout("sqlite"), ALL),
    Trial(14, 2, Layout("postgresql"), ALL),
    Trial(15, 3, Layout("postgresql", 3), ALL),
)


@pytest.mark.parametrize("trial", CONFIGURATIONS, ids=lambda trial: trial.layout.name)
async def test_every_change_is_told_once_through_kills(trial: Trial, tmp_path: Path) -> None:
    report = await run(trial, tmp_path)

    assert report.kills > trial.kills / 2
    assert report.verdict.owed > trial.kills
    assert report.verdict.holds, report.verdict.details
