"""A slash command is begun before it is acked, and never acked without being begun."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.tasks import Tasks
from handlers.acts import Acts
from handlers.answers import Request
from handlers.router import RESTARTING, Listeners


@dataclass
class FakeActs:
    """Notes who asked for what."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def command(self, request: Request, text: str) -> None:
        self.asked.append((request.user_id, text))


@dataclass
class FakeAck:
    """Notes what was said with the ack."""

    said: list[str] = field(default_factory=list)

    async def __call__(self, text: str = "") -> None:
        self.said.append(text)


def listeners(acts: FakeActs, tasks: Tasks) -> Listeners:
    return Listeners(cast(Acts, acts), tasks)


def body(command: str, text: str = "", **more: str) -> dict[str, Any]:
    return {"command": command, "text": text, "user_id": "U1", **more}


@pytest.mark.parametrize(
    ("command", "typed", "asked"), [("/cams", "qr list", "qr list"), ("/cams-qr", "list", "qr list"), ("/cams", "", "")]
)
async def test_a_command_of_ours_is_begun(command: str, typed: str, asked: str) -> None:
    acts, tasks = FakeActs(), Tasks()
    begun = listeners(acts, tasks).begin(body(command, typed))
    await tasks.drain(60)

    assert (begun, acts.asked) == (True, [("U1", asked)])


async def test_what_was_begun_before_the_stop_is_finished() -> None:
    acts, tasks = FakeActs(), Tasks()
    begun = listeners(acts, tasks).begin(body("/cams", "help"))
    late = await tasks.drain(60)

    assert (begun, late, acts.asked) == (True, 0, [("U1", "help")])


@pytest.mark.parametrize(
    "sent", [body("/camshaft"), body("/deploy", "cams"), body("/cams", ssl_check="1"), {"payload": "{}"}]
)
async def test_what_is_no_command_of_ours_is_left_to_bolt(sent: dict[str, Any]) -> None:
    acts, tasks = FakeActs(), Tasks()
    begun = listeners(acts, tasks).begin(sent)
    await tasks.drain(60)

    assert (begun, acts.asked) == (False, [])


async def test_a_bot_that_stops_begins_nothing_and_says_so_by_way_of_bolt() -> None:
    acts, tasks, ack = FakeActs(), Tasks(), FakeAck()
    await tasks.drain(0)
    stopping = listeners(acts, tasks)
    begun = stopping.begin(body("/cams", "help"))
    await stopping.command(cast(Any, ack), body("/cams", "help"))

    assert (begun, acts.asked, ack.said) == (False, [], [RESTARTING])


async def test_a_command_that_comes_by_way_of_bolt_is_begun_and_acked() -> None:
    acts, tasks, ack = FakeActs(), Tasks(), FakeAck()
    await listeners(acts, tasks).command(cast(Any, ack), body("/cams", "help"))
    await tasks.drain(60)

    assert (acts.asked, ack.said) == ([("U1", "help")], [""])
