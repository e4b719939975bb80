"""Each operation, by a command and by a form, by each person."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import Screen, Windows

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = "8613800001234"
NEEDS_OPERATOR = "This needs the role operator."
NEEDS_ADMIN = "This needs the role admin."
NO_GUESTS = "Guests may not use this bot."
PICTURE = "[data-testid^=file-] img"

REFUSED = [
    ("viewer", "create", NEEDS_OPERATOR),
    ("guest", "create", NO_GUESTS),
    ("operator", "verify", NEEDS_ADMIN),
    ("viewer", "verify", NEEDS_ADMIN),
    ("guest", "verify", NO_GUESTS),
    ("guest", "list", NO_GUESTS),
    ("guest", "waba", NO_GUESTS),
    ("guest", "profile", NO_GUESTS),
]
COMMANDS = {
    "create": f"/cams qr create {PHONE} Hello",
    "list": f"/cams qr list {PHONE}",
    "verify": f"/cams verify {PHONE}",
    "waba": "/cams waba cams-demo1",
    "profile": f"/cams profile {PHONE}",
}
LOOKING = [("list", "HARBOUR0COFFEE"), ("waba", "Harbour Coffee"), ("profile", "hello@harbour-coffee.example")]
FORMS = {"create": "/cams qr create", "list": "/cams qr list", "verify": "/cams verify", "profile": "/cams profile"}


@pytest.mark.parametrize("name", ["admin", "operator"])
async def test_a_command_posts_the_picture_of_a_code(windows: Windows, name: str) -> None:
    screen = await windows.of(name)
    message = await screen.says(f"/cams qr create {windows.world.new_number().digits} Hello")

    await expect(message.locator(PICTURE)).to_be_visible()


@pytest.mark.parametrize("name", ["admin", "operator", "viewer"])
@pytest.mark.parametrize(("operation", "words"), LOOKING)
async def test_a_command_shows_what_cams_knows(windows: Windows, name: str, operation: str, words: str) -> None:
    screen = await windows.of(name)
    message = await screen.says(COMMANDS[operation])

    await expect(message).to_contain_text(words)


async def test_a_command_has_a_code_sent_once_it_is_confirmed(windows: Windows) -> None:
    screen = await windows.of("admin")
    number = windows.world.new_number()
    await screen.opens(f"/cams verify {number.digits}")
    await _has_a_code_sent(screen)


@pytest.mark.parametrize(("name", "operation", "words"), REFUSED)
async def test_a_command_is_refused_to_who_may_not(windows: Windows, name: str, operation: str, words: str) -> None:
    screen = await windows.of(name)
    message = await screen.says(COMMANDS[operation])

    await expect(message).to_contain_text(words)


@pytest.mark.parametrize("name", ["admin", "operator"])
async def test_a_form_posts_the_picture_of_a_code(windows: Windows, name: str) -> None:
    screen = await windows.of(name)
    await screen.opens("/cams qr create")
    await screen.fills(phone=windows.world.new_number().digits, message="Hello")
    await screen.sends()

    await expect(screen.last.locator(PICTURE)).to_be_visible()
    await expect(screen.modal).to_contain_text("Posted in")
    await _closes(screen)


@pytest.mark.parametrize("name", ["admin", "operator", "viewer"])
async def test_a_form_lists_the_codes_of_a_number(windows: Windows, name: str) -> None:
    await _looks(await windows.of(name), lambda screen: screen.opens(FORMS["list"]), "HARBOUR0COFFEE", phone=PHONE)


@pytest.mark.parametrize("name", ["admin", "operator", "viewer"])
async def test_a_form_shows_a_profile(windows: Windows, name: str) -> None:
    words = "hello@harbour-coffee.example"
    await _looks(await windows.of(name), lambda screen: screen.opens(FORMS["profile"]), words, phone=PHONE)


@pytest.mark.parametrize("name", ["admin", "operator", "viewer"])
async def test_a_form_shows_a_waba(windows: Windows, name: str) -> None:
    await _looks(
        await windows.of(name), lambda screen: screen.starts("check_waba"), "Harbour Coffee", space="cams-demo1"
    )


async def test_a_form_has_a_code_sent_once_it_is_confirmed(windows: Windows) -> None:
    screen = await windows.of("admin")
    await screen.opens(FORMS["verify"])
    await screen.fills(phone=windows.world.new_number().digits)
    await _has_a_code_sent(screen)


@pytest.mark.parametrize(("name", "operation", "words"), [row for row in REFUSED if row[1] in FORMS])
async def test_a_form_does_not_open_for_who_may_not(windows: Windows, name: str, operation: str, words: str) -> None:
    screen = await windows.of(name)
    message = await screen.says(FORMS[operation])

    await expect(message).to_contain_text(words)
    await expect(screen.modal).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "shortcut", "words"),
    [("viewer", "create_qr", NEEDS_OPERATOR), ("guest", "create_qr", NO_GUESTS), ("guest", "check_waba", NO_GUESTS)],
)
async def test_a_shortcut_is_refused_in_the_conversation_with_the_app(
    windows: Windows, name: str, shortcut: str, words: str
) -> None:
    screen = await windows.of(name)
    talk = windows.world.slack.workspace.direct_channel(windows.world.person(name).user.id)
    already = len(windows.world.person(name).messages(talk.id))
    await screen.starts(shortcut)
    await screen.enter_talk()

    await expect(screen.messages).to_have_count(already + 1)
    await expect(screen.last).to_contain_text(words)


async def _looks(screen: Screen, begin: Callable[[Screen], Awaitable[object]], words: str, **fields: str) -> None:
    await begin(screen)
    await screen.fills(**fields)
    await screen.sends()

    await expect(screen.modal).to_contain_text(words)
    await _closes(screen)


async def _has_a_code_sent(screen: Screen) -> None:
    """Send the form and its second page; the telephone beside it then has the code, and the form has it not."""
    await screen.sends()
    await expect(screen.at("modal-submit")).to_have_text("Yes, do it")
    phone = await screen.tab("phone")
    before = await screen.at("sms").count()
    await screen.sends()

    await expect(screen.modal).to_contain_text("Next: enter the code in the CAMS console")
    await expect(screen.at("sms")).to_have_count(before + 1)
    code = await phone.locator(".sms .code").last.inner_text()
    await expect(screen.modal).not_to_contain_text(code)
    await _closes(screen)


async def _closes(screen: Screen) -> None:
    await screen.at("modal-close").click()
    await expect(screen.modal).to_be_hidden()
