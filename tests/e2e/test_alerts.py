"""Review changes, from CAMS to the channels that have to know, on each kind of database.

A poll and a delivery take their seconds, so all stories of this file happen at once, each in channels and with WABAs of
its own; each test looks at one of them. That nothing else came is seen by a later alert: a channel gets its alerts in
order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from sandbox.cams import Space
from sandbox.slack import Message
from tests.e2e.reading import buttons, row, shown, title
from tests.fixtures.world import ALERT_SECONDS, Setup, World, name_of

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


@dataclass(frozen=True)
class Told:
    """What became of a WABA: the alerts in a channel as they came, the changes that they tell, what was answered."""

    space: Space
    alerts: list[Message]
    changes: list[str]
    answer: Message | None = None


Story = Callable[[World], Awaitable[Told]]


async def rejected_then_approved(world: World) -> Told:
    channel, space = world.new_channel().id, world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}", channel)
    return await _moved(world, space, channel, "REJECTED", "APPROVED")


async def in_two_channels(world: World) -> Told:
    first, second, space = world.new_channel().id, world.new_channel().id, world.new_space("PENDING")
    for channel in (first, second):
        await world.says("operator", f"/cams watch {space.id}", channel)
    await _moved(world, space, first, "REJECTED", "APPROVED")
    alerts = await world.alerts(2, second)
    return Told(space, alerts, await world.changes(space.id, alerts))


async def watched_twice(world: World) -> Told:
    channel, space = world.new_channel().id, world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}", channel)
    answer = await world.says("operator", f"/cams watch {space.id}", channel)
    return replace(await _moved(world, space, channel, "REJECTED", "APPROVED"), answer=answer)


async def no_longer_watched(world: World) -> Told:
    channel, left, kept = world.new_channel().id, world.new_space("PENDING"), world.new_space("PENDING")
    for space in (left, kept):
        await world.says("operator", f"/cams watch {space.id}", channel)
    answer = await world.says("operator", f"/cams unwatch {left.id}", channel)
    world.cams.world.review(left.id, "REJECTED")
    return replace(await _moved(world, kept, channel, "REJECTED", "APPROVED"), answer=answer)


async def watched_again(world: World) -> Told:
    channel, space = world.new_channel().id, world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}", channel)
    await world.says("operator", f"/cams unwatch {space.id}", channel)
    world.cams.world.review(space.id, "REJECTED")
    await world.says("operator", f"/cams watch {space.id}", channel)
    return await _moved(world, space, channel, "APPROVED")


async def seen_by_a_person_first(world: World) -> Told:
    channel, space = world.new_channel().id, world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}", channel)
    world.cams.world.review(space.id, "REJECTED")
    answer = await world.says("viewer", f"/cams waba {space.id}", channel)
    await world.alerts(1, channel)
    world.cams.world.review(space.id, "APPROVED")
    alerts = await world.alerts(2, channel)
    return Told(space, alerts, await world.changes(space.id, alerts), answer)


STORIES: tuple[Story, ...] = (
    rejected_then_approved,
    in_two_channels,
    watched_twice,
    no_longer_watched,
    watched_again,
    seen_by_a_person_first,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(running: World) -> Mapping[Story, Told]:
    """How each story ended."""
    results = await asyncio.gather(*(story(running) for story in STORIES))
    return dict(zip(STORIES, results, strict=True))


async def test_the_first_sight_is_silent_and_each_change_after_it_is_told_once(told: Mapping[Story, Told]) -> None:
    assert told[rejected_then_approved].changes == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_each_of_two_channels_is_told_once(told: Mapping[Story, Told]) -> None:
    assert told[in_two_channels].changes == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_a_channel_that_watches_twice_is_told_once(told: Mapping[Story, Told]) -> None:
    assert told[watched_twice].changes == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_who_watches_twice_is_told_so(told: Mapping[Story, Told]) -> None:
    answer = told[watched_twice].answer

    assert answer is not None
    assert "already go to this channel" in shown(answer)


async def test_a_channel_that_no_longer_watches_is_told_nothing(told: Mapping[Story, Told]) -> None:
    assert told[no_longer_watched].changes == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_unwatch_says_that_it_is_done(told: Mapping[Story, Told]) -> None:
    answer = told[no_longer_watched].answer

    assert answer is not None
    assert "no longer go to this channel" in shown(answer)


async def test_who_watches_again_begins_with_a_new_baseline(told: Mapping[Story, Told]) -> None:
    assert told[watched_again].changes == ["REJECTED → APPROVED"]


async def test_a_change_that_a_person_saw_first_is_still_told_once(told: Mapping[Story, Told]) -> None:
    assert told[seen_by_a_person_first].changes == ["PENDING → REJECTED", "REJECTED → APPROVED"]


async def test_an_alert_says_what_it_means_and_what_to_do(told: Mapping[Story, Told]) -> None:
    text = shown(told[rejected_then_approved].alerts[0])

    assert ":no_entry: It may not send messages. Meta has rejected this account." in text
    assert "What to do: Open Meta's Business Support Home, read the reason, mend what it names" in text


async def test_an_alert_says_which_account_and_where(told: Mapping[Story, Told]) -> None:
    space, alert = told[rejected_then_approved].space, told[rejected_then_approved].alerts[0]

    assert space.waba is not None
    assert (row(alert, "Space"), row(alert, "WABA")) == (space.id, space.waba.id)


async def test_an_alert_says_since_when_the_old_status_stood_at_least(
    running: World, told: Mapping[Story, Told]
) -> None:
    space, alert = told[watched_again].space, told[watched_again].alerts[0]
    watch = await running.store.watch(space.id)

    assert watch is not None
    assert watch.first_seen_at is not None
    assert row(alert, "Before") == f"REJECTED since at least {watch.first_seen_at:%Y-%m-%d %H:%M} UTC"


async def test_a_card_says_what_it_was_and_since_when_it_is_so(running: World, told: Mapping[Story, Told]) -> None:
    space, alert = told[rejected_then_approved].space, told[rejected_then_approved].alerts[0]
    [_, first] = await running.store.transitions(space.id, 2)

    assert title(alert) == f"{name_of(space)}: PENDING → REJECTED"
    assert (row(alert, "Was"), row(alert, "Since")) == ("PENDING", f"{first.seen_at:%Y-%m-%d %H:%M} UTC")


async def test_a_card_has_its_buttons_and_is_for_everybody(told: Mapping[Story, Told]) -> None:
    alert = told[rejected_then_approved].alerts[0]
    look = ["Refresh now", "What does this mean?", "Open in console"]

    assert buttons(alert) == ["Acknowledge", "Assign to…", "Snooze…", *look]
    assert alert.ephemeral_to == ""


async def test_a_later_change_is_told_in_the_thread_of_the_card_and_in_the_channel(told: Mapping[Story, Told]) -> None:
    card, line = told[rejected_then_approved].alerts

    assert (line.thread_ts, line.subtype) == (card.ts, "thread_broadcast")
    assert "REJECTED → APPROVED. It may send messages." in shown(line)


async def test_when_all_is_well_again_the_card_says_so(running: World, told: Mapping[Story, Told]) -> None:
    card = told[rejected_then_approved].alerts[0]

    def now() -> Message | None:
        found = running.slack.workspace.timeline.get(card.channel, card.ts)
        return found if found is not None and "all is well" in found.text else None

    closed = await running.slack.wait_for(now, ALERT_SECONDS)

    assert title(closed) == f"{name_of(told[rejected_then_approved].space)}: all is well again"
    assert closed.metadata == card.metadata


async def test_a_notification_says_it_in_a_sentence(told: Mapping[Story, Told]) -> None:
    space, alert = told[rejected_then_approved].space, told[rejected_then_approved].alerts[0]

    assert alert.text.startswith(f"{name_of(space)}: PENDING → REJECTED since ")
    assert "It may not send messages." in alert.text


async def test_refresh_shows_where_the_account_stands_now(world: World, told: Mapping[Story, Told]) -> None:
    alert, viewer = told[watched_again].alerts[0], world.person("viewer")
    answer = await world.next_message("viewer", lambda: viewer.press(alert, "waba.refresh"), alert.channel)

    assert "APPROVED: Meta has approved this account." in shown(answer)


async def test_open_in_console_needs_no_answer(world: World, told: Mapping[Story, Told]) -> None:
    alert = told[watched_again].alerts[0]
    ack = await world.person("viewer").press(alert, "console")

    assert ack.ok
    assert alert.blocks[-1]["elements"][1]["url"].startswith("https://chatapp.console.alibabacloud.com/")


async def test_unwatching_what_is_not_watched_says_so(world: World) -> None:
    answer = await world.says("operator", f"/cams unwatch {world.new_space().id}")

    assert "did not go to this channel" in shown(answer)


async def test_a_space_that_cams_does_not_show_is_not_watched(world: World) -> None:
    answer = await world.says("operator", "/cams watch cams-nowhere")

    assert "code Unknown.ResourceOwnerId" in shown(answer)
    assert await world.store.subscriptions(space_id="cams-nowhere") == []


async def test_watches_shows_space_status_and_channel(world: World) -> None:
    space = world.new_space("DEFERRED")
    await world.says("operator", f"/cams watch {space.id}")
    message = await world.says("viewer", "/cams watches")
    [line] = [line for line in shown(message).splitlines() if line.startswith(f"{space.id} ")]

    assert "DEFERRED" in line
    assert f"#{world.channel_id}" in line


async def _moved(world: World, space: Space, channel: str, *statuses: str) -> Told:
    """Move a WABA on, each time when the last change has been told, and return each alert as it came."""
    came: list[Message] = []
    for number, status in enumerate(statuses, start=1):
        world.cams.world.review(space.id, status)
        came.append((await world.alerts(number, channel))[number - 1])
    return Told(space, came, await world.changes(space.id, await world.alerts(len(came), channel)))
