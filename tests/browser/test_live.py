"""What comes by itself, what a reload keeps, and who sees what."""

import re

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import ALERT_MS, Screen, Windows
from tests.fixtures.world import name_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_review_changed_in_the_console_brings_its_alert_without_a_reload(windows: Windows) -> None:
    screen, space = await windows.of("operator"), windows.world.new_space("PENDING")
    await screen.says(f"/cams watch {space.id}")
    await screen.page.evaluate("window.isTheSame = true")
    await screen.tab("console")
    await screen.at(f"review-{space.id}").get_by_role("button", name="REJECTED").click()

    await expect(screen.last).to_contain_text(f"{name_of(space)}: PENDING → REJECTED", timeout=ALERT_MS)
    assert await screen.page.evaluate("window.isTheSame") is True


async def test_a_review_can_be_set_to_a_word_that_nobody_knows(windows: Windows) -> None:
    screen, space = await windows.of("viewer"), windows.world.new_space("PENDING")
    await screen.tab("console")
    review = screen.at(f"review-{space.id}")
    await review.get_by_role("textbox").fill("SOMETHING_NEW")
    await review.get_by_role("button", name="Set").click()
    await expect(review).to_have_attribute("data-status", "SOMETHING_NEW")
    message = await screen.says(f"/cams waba {space.id}")

    await expect(message).to_contain_text("This bot does not know this status.")


async def test_a_call_to_cams_is_listed_as_it_happens(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.tab("calls")
    await screen.says("/cams profile 8613800001234")
    # A poll may have been listed since.
    call = screen.at("call").filter(has_text="QueryPhoneBusinessProfile").first

    await expect(call).to_contain_text("OK")


async def test_the_quota_of_a_call_is_used_and_free_again(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.tab("calls")
    quota = screen.at("quota-QueryPhoneBusinessProfile")
    await screen.types("/cams profile 8613800001234")

    # More than one where another test has just called.
    await expect(quota).to_contain_text(re.compile("[1-9] / 10"))
    await expect(quota).to_contain_text("0 / 10")


async def test_a_picture_of_somebody_else_appears_by_itself(windows: Windows) -> None:
    viewer = await windows.of("viewer")
    await windows.world.says("operator", f"/cams qr create {windows.world.new_number().digits} Hello")

    await expect(viewer.last.locator("button.preview img")).to_be_visible()


async def test_a_message_elsewhere_marks_its_channel_as_unread(windows: Windows) -> None:
    viewer, other = await windows.of("viewer"), windows.world.new_channel()
    entry = viewer.at(f"channel-{other.name}")
    await expect(entry).to_be_visible()
    windows.world.person("operator").say("Look here", other.id)

    await expect(entry).to_contain_text("1")
    await expect(viewer.page).to_have_title(re.compile(rf"^\(\d+\) {windows.world.channel} "))


async def test_an_answer_is_seen_by_its_person_alone(windows: Windows) -> None:
    viewer, operator = await windows.of("viewer"), await windows.of("operator")
    answer = await viewer.says("/cams waba cams-demo1")
    # Everybody sees this one, so whoever has it has had all that came before.
    windows.world.person("admin").say("That is all", windows.world.channel)
    await expect(operator.last).to_contain_text("That is all")

    await expect(answer).to_contain_text("Only you see this")
    await expect(operator.messages).to_have_count(1)


async def test_an_answer_that_one_sees_alone_can_be_shared_with_all(windows: Windows) -> None:
    viewer, operator = await windows.of("viewer"), await windows.of("operator")
    answer = await viewer.says("/cams waba cams-demo1")
    await answer.get_by_role("button", name="Share in channel").click()

    await expect(operator.last).to_contain_text("Harbour Coffee")
    await expect(operator.last).to_have_attribute("data-ephemeral", "false")


async def test_a_reload_keeps_messages_form_and_place(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.says(f"/cams qr create {windows.world.new_number().digits} Hello")
    await screen.says("/cams waba cams-demo1")
    await screen.opens("/cams qr create 6591000001")
    before = await _texts(screen)
    await screen.page.reload()

    await expect(screen.at("field-phone").locator("input")).to_have_value("6591000001")
    await expect(screen.page.locator("#place-name")).to_have_text(windows.world.channel.removeprefix("#"))
    assert await _texts(screen) == before
    await screen.at("modal-close").click()


async def test_another_person_sees_their_own_messages_after_the_switch(windows: Windows) -> None:
    screen = await windows.new("operator")
    await screen.says("/cams waba cams-demo1")
    windows.world.person("admin").say("For all", windows.world.channel)
    await expect(screen.messages).to_have_count(2)
    await screen.at("person-switcher").click()
    await screen.at("person-viewer").click()

    await expect(screen.messages).to_have_count(1)
    await expect(screen.last).to_contain_text("For all")


@pytest.mark.parametrize(
    ("name", "may"),
    [("admin", "Workspace admin"), ("operator", "In @shop-operators"), ("viewer", "Member"), ("guest", "Guest")],
)
async def test_the_switcher_says_what_a_person_may_do(windows: Windows, name: str, may: str) -> None:
    screen = await windows.of("operator")
    await screen.at("person-switcher").click()
    entry = screen.at(f"person-{name}")

    await expect(entry).to_contain_text(may)
    await screen.page.keyboard.press("Escape")


async def test_the_home_of_an_app_that_publishes_none_says_so(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.at("open-home").click()

    await expect(screen.at("home")).to_contain_text("has not published a Home tab")


async def _texts(screen: Screen) -> list[str]:
    await expect(screen.messages).to_have_count(2)
    return await screen.messages.all_inner_texts()
