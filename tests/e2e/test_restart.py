"""The bot dies between two changes, in the middle of a delivery, after one; and starts again. On each kind of database.

One crash serves the tests of each database: a bot takes its time to start.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pytest
import pytest_asyncio

from sandbox.slack import Fault, Message
from tests.e2e.reading import row
from tests.fixtures.world import Setup, World, eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize(
        "running",
        [Setup("sqlite"), Setup("postgresql")],
        indirect=True,
        ids=["sqlite", "postgresql"],
        scope="module",
    ),
]
BOTH = ["PENDING → REJECTED", "REJECTED → APPROVED"]


class After(NamedTuple):
    """What stands in a channel afterwards, and which changes that tells."""

    alerts: list[Message]
    changes: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after_a_crash(running: World) -> Mapping[str, After]:
    """The alerts about WABAs that were rejected before, at and after a crash, or not at all, and approved later."""
    spaces = {when: running.new_space("PENDING") for when in ("told before", "owed at", "changed after", "quiet")}
    channels = {when: running.new_channel().id for when in spaces}
    for when, space in spaces.items():
        await running.says("operator", f"/cams watch {space.id}", channels[when])
    running.cams.world.review(spaces["told before"].id, "REJECTED")
    await running.alerts(1, channels["told before"])
    # Posted is not enough: a crash before it is recorded posts it again.
    await eventually(lambda: running.delivered(1))
    running.slack.faults.add(Fault("rate_limited", "chat.postMessage"))
    running.cams.world.review(spaces["owed at"].id, "REJECTED")
    await eventually(lambda: running.store.post_problems(1))
    await running.crash_bot()
    running.cams.world.review(spaces["changed after"].id, "REJECTED")
    running.fair_weather()
    await running.start_bot()
    for when in ("owed at", "changed after"):
        await running.alerts(1, channels[when])
    for space in spaces.values():
        running.cams.world.review(space.id, "APPROVED")
    alerts = {when: await running.alerts(1 if when == "quiet" else 2, channel) for when, channel in channels.items()}
    return {when: After(alerts[when], await running.changes(spaces[when].id, alerts[when])) for when in spaces}


async def test_an_alert_that_was_posted_before_the_crash_is_not_posted_again(
    after_a_crash: Mapping[str, After],
) -> None:
    assert after_a_crash["told before"].changes == BOTH


async def test_an_alert_that_was_owed_at_the_crash_is_posted_once(after_a_crash: Mapping[str, After]) -> None:
    assert after_a_crash["owed at"].changes == BOTH


async def test_a_change_while_the_bot_was_dead_is_told_once(after_a_crash: Mapping[str, After]) -> None:
    assert after_a_crash["changed after"].changes == BOTH


async def test_a_restart_is_no_change_and_keeps_the_baseline(after_a_crash: Mapping[str, After]) -> None:
    assert after_a_crash["quiet"].changes == ["PENDING → APPROVED"]


async def test_a_restart_keeps_since_when(running: World, after_a_crash: Mapping[str, After]) -> None:
    alert = after_a_crash["quiet"].alerts[0]
    watch = await running.store.watch(row(alert, "Space"))

    assert watch is not None
    assert watch.first_seen_at is not None
    assert row(alert, "Before") == f"PENDING since at least {watch.first_seen_at:%Y-%m-%d %H:%M} UTC"
