"""Each switch of the weather: that it is on, what it has hit, and what the person then sees."""

import re

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import ALERT_MS, Windows
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOT_BEGUN = "Creating the QR code failed. CAMS could not be reached, and nothing was done."
GIVEN_UP = "a channel takes no posts"
HIT_ONE = re.compile("Has hit 1 call")


@pytest.mark.parametrize(
    ("weather", "words", "codes"),
    [
        ("cams-throttle", "The account's rate limit is used up. Nothing was done; try again in a minute.", 0),
        ("cams-cut-before", NOT_BEGUN, 0),
        ("cams-cut-after", NOT_BEGUN, 0),
        ("cams-garbage", NOT_BEGUN, 0),
        ("cams-truncated", NOT_BEGUN, 0),
        ("cams-unavailable", NOT_BEGUN, 0),
        ("cams-deny", "The AccessKey may not do this. Allow the action cams:CreatePhoneMessageQrdl", 0),
        ("cams-error", NOT_BEGUN, 0),
    ],
)
async def test_a_person_is_told_of_bad_weather_at_cams(windows: Windows, weather: str, words: str, codes: int) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    switch = await screen.switches(weather)
    await expect(switch).to_have_attribute("aria-checked", "true")
    message = await screen.says(_create(number.digits))

    await expect(message).to_contain_text(words)
    await expect(switch).to_contain_text(re.compile(r"Has hit \d calls?, last (Create|List)PhoneMessageQrdl"))
    assert len(number.qr_codes) == codes
    # So much bad weather in a row would have the next test find CAMS given up.
    await switch.click()
    await expect(await screen.says("/cams qr list " + number.digits)).to_contain_text("QR codes")


async def test_a_person_waits_while_cams_is_slow_and_then_has_the_picture(windows: Windows) -> None:
    screen, number = await windows.of("operator"), windows.world.new_number()
    switch = await screen.switches("cams-slow")
    await screen.types(_create(number.digits))
    await expect(switch).to_contain_text(HIT_ONE)
    await expect(screen.messages).to_have_count(0)

    await expect(screen.last.locator("button.preview img")).to_be_visible()


async def test_an_answer_waits_for_as_long_as_slack_limits_the_rate(windows: Windows) -> None:
    screen = await windows.of("operator")
    switch = await screen.switches("slack-rate-limit")
    await screen.types(_create(windows.world.new_number().digits))
    await expect(switch).to_contain_text(HIT_ONE)
    await expect(screen.messages).to_have_count(0)
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")

    await expect(screen.last.locator("button.preview img")).to_be_visible()


async def test_a_refreshed_socket_is_noticed_by_nobody(windows: Windows) -> None:
    screen = await windows.of("operator")
    switch = await screen.switches("slack-refresh")
    await expect(switch).to_contain_text(re.compile(r"Has hit \d+ connection"))
    message = await screen.says("/cams waba cams-demo1")

    await expect(message).to_contain_text("Harbour Coffee")


async def test_slack_says_that_the_app_did_not_answer_when_the_socket_was_dropped(windows: Windows) -> None:
    screen = await windows.of("operator")
    switch = await screen.switches("slack-drop")
    await expect(screen.at("state")).to_contain_text("is not connected")
    message = await screen.says("/cams waba cams-demo1")

    await expect(message).to_contain_text("/cams failed because the app did not respond.")
    await expect(switch).to_contain_text(re.compile(r"Has hit \d+ connection"))
    await expect(screen.at("state")).to_contain_text("is connected")


async def test_an_archived_channel_takes_no_more_words(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.enter("shop")
    switch = await screen.switches("slack-archive")
    await expect(screen.at("composer")).to_be_disabled()
    await switch.click()

    await expect(screen.at("composer")).to_be_enabled()


async def test_an_alert_for_an_archived_channel_is_counted_and_listed_as_stuck(windows: Windows) -> None:
    screen, space = await windows.of("operator"), windows.world.new_space()
    await _watch_in_shop(windows.world, space.id)
    given_up = windows.world.log_text().count(GIVEN_UP)
    switch = await screen.switches("slack-archive")
    windows.world.cams.world.review(space.id, "REJECTED")
    await expect(switch).to_contain_text(re.compile("Has hit 1 call, last chat.postMessage"), timeout=ALERT_MS)
    await windows.world.logged(GIVEN_UP, given_up + 1)
    message = await screen.says("/cams watches")

    await expect(message).to_contain_text("is_archived: the channel is archived")


async def test_an_app_that_was_removed_joins_again_and_posts(windows: Windows) -> None:
    screen = await windows.of("operator")
    await screen.enter("shop")
    switch = await screen.switches("slack-remove")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await expect(screen.page.locator("#place")).to_contain_text("is not in here")
    message = await screen.says(_create(windows.world.new_number().digits))

    await expect(message.locator("button.preview img")).to_be_visible()
    await expect(switch).to_have_attribute("aria-checked", "false")


async def test_an_alert_that_waits_for_an_invitation_is_counted_and_listed(windows: Windows) -> None:
    screen, space = await windows.of("operator"), windows.world.new_space()
    await _watch_in_shop(windows.world, space.id)
    given_up = windows.world.log_text().count(GIVEN_UP)
    switch = await screen.switches("slack-remove")
    windows.world.cams.world.review(space.id, "REJECTED")
    await expect(switch).to_contain_text("last chat.postMessage", timeout=ALERT_MS)
    await windows.world.logged(GIVEN_UP, given_up + 1)
    message = await screen.says("/cams watches")

    await expect(message).to_contain_text("the bot is not in the channel; invite it")


async def test_the_weather_that_is_on_is_named_at_the_top_until_it_is_made_fair(windows: Windows) -> None:
    screen = await windows.of("viewer")
    await screen.switches("cams-slow")
    await expect(screen.at("weather-chip")).to_have_text("CAMS: Be slow")
    await screen.switches("cams-deny")
    await expect(screen.at("weather-chip")).to_have_text("2 switches on")
    await screen.at("weather-clear").click()

    await expect(screen.at("weather-chip")).to_be_hidden()
    await expect(screen.page.locator("[role=switch][aria-checked=true]")).to_have_count(0)


# The last, since a call that Slack is silent about holds up what comes after it.
@pytest.mark.parametrize(("name", "weather"), [("viewer", "slack-error"), ("admin", "slack-hang")])
async def test_nothing_comes_while_slack_is_down_and_nothing_is_done(windows: Windows, name: str, weather: str) -> None:
    screen, number = await windows.of(name), windows.world.new_number()
    switch = await screen.switches(weather)
    await expect(switch).to_have_attribute("aria-checked", "true")
    await screen.types(f"/cams profile {number.digits}")

    await expect(switch).to_contain_text(re.compile(r"Has hit \d calls?"))
    await expect(screen.messages).to_have_count(0)


async def _watch_in_shop(world: World, space: str) -> None:
    await world.says("operator", f"/cams watch {space}", "#shop")


def _create(digits: str) -> str:
    return f"/cams qr create {digits} Hello"
