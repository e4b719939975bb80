from typing import get_args

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.cams import Fault as CamsFault
from sandbox.cams import FaultKind, PushFault, PushFaultKind
from sandbox.page import Desk
from sandbox.slack import Fault as SlackFault
from tests.integration.sandbox_page.support import Json, Page, Stream
from tests.integration.sandbox_slack.support import error_of

LASTING = (
    "slack-rate-limit",
    "slack-error",
    "slack-error-after",
    "slack-flaky",
    "slack-cut-after",
    "slack-hang",
    "slack-post-limit",
    "slack-archive",
    "slack-remove",
    "cams-throttle",
    "cams-slow",
    "cams-cut-before",
    "cams-cut-after",
    "cams-truncated",
    "cams-drip",
    "cams-hang",
    "cams-garbage",
    "cams-deny",
    "cams-error",
    "cams-unavailable",
    "push-delayed",
    "push-doubled",
    "push-reordered",
    "push-lost",
    "push-malformed",
    "push-wrong-secret",
    "push-unknown-waba",
    "push-wrong-status",
)
MOMENTARY = ("slack-refresh", "slack-drop")


def switch(weather: list[Json], name: str) -> Json:
    return next(one for one in weather if one["id"] == name)


async def snapshot(page: Page) -> list[Json]:
    async with page.watching() as stream:
        weather: list[Json] = (await stream.snapshot())["weather"]
    return weather


async def turn(page: Page, name: str, *, on: bool = True) -> None:
    await page.post("weather", id=name, on=on)


async def test_every_switch_is_listed_and_off_at_first(page: Page) -> None:
    weather = await snapshot(page)

    assert {one["id"] for one in weather} == {*LASTING, *MOMENTARY}
    assert not any(one["on"] or one["hits"] for one in weather)
    assert {one["id"] for one in weather if one["momentary"]} == {*MOMENTARY}


@pytest.mark.parametrize("name", LASTING)
async def test_a_switch_shows_that_it_is_on_until_it_is_off(page: Page, stream: Stream, name: str) -> None:
    await turn(page, name)
    on = (await stream.change("weather"))["weather"]
    await turn(page, name, on=False)
    await stream.next(lambda _, data: data.get("kind") == "weather" and not switch(data["weather"], name)["on"])

    assert [one["id"] for one in on if one["on"]] == [name]


async def test_switched_on_twice_is_switched_on_once(sandbox: Sandbox, page: Page) -> None:
    for name in ("slack-error", "slack-error", "cams-deny", "cams-deny"):
        await turn(page, name)

    assert (len(sandbox.slack.faults.on), len(sandbox.cams.faults.planted)) == (1, 1)


async def test_every_kind_of_fault_of_cams_has_a_switch(sandbox: Sandbox, page: Page) -> None:
    for name in LASTING:
        await turn(page, name)

    assert {fault.kind for fault in sandbox.cams.faults.planted} == {*get_args(FaultKind)}
    assert {fault.kind for fault in sandbox.cams.callbacks.faults.planted} == {*get_args(PushFaultKind)}


async def test_what_a_fault_has_hit_is_told_and_stays_to_be_read(
    page: Page, stream: Stream, client: AsyncWebClient
) -> None:
    await turn(page, "slack-rate-limit")
    error = await error_of(client.auth_test())
    await stream.next(
        lambda _, data: data.get("kind") == "weather" and switch(data["weather"], "slack-rate-limit")["hits"]
    )
    await turn(page, "slack-rate-limit", on=False)
    left = switch(await snapshot(page), "slack-rate-limit")

    assert error == "ratelimited"
    assert (left["on"], left["hits"], left["latest"]) == (False, 1, "auth.test")


async def test_nothing_is_posted_in_an_archived_channel_until_it_is_back(
    sandbox: Sandbox, page: Page, client: AsyncWebClient
) -> None:
    shop = sandbox.slack.channel("#shop").id
    await turn(page, "slack-archive")
    error = await error_of(client.chat_postMessage(channel=shop, text="x"))
    hit = switch(await snapshot(page), "slack-archive")
    await turn(page, "slack-archive", on=False)

    assert (error, hit["hits"], hit["latest"]) == ("is_archived", 1, "chat.postMessage")
    assert await error_of(client.chat_postMessage(channel=shop, text="x")) == ""


