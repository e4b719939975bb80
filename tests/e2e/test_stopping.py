"""What was begun is finished, what comes too late gets a word, and the exit status is 0."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from sandbox.cams import Fault
from sandbox.slack import Ack, Message, View
from tests.e2e.reading import row, scan
from tests.fixtures.world import World, done, open_world

STOPPING = "the bot is stopping; what was begun is finished first"
RESTARTING = "cams-bot is restarting. Nothing was done; try again in a minute."


@dataclass(frozen=True)
class Stop:
    """What was seen of a bot that was asked to stop in the middle of its work."""

    status: int
    log: str
    link: str
    picture: bytes | None
    profile: Message
    shared: Message
    command: Ack
    form: View | None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stop]:
    folder = tmp_path_factory.mktemp("stopping")
    async with open_world(f"sqlite:///{folder / 'cams-bot.db'}", folder) as world:
        await world.start_bot()
        yield await _stopped_in_the_middle(world)


async def _stopped_in_the_middle(world: World) -> Stop:
    operator, viewer, number = world.person("operator"), world.person("viewer"), world.new_number()
    card = await world.says("admin", "/cams waba")
    view = await world.opens("operator", "/cams qr create")
    places = {what: world.new_channel().id for what in ("profile", "picture")}
    for operation in ("QueryPhoneBusinessProfile", "CreatePhoneMessageQrdl"):
        world.cams.faults.add(Fault("latency", operation, seconds=1.5))
    done(await viewer.command("/cams profile 8613800001234", places["profile"]))
    done(await operator.command(f"/cams qr create {number.digits} Hello", places["picture"]))
    world.bot.process.terminate()
    await world.logged(STOPPING)
    command = await viewer.command("/cams help", "#secret")
    done(await operator.submit(view, phone=number.digits, message="Too late"))
    form = operator.view()
    shared = await world.next_message("admin", lambda: world.person("admin").press(card, "share"))
    status = await asyncio.wait_for(world.bot.process.wait(), 20)
    picture, profile = await viewer.next_message(places["picture"]), await viewer.next_message(places["profile"])
    [code] = number.qr_codes.values()
    file = world.slack.workspace.files[picture.files[0]]
    return Stop(status, world.log_text(), code.deep_link_url, file.content, profile, shared, command, form)


def test_the_exit_status_is_0(stop: Stop) -> None:
    assert stop.status == 0


def test_there_is_no_traceback(stop: Stop) -> None:
    assert "Traceback" not in stop.log


def test_a_slow_command_is_finished_and_answered(stop: Stop) -> None:
    assert row(stop.profile, "Industry") == "Restaurant"


def test_a_code_under_way_is_made_drawn_and_posted(stop: Stop) -> None:
    assert scan(stop.picture) == stop.link


def test_a_command_that_comes_too_late_gets_a_word(stop: Stop) -> None:
    assert stop.command.payload["text"] == RESTARTING


def test_a_form_that_is_sent_too_late_says_so_and_stays(stop: Stop) -> None:
    assert stop.form is not None
    assert RESTARTING in stop.form.errors.values()


def test_a_button_that_is_pressed_meanwhile_is_still_answered(stop: Stop) -> None:
    assert stop.shared.ephemeral_to == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_bot_stops_with_status_0_and_no_traceback(new_world: World, number: signal.Signals) -> None:
    await new_world.start_bot()
    new_world.bot.process.send_signal(number)
    status = await asyncio.wait_for(new_world.bot.process.wait(), 20)

    assert status == 0
    assert "Traceback" not in new_world.log_text()
