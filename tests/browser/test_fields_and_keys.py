"""Forms that complain beside the field, and everything by the keyboard alone."""

import re

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import Windows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_wrong_with_a_field_stands_beside_it(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.opens(f"/cams qr create space={'x' * 129}")
    await screen.fills(phone="123", message="Hello")
    await screen.sends()
    phone = screen.at("field-phone")

    await expect(phone.get_by_test_id("field-error-phone")).to_contain_text("That is no telephone number.")
    await expect(screen.at("field-space").get_by_test_id("field-error-space")).to_contain_text("no blanks")
    await expect(screen.at("field-error-message")).to_have_count(0)
    await expect(phone.locator("input")).to_be_focused()


async def test_a_complaint_is_what_describes_its_field(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.opens("/cams qr create")
    await screen.fills(phone="123", message="Hello")
    await screen.sends()
    field = screen.at("field-phone").locator("input")

    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("That is no telephone number"))


async def test_slack_itself_asks_for_what_is_missing(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.opens("/cams qr create")
    await screen.sends()

    await expect(screen.at("field-error-phone")).to_be_visible()
    await expect(screen.at("field-error-message")).to_be_visible()


async def test_a_complaint_goes_and_the_rest_stays_once_it_is_mended(windows: Windows) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    await screen.opens("/cams qr create")
    await screen.fills(phone="123", message="Hello there")
    await screen.sends()
    await expect(screen.at("field-error-phone")).to_be_visible()
    await expect(screen.at("field-message").locator("textarea")).to_have_value("Hello there")
    await screen.fills(phone=number.digits)
    await screen.sends()

    await expect(screen.modal).to_contain_text("Posted in")


async def test_what_cams_refuses_brings_the_form_back_filled_in(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.opens("/cams qr create")
    await screen.fills(phone="+65 9199 9999", message="Hello", space="cams-demo2")
    await screen.sends()

    await expect(screen.modal).to_contain_text("CAMS does not know this number in this space.")
    await expect(screen.at("field-space").locator("input")).to_have_value("Northern Lights (cams-demo2)")


async def test_the_characters_of_a_message_are_counted(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.opens("/cams qr create")
    await screen.fills(message="☕" * 3)

    await expect(screen.at("field-message")).to_contain_text("3 / 140")


async def test_the_list_of_languages_comes_from_the_app_as_one_types(windows: Windows) -> None:
    screen = await windows.of("admin")
    await screen.opens("/cams verify 8613800001234")
    box = screen.at("field-language").get_by_role("combobox")
    await box.click()
    await box.press_sequentially("germ")
    await screen.at("field-language").get_by_role("option", name="German").click()

    await expect(box).to_have_value("German (de)")


async def test_the_list_of_spaces_finds_them_by_name(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.opens("/cams profile")
    await screen.fills(space="Northern")

    await expect(screen.at("field-space").get_by_role("combobox")).to_have_value("Northern Lights (cams-demo2)")


async def test_the_composer_completes_commands_with_the_hints_of_the_manifest(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.at("composer").press_sequentially("/cams-p")
    hints = screen.at("composer-hints")
    await expect(hints).to_contain_text("Show a number's business profile")
    await screen.page.keyboard.press("Tab")

    await expect(screen.at("composer")).to_have_value("/cams-profile ")


async def test_a_command_runs_by_the_keyboard_alone(windows: Windows) -> None:
    screen = await windows.of("viewer")
    keyboard = screen.page.keyboard
    await screen.page.locator("body").press("Tab")
    await _tab_to(windows, "composer")
    await keyboard.type("/cams waba cams-demo1")
    await keyboard.press("Enter")

    await expect(screen.last).to_contain_text("Harbour Coffee")


async def test_a_form_is_filled_in_and_sent_by_the_keyboard_alone(windows: Windows) -> None:
    screen, number = await windows.of("viewer"), windows.world.new_number()
    keyboard = screen.page.keyboard
    code = number.add_qr_code("By hand", "PNG")
    await _tab_to(windows, "composer")
    await keyboard.type("/cams qr list")
    await keyboard.press("Enter")
    await expect(screen.at("field-phone").locator("input")).to_be_focused()
    await keyboard.type(number.digits)
    await keyboard.press("Enter")

    await expect(screen.modal).to_contain_text(code.code)


async def test_escape_closes_a_form_and_the_focus_goes_back_to_the_composer(windows: Windows) -> None:
    screen = await windows.of("viewer")
    keyboard = screen.page.keyboard
    await screen.at("composer").focus()
    await keyboard.type("/cams profile")
    await keyboard.press("Enter")
    await expect(screen.at("field-phone").locator("input")).to_be_focused()
    await keyboard.press("Escape")

    await expect(screen.modal).to_be_hidden()
    await expect(screen.at("composer")).to_be_focused()


async def test_a_shortcut_is_chosen_by_the_keyboard_alone(windows: Windows) -> None:
    screen = await windows.of("viewer")
    keyboard = screen.page.keyboard
    await _tab_to(windows, "shortcuts")
    await keyboard.press("Enter")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")

    await expect(screen.at("field-space").locator("input")).to_be_focused()


async def _tab_to(windows: Windows, testid: str) -> None:
    """Press Tab until the focus is where it should go."""
    page = (await windows.of("viewer")).page
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.dataset.testid") == testid:
            return
    raise AssertionError(f"Tab does not lead to {testid}")
