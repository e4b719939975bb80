"""A channel that takes no alerts any more: they go to the fallback channel, with the reason, and its owner is told."""

from collections.abc import Callable

import pytest

from sandbox.slack import Message, Person
from tests.e2e.reading import shown
from tests.fixtures.world import World, eventually

Ends = Callable[[Person, str], object]


def archives(person: Person, channel: str) -> None:
    person.archive(channel)


def throws_out(person: Person, channel: str) -> None:
    person.kick(channel)


@pytest.mark.parametrize(
    ("ends", "reason"),
    [(archives, "It was archived."), (throws_out, "I was put out of it.")],
    ids=["archived", "kicked"],
)
async def test_the_alerts_of_a_lost_channel_go_elsewhere_and_its_owner_is_told(
    new_world: World, ends: Ends, reason: str
) -> None:
    lost, space = new_world.new_channel(is_private=True).id, new_world.new_space("PENDING")
    await new_world.start_bot(BOT_ALERT_CHANNEL=new_world.channel_id)
    await new_world.says("operator", f"/cams watch {space.id}", lost)
    ends(new_world.person("operator"), lost)
    told = await _direct_message(new_world)
    new_world.cams.world.review(space.id, "REJECTED")
    [alert] = await new_world.alerts(1)

    assert reason in shown(told)
    assert "Meant for" in shown(alert)
    assert "PENDING → REJECTED" in shown(alert)


async def test_a_channel_that_is_back_gets_its_alerts_again(new_world: World) -> None:
    lost, space = new_world.new_channel().id, new_world.new_space("PENDING")
    await new_world.start_bot(BOT_ALERT_CHANNEL=new_world.channel_id)
    await new_world.says("operator", f"/cams watch {space.id}", lost)
    new_world.person("operator").archive(lost)
    new_world.cams.world.review(space.id, "REJECTED")
    await new_world.alerts(1)
    new_world.person("operator").unarchive(lost)
    await _invited(new_world, lost)
    new_world.cams.world.review(space.id, "DISABLED")
    alerts = await new_world.alerts(1, lost)

    assert "REJECTED → DISABLED" in shown(alerts[0])


async def _invited(world: World, channel: str) -> None:
    """Archiving puts the bot out of a channel as it does everybody."""
    if world.slack.workspace.app.user not in world.slack.channel(channel).members:
        world.person("operator").invite(channel)


async def _direct_message(world: World) -> Message:
    """Wait for what the bot tells the operator in their own talk."""

    async def find() -> Message | None:
        talk = world.person("operator").user.id
        found = world.slack.workspace.timeline.all(lambda one: bool(one.bot_id) and talk in _members(world, one))
        return found[-1] if found else None

    return await eventually(find)


def _members(world: World, message: Message) -> set[str]:
    channel = world.slack.workspace.channels[message.channel]
    return set(channel.members) if channel.is_im else set()