async def test_a_removed_app_is_no_member_until_it_is_brought_back(
    sandbox: Sandbox, page: Page, client: AsyncWebClient
) -> None:
    shop = sandbox.slack.channel("#shop").id
    await turn(page, "slack-remove")
    error = await error_of(client.chat_postMessage(channel=shop, text="x"))
    hit = switch(await snapshot(page), "slack-remove")
    await turn(page, "slack-remove", on=False)

    assert (error, hit["hits"]) == ("not_in_channel", 1)
    assert await error_of(client.chat_postMessage(channel=shop, text="x")) == ""


async def test_an_app_that_joins_again_ends_its_removal(
    sandbox: Sandbox, page: Page, client: AsyncWebClient, stream: Stream
) -> None:
    await turn(page, "slack-remove")
    await stream.next(lambda _, data: data.get("kind") == "weather" and switch(data["weather"], "slack-remove")["on"])
    await client.conversations_join(channel=sandbox.slack.channel("#shop").id)

    assert switch((await stream.change("weather"))["weather"], "slack-remove")["on"] is False


async def test_hits_are_counted_anew_when_a_channel_is_archived_again(
    sandbox: Sandbox, page: Page, client: AsyncWebClient
) -> None:
    await turn(page, "slack-archive")
    await error_of(client.chat_postMessage(channel=sandbox.slack.channel("#shop").id, text="x"))
    await turn(page, "slack-archive", on=False)
    await turn(page, "slack-archive")

    assert switch(await snapshot(page), "slack-archive")["hits"] == 0


async def test_posts_are_limited_while_the_switch_is_on(sandbox: Sandbox, page: Page, client: AsyncWebClient) -> None:
    shop = sandbox.slack.channel("#shop").id
    await turn(page, "slack-post-limit")
    errors = [await error_of(client.chat_postMessage(channel=shop, text="x")) for _ in range(5)]
    hit = switch(await snapshot(page), "slack-post-limit")

    assert (errors, hit["hits"]) == ([*[""] * 4, "ratelimited"], 1)


@pytest.mark.parametrize("name", MOMENTARY)
async def test_a_socket_that_was_sent_away_comes_back(sandbox: Sandbox, page: Page, app: AsyncApp, name: str) -> None:
    [before] = sandbox.slack.socket.connections
    await turn(page, name)
    await sandbox.slack.wait_for(lambda: any(one is not before for one in sandbox.slack.socket.connections))
    shown = switch(await snapshot(page), name)

    assert (shown["on"], shown["hits"]) == (False, 1)


async def test_clearing_makes_all_fair_again(sandbox: Sandbox, page: Page) -> None:
    for name in LASTING:
        await turn(page, name)
    sandbox.slack.faults.add(SlackFault("error"))
    sandbox.cams.faults.add(CamsFault("error"))
    sandbox.cams.callbacks.faults.add(PushFault("lost"))
    await page.post("weather/clear")
    weather = await snapshot(page)

    assert not any(one["on"] for one in weather)
    assert (sandbox.slack.faults.on, sandbox.cams.faults.planted, sandbox.cams.callbacks.faults.planted) == ([], [], [])
    assert sandbox.slack.workspace.app.user in sandbox.slack.channel("#shop").members


async def test_a_switch_that_is_not_there_is_refused(page: Page) -> None:
    assert await page.refusal("weather", id="rain", on=True) == "There is no 'rain'."


async def test_a_desk_that_listens_no_more_has_left_nothing_behind(sandbox: Sandbox) -> None:
    heard: list[object] = []
    desk = Desk(sandbox.slack, sandbox.cams)
    desk.listen(heard.append)
    with desk.listening():
        pass
    sandbox.cams.world.review("cams-demo1", "REJECTED")
    sandbox.slack.person("viewer").say("x")

    assert heard == []
