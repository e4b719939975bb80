"""What axe-core finds on the page, in each of its states."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.async_api import expect

from sandbox.slack.model import utc_now
from tests.fixtures.browser import WIDE, Screen, Windows

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE_SIZE = (390, 844)
GRAVE = {"serious", "critical"}
Scheme = Literal["light", "dark"]


async def _channel(screen: Screen) -> None:
    await expect(screen.messages.first).to_be_visible()


async def _modal(screen: Screen) -> None:
    await screen.opens("/cams qr create")
    await screen.fills(phone="123", message="Hello")
    await screen.sends()
    await expect(screen.at("field-error-phone")).to_be_visible()


async def _lightbox(screen: Screen) -> None:
    await screen.page.locator("button.preview").last.click()
    await expect(screen.at("lightbox")).to_be_visible()


async def _people(screen: Screen) -> None:
    await screen.at("person-switcher").click()
    await expect(screen.at("people")).to_be_visible()


async def _console(screen: Screen) -> None:
    panel = await screen.tab("console")
    await panel.locator("summary").first.click()
    await panel.locator("details[open] summary").last.click()


async def _phone(screen: Screen) -> None:
    await screen.tab("phone")
    await expect(screen.at("sms").first).to_be_visible()


async def _calls(screen: Screen) -> None:
    await screen.tab("calls")
    await screen.at("call").first.locator("summary").click()


async def _weather(screen: Screen) -> None:
    switch = await screen.switches("cams-slow")
    await expect(switch).to_have_attribute("aria-checked", "true")


async def _manage(screen: Screen) -> None:
    await screen.at("manage").click()
    await expect(screen.at("channel-act-archive")).to_be_visible()


async def _rename(screen: Screen) -> None:
    await _manage(screen)
    await screen.at("channel-act-rename").click()
    await expect(screen.at("channel-name")).to_be_focused()


async def _thread(screen: Screen) -> None:
    await screen.page.get_by_role("button", name="1 reply").click()
    await expect(screen.messages.filter(has_text="This message was deleted.")).to_be_visible()


STATES = (_channel, _manage, _rename, _thread, _modal, _lightbox, _people, _console, _phone, _calls, _weather)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived_in(opened: Windows) -> Windows:
    """A channel in which something was done: a picture, cards, a table, a thread, a verification code on the phone."""
    world = opened.world
    world.move_on()
    await world.says("operator", f"/cams qr create {world.new_number().digits} Hello")
    for line in ("help", "waba cams-demo1", "qr list 8613800001234", "profile 8613800001234"):
        await world.says("operator", f"/cams {line}")
    viewer = world.person("viewer")
    first = viewer.say("first", world.channel)
    viewer.say("reply", world.channel, first.ts)
    viewer.delete(first)
    world.cams.world.send_code("8613800001234", "sms", "en_US", utc_now())
    return opened


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def as_before(lived_in: Windows) -> AsyncIterator[None]:
    """Leave no form and no weather to the next state."""
    yield
    await lived_in.desk.weather.clear()
    world = lived_in.world
    world.slack.workspace.modals.close_all(world.person("operator").user.id)


@pytest.mark.parametrize("size", [WIDE, PHONE_SIZE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("reach", STATES, ids=lambda state: state.__name__.strip("_"))
async def test_axe_finds_nothing_grave(
    lived_in: Windows, reach: Callable[[Screen], Awaitable[None]], scheme: Scheme, size: tuple[int, int]
) -> None:
    screen = await lived_in.new("operator", size, color_scheme=scheme)
    await reach(screen)
    found = await Axe().run(screen.page)
    await screen.page.context.close()

    assert [_said(one) for one in found.response["violations"] if one["impact"] in GRAVE] == []


@pytest.mark.parametrize("reach", STATES, ids=lambda state: state.__name__.strip("_"))
async def test_nothing_is_wider_than_a_phone(lived_in: Windows, reach: Callable[[Screen], Awaitable[None]]) -> None:
    screen = await lived_in.new("operator", PHONE_SIZE)
    await reach(screen)
    width = await screen.page.evaluate("document.documentElement.scrollWidth")
    await screen.page.context.close()

    assert width <= PHONE_SIZE[0]


def _said(violation: dict[str, Any]) -> str:
    return f"{violation['id']}: {violation['help']} at {[node['target'] for node in violation['nodes']]}"
