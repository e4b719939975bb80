"""A QR picture on the screen: enlarged, read from the pixels, held before the telephone; and what stands beside it."""

import io
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Dialog, Locator, expect

from sandbox.cams import PhoneNumber
from tests.fixtures.browser import Screen, Windows

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARKUP = "<img src=x onerror=alert(1)><b>bold</b> & *stars* <script>alert(2)</script>"


async def test_an_enlarged_picture_scans_from_the_screen_to_the_link_of_cams(windows: Windows) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    await _with_code(screen, number)
    await screen.last.locator("button.preview").click()
    large = screen.at("lightbox").locator("img")
    await expect(large).to_be_visible()
    read = await _scan(large)
    await screen.page.keyboard.press("Escape")
    [code] = number.qr_codes.values()

    assert read == code.deep_link_url


async def test_a_picture_among_the_messages_is_smaller_than_when_enlarged(windows: Windows) -> None:
    screen = await windows.of("operator")
    await _with_code(screen, windows.world.new_number())
    small = await screen.last.locator("button.preview img").bounding_box()
    await screen.last.locator("button.preview").click()
    large = await screen.at("lightbox").locator("img").bounding_box()
    await screen.page.keyboard.press("Escape")

    assert small is not None
    assert large is not None
    assert large["width"] > small["width"]


async def test_a_picture_can_be_downloaded(windows: Windows, tmp_path: Path) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    await _with_code(screen, number)
    async with screen.page.expect_download() as started:
        await screen.last.get_by_role("link", name="Download").click()
    download = await started.value
    await download.save_as(tmp_path / "code.png")
    [code] = number.qr_codes.values()

    assert download.suggested_filename == f"whatsapp-{number.digits}-{code.code}.png"
    assert _decoded((tmp_path / "code.png").read_bytes()) == code.deep_link_url


async def test_a_phone_that_scans_a_picture_of_the_channel_opens_the_chat_with_its_message(windows: Windows) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    await _with_code(screen, number, "Two for one")
    await screen.last.get_by_role("button", name="Scan with the phone").click()

    await expect(screen.at("chat-message")).to_have_value("Two for one")
    await expect(screen.at("chat")).to_contain_text(f"+65 {number.digits[2:6]} {number.digits[6:]}")


async def test_a_phone_finds_the_pictures_of_the_workspace_by_itself(windows: Windows) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    await _with_code(screen, number, "Found it")
    phone = await screen.tab("phone")
    await screen.at("phone-scan").click()
    await phone.locator("[data-testid^=scan-F]").first.click()

    await expect(screen.at("chat-message")).to_have_value("Found it")


async def test_markup_in_a_message_is_shown_as_text(windows: Windows) -> None:
    screen = await windows.of("operator")
    await _with_code(screen, windows.world.new_number(), MARKUP)

    await expect(screen.last).to_contain_text(MARKUP)


async def test_no_element_is_made_of_markup_in_a_message(windows: Windows) -> None:
    screen = await windows.of("operator")
    alerts: list[Dialog] = []
    screen.page.on("dialog", lambda dialog: alerts.append(dialog))  # noqa: PLW0108 - it takes no builtin
    number = windows.world.new_number()
    await _with_code(screen, number, MARKUP)
    await screen.last.get_by_role("button", name="Scan with the phone").click()
    await expect(screen.at("chat-message")).to_have_value(MARKUP)
    await screen.tab("console")
    await expect(screen.at(f"number-{number.digits}")).to_contain_text(MARKUP)

    await expect(screen.page.locator("img[src=x], body b:text-is('bold'), body script, [onerror]")).to_have_count(0)
    assert not alerts


async def _with_code(screen: Screen, number: PhoneNumber, message: str = "Hello") -> None:
    await screen.says(f"/cams qr create {number.digits} {message}")
    await expect(screen.last.locator("button.preview img")).to_be_visible()


async def _scan(picture: Locator) -> str:
    """Read the QR code in what the screen shows of an element."""
    return _decoded(await picture.screenshot())


def _decoded(picture: bytes) -> str:
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return str(code.text)
