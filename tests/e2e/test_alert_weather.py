"""Alerts while Slack or CAMS is in trouble."""

import pytest
import pytest_asyncio

from sandbox.cams import Fault as CamsFault
from sandbox.cams import Space
from sandbox.slack import Fault
from tests.e2e.reading import row, shown
from tests.fixtures.world import ALERT_SECONDS, World, name_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
RETRY_AFTER = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after_the_storm(running: World) -> list[list[str]]:
    """What was told in four channels whose first post met one trouble each, and then there was another change."""
    watched = [await _watched(running, running.new_channel().id) for _ in range(4)]
    faults = [
        Fault("rate_limited", "chat.postMessage", count=1, seconds=RETRY_AFTER),
        Fault("server_error", "chat.postMessage", count=1),
        Fault("cut_before", "chat.postMessage", count=1),
        Fault("error", "chat.postMessage", count=1, error="internal_error"),
    ]
    for fault in faults:
        running.slack.faults.add(fault)
    for number, status in enumerate(["REJECTED", "APPROVED"], start=1):
        for space, _ in watched:
            running.cams.world.review(space.id, status)
        alerts = [await running.alerts(number, channel) for _, channel in watched]
    if [fault.hits for fault in faults] != [1, 1, 1, 1]:
        raise AssertionError(faults)
    return [await running.changes(space.id, told) for (space, _), told in zip(watched, alerts, strict=True)]


async def test_alerts_that_slack_did_not_take_are_posted_later_and_once(after_the_storm: list[list[str]]) -> None:
    assert after_the_storm == [["PENDING → REJECTED", "REJECTED → APPROVED"]] * 4


async def test_an_alert_waits_for_as_long_as_slack_asks(running: World, after_the_storm: list[list[str]]) -> None:
    posts = [call for call in running.slack.requests if call.method == "chat.postMessage"]
    [refused] = [call for call in posts if call.fault == "rate_limited"]
    again = next(call for call in posts if call.at > refused.at and call.args["channel"] == refused.args["channel"])

    assert (again.at - refused.at).total_seconds() >= RETRY_AFTER


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archived(running: World) -> tuple[Space, str, str]:
    """A WABA whose change is owed to a channel that was archived and to one that was not: both are dealt with."""
    space, gone = await _watched(running, running.new_channel().id)
    other = running.new_channel().id
    await running.says("operator", f"/cams watch {space.id}", other)
    running.slack.workspace.change_channel(running.slack.channel(gone), is_archived=True)
    running.cams.world.review(space.id, "REJECTED")
    await running.logged("a channel takes no posts")
    return space, gone, other


async def test_an_alert_for_an_archived_channel_is_kept_and_shown(
    world: World, archived: tuple[Space, str, str]
) -> None:
    space, gone, _ = archived
    message = await world.says("viewer", "/cams watches")

    assert "Alerts that got stuck" in shown(message)
    assert f"#{gone} {name_of(space)}: PENDING → REJECTED since" in shown(message)
    assert "is_archived: the channel is archived" in shown(message)


async def test_who_had_alerts_sent_to_an_archived_channel_is_told(
    world: World, archived: tuple[Space, str, str]
) -> None:
    _, gone, _ = archived
    operator = world.person("operator")

    def notice() -> str | None:
        said = [shown(message) for message in operator.messages("DM") if not message.ephemeral_to]
        return next((text for text in said if f"#{gone} takes no alerts." in text), None)

    assert "archived" in await world.slack.wait_for(notice, ALERT_SECONDS)


async def test_an_archived_channel_holds_up_no_other(world: World, archived: tuple[Space, str, str]) -> None:
    space, _, other = archived
    [alert] = await world.alerts(1, other)

    assert row(alert, "Space") == space.id


async def test_a_change_while_cams_is_down_is_told_once_it_is_back(world: World) -> None:
    space, channel = await _watched(world, world.channel_id)
    faults = [CamsFault(kind, "QueryChatappBindWaba", count=6) for kind in ("error", "cut_before", "garbage")]
    for fault in faults:
        world.cams.faults.add(fault)
    world.cams.world.review(space.id, "REJECTED")
    await world.alerts(1, channel)
    world.cams.world.review(space.id, "APPROVED")
    alerts = await world.alerts(2, channel)

    assert [fault.hits for fault in faults] == [6, 6, 6]
    assert await world.changes(space.id, alerts) == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_one_space_that_cannot_be_read_stops_no_other(world: World) -> None:
    broken, _ = await _watched(world, world.channel_id)
    healthy, channel = await _watched(world, world.channel_id)
    world.cams.world.spaces[broken.id].waba = None
    world.cams.world.review(healthy.id, "REJECTED")
    [alert] = await world.alerts(1, channel)

    assert row(alert, "Space") == healthy.id


async def _watched(world: World, channel: str) -> tuple[Space, str]:
    space = world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}", channel)
    return space, channel
