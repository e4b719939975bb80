"""Many changes at once, as people deal with them."""

from dataclasses import replace

import pytest

from bot.store.owing import owe
from sandbox.slack import Message
from sandbox.slack.model import utc_now
from tests.e2e.reading import buttons, shown
from tests.fixtures.changes import REJECTED
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANY = 12


async def flood(world: World) -> Message:
    """Let many WABAs be rejected in one moment, and return the message that tells of them."""
    async with world.store._writing() as tx:
        for number in range(MANY):
            change = replace(REJECTED, waba_id=f"waba-{number}", waba_name=f"Kiosk {number}")
            await owe(tx, change, space_of(world, number), [world.channel_id], utc_now())
    head, _part = await world.alerts(2)
    return head


def space_of(world: World, number: int) -> str:
    return f"cams-{world.channel_id}-{number}"


async def presses_all(world: World, head: Message, name: str = "operator") -> str:
    """Let somebody press the button, and return the answer, which may come before or after the line in the thread."""
    return await presses(world, head, "flood.ack", name)


async def presses(world: World, message: Message, button: str, name: str = "operator") -> str:
    person = world.person(name)

    def answers() -> list[Message]:
        return [one for one in person.messages(world.channel) if one.ephemeral_to]

    before = len(answers())
    done(await person.press(message, button))
    return shown((await world.slack.wait_for(lambda: answers()[before:]))[0])


async def acked(world: World) -> list[str]:
    return [card.acked_by for card in await world.store.open_cards(channel_id=world.channel_id)]


async def test_all_of_a_flood_is_acknowledged_with_one_press_and_the_thread_says_by_whom(world: World) -> None:
    head = await flood(world)
    operator = world.person("operator").user.id

    assert buttons(head) == ["Acknowledge all"]
    assert "12 alerts are acknowledged. Nobody is reminded" in await presses_all(world, head)
    assert await acked(world) == [operator] * MANY
    *_, line = await world.alerts(3)
    assert (line.thread_ts, shown(line)) == (head.ts, f":eyes: @{operator} acknowledged 12 of these alerts.")
    row = await world.audited("flood.ack")
    assert (row.user_id, row.outcome) == (operator, "ok")
    told = shown(await world.says("viewer", f"/cams history {space_of(world, 0)}"))
    assert f"@{operator} acknowledged it" in told


async def test_who_presses_again_reads_that_nothing_is_left(world: World) -> None:
    head = await flood(world)
    await presses_all(world, head)

    assert "Nothing is left to acknowledge of these" in await presses_all(world, head, "admin")
    assert len(await world.alerts(3)) == 3


async def test_who_may_only_look_acknowledges_nothing(world: World) -> None:
    head = await flood(world)

    assert "operator" in await presses_all(world, head, "viewer")
    assert await acked(world) == [""] * MANY


async def test_one_of_a_flood_is_acknowledged_in_the_list_of_open_alerts(world: World) -> None:
    await flood(world)
    listed = await world.says("operator", "/cams alerts here")
    third = next(line for line in shown(listed).splitlines() if line.startswith("3. "))
    [card] = await world.store.open_cards(channel_id=world.channel_id, space_id=space_of(world, 2))

    assert buttons(listed) == [f"Acknowledge {number}" for number in range(1, MANY + 1)]
    assert "Kiosk 2 REJECTED" in third
    assert "Kiosk 2 is acknowledged." in await presses(world, listed, "card.ack:3")
    assert "is so already" in await presses(world, listed, "card.ack:3")
    assert (await acked(world)).count("") == MANY - 1
    assert [one.act for one in await world.store.card_acts(card.id)] == ["ack"]


async def test_who_may_only_look_acknowledges_nothing_in_the_list(world: World) -> None:
    await flood(world)
    listed = await world.says("viewer", "/cams alerts here")

    assert "operator" in await presses(world, listed, "card.ack:1", "viewer")
    assert await acked(world) == [""] * MANY
