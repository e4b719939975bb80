"""Slack renews connections, and lines break. A slash command is sent once, so one that is lost is lost for good."""

import asyncio

import pytest

from sandbox.slack import Ack
from sandbox.slack.socket_mode import Reason
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_bot_keeps_two_connections(world: World) -> None:
    await _whole_again(world)

    assert len(world.slack.socket.connections) == 2


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_no_command_is_lost_while_slack_renews_the_connections(world: World, reason: Reason) -> None:
    await _whole_again(world)
    stop = asyncio.Event()
    commands = asyncio.create_task(_command_until(world, stop))
    for connection in list(world.slack.socket.connections):
        await world.slack.socket.disconnect(reason, only=connection)
        await _whole_again(world)
    stop.set()
    acks = await commands
    answers = [message for message in world.person("viewer").messages(world.channel) if message.user != "USLACKBOT"]

    assert [ack.problem for ack in acks if not ack.ok] == []
    assert len(answers) == len(acks)


async def test_the_bot_comes_back_when_its_lines_break(world: World) -> None:
    await _whole_again(world)
    before = list(world.slack.socket.connections)
    world.slack.socket.drop()
    await world.slack.wait_for(lambda: not set(before) & set(world.slack.socket.connections))
    await _whole_again(world)
    message = await world.says("viewer", "/cams help")

    assert message.text == "What cams-bot can do"


async def test_one_broken_line_is_covered_by_the_other(world: World) -> None:
    await _whole_again(world)
    broken = world.slack.socket.connections[0]
    world.slack.socket.drop(broken)
    await world.slack.wait_for(lambda: broken not in world.slack.socket.connections)
    message = await world.says("viewer", "/cams help")

    assert message.text == "What cams-bot can do"


async def _whole_again(world: World) -> None:
    """Wait until there are two connections again, none of them about to go."""
    await world.slack.wait_for(lambda: sum(not one.leaving for one in world.slack.socket.connections) == 2, 20)


async def _command_until(world: World, stop: asyncio.Event) -> list[Ack]:
    """Type one command after another, each answered before the next."""
    acks = []
    while not stop.is_set():
        before = len(world.person("viewer").messages(world.channel))
        acks.append(await world.person("viewer").command("/cams help", world.channel))
        await world.slack.wait_for(lambda: len(world.person("viewer").messages(world.channel)) > before)  # noqa: B023 - awaited at once
    return acks
