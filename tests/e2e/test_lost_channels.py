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
    [(archives, "the channel is archived"), (throws_out, "the bot is not in")],
    ids=["archived", "kicked"],
)
@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
async def test_the_alerts_of_a_lost_channel_go_elsewhere_and_its_owner_is_told_once(
    new_world: World, ends: Ends, reason: str, is_private: bool
) -> None:
    lost, space = new_world.new_channel(is_private=is_private).id, new_world.new_space("PENDING")
    await new_world.start_bot(BOT_ALERT_CHANNEL=new_world.channel_id)
    await new_world.says("operator", f"/cams watch {space.id}", lost)
    ends(new_world.person("operator"), lost)
    await _direct_messages(new_world)
    new_world.cams.world.review(space.id, "REJECTED")
    [alert] = await new_world.alerts(1)
    [told] = await _direct_messages(new_world)

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


async def _direct_messages(world: World) -> list[Message]:
    """Wait for what the bot tells the operator in their own talk."""

    async def find() -> list[Message]:
        talk = world.person("operator").user.id
        return world.slack.workspace.timeline.all(lambda one: bool(one.bot_id) and talk in _members(world, one))

    return await eventually(find)


def _members(world: World, message: Message) -> set[str]:
    channel = world.slack.workspace.channels[message.channel]
    return set(channel.members) if channel.is_im else set()
