"""Threads, and what a person does to channels and messages."""

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import Screen, Windows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def chooses(screen: Screen, act: str) -> None:
    await screen.at("manage").click()
    await screen.at(f"channel-act-{act}").click()


async def test_replies_stand_behind_a_line_that_opens_them(windows: Windows) -> None:
    screen, viewer = await windows.of("operator"), windows.world.person("viewer")
    first = viewer.say("first", windows.world.channel)
    for words in ("one", "two"):
        viewer.say(words, windows.world.channel, first.ts)
    fold = screen.page.get_by_role("button", name="2 replies")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(screen.messages.filter(has_text="two")).to_be_hidden()
    await fold.click()

    await expect(screen.messages.filter(has_text="two")).to_be_visible()
    await expect(fold).to_have_attribute("aria-expanded", "true")


async def test_a_broadcast_reply_stands_in_its_thread_and_in_the_channel(windows: Windows) -> None:
    screen, world = await windows.of("operator"), windows.world
    first = world.person("viewer").say("first", world.channel)
    world.slack.workspace.timeline.post(
        world.channel_id, first.user, "loud", thread_ts=first.ts, subtype="thread_broadcast"
    )
    loud = screen.messages.filter(has_text="loud")

    await expect(loud).to_have_count(2)
    await expect(loud.filter(visible=True)).to_have_count(1)
    await expect(screen.page.get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_channel_is_archived_and_opened_again(windows: Windows) -> None:
    screen, world = await windows.of("operator"), windows.world
    entry = screen.at(f"channel-{world.channel.removeprefix('#')}")
    await chooses(screen, "archive")
    await expect(entry).to_contain_text("archived")
    await expect(screen.page.locator("#place")).to_contain_text("archived")
    await expect(screen.at("composer")).to_be_disabled()
    await chooses(screen, "unarchive")

    await expect(entry).not_to_contain_text("archived")
    await expect(screen.at("composer")).to_be_enabled()


async def test_the_app_is_sent_away_and_invited_again(windows: Windows) -> None:
    screen, slack = await windows.of("operator"), windows.world.slack
    await chooses(screen, "kick")
    await expect(screen.page.locator("#place")).to_contain_text("is not in here")
    assert slack.workspace.app.user not in slack.channel(windows.world.channel).members
    await chooses(screen, "invite")

    await expect(screen.page.locator("#place")).not_to_contain_text("is not in here")


async def test_a_renamed_channel_bears_its_name_at_once_and_after_a_reload(windows: Windows) -> None:
    screen, viewer, world = await windows.of("operator"), await windows.of("viewer"), windows.world
    name = f"{world.channel.removeprefix('#')}-new"
    await chooses(screen, "rename")
    await screen.at("channel-name").fill(name)
    await screen.page.keyboard.press("Enter")

    await expect(viewer.page.locator("#place-name")).to_have_text(name)
    await expect(screen.at("manage")).to_be_focused()
    await screen.page.reload()
    await expect(screen.page.locator("#place-name")).to_have_text(name)


async def test_a_name_that_cannot_be_is_refused_in_words_and_given_up_with_escape(windows: Windows) -> None:
    screen = await windows.of("operator")
    await chooses(screen, "rename")
    await screen.at("channel-name").fill("old")
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.locator("#notices")).to_contain_text("the name #old is taken")
    await screen.at("channel-name").press("Escape")

    await expect(screen.at("channel-name")).to_be_hidden()
    await expect(screen.at("manage")).to_be_focused()


async def test_an_admin_deletes_what_somebody_wrote_and_its_replies_stay(windows: Windows) -> None:
    admin, operator, viewer = await windows.of("admin"), await windows.of("operator"), windows.world.person("viewer")
    first = viewer.say("first", windows.world.channel)
    viewer.say("reply", windows.world.channel, first.ts)
    message = operator.messages.and_(operator.page.locator(f"[data-ts='{first.ts}']"))
    await expect(message).to_contain_text("first")
    await expect(message.get_by_test_id("delete")).to_have_count(0)
    await admin.messages.filter(has_text="first").get_by_test_id("delete").click()

    await expect(message).to_contain_text("This message was deleted.")
    await expect(operator.page.get_by_role("button", name="1 reply")).to_be_visible()
