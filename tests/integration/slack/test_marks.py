"""Messages that are found again by their mark."""

from dataclasses import replace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import blocks
from bot.alerts.message import HistoryUnreadableError, Letter, Message
from bot.slack import MARKED, PAGE, Slack
from sandbox.slack import Fault, LocalSlack
from sandbox.slack import Message as Posted

LETTER = Letter(Message("Hello", [blocks.header("Hello")]), "7.123", [41, 42])


@pytest.fixture
def shop(slack: LocalSlack) -> str:
    return slack.channel("#shop").id


def posted(slack: LocalSlack, ts: str) -> Posted:
    found = slack.workspace.timeline.get(slack.channel("#shop").id, ts)
    assert found is not None
    return found


async def test_a_post_carries_its_mark_and_what_it_tells(slack: LocalSlack, bot: Slack, shop: str) -> None:
    message = posted(slack, await bot.post_once(shop, LETTER))
    payload = {"post": "7.123", "changes": [41, 42]}

    assert message.metadata == {"event_type": MARKED, "event_payload": payload}
    assert (message.text, message.blocks[0]["type"], message.thread_ts) == ("Hello", "header", "")


async def test_what_is_too_large_for_the_metadata_is_left_out(slack: LocalSlack, bot: Slack, shop: str) -> None:
    slack.faults.add(Fault("error", "chat.postMessage", 1, error="metadata_too_large"))
    message = posted(slack, await bot.post_once(shop, LETTER))

    assert message.metadata == {"event_type": MARKED, "event_payload": {"post": "7.123", "changes": []}}
    assert message.blocks


@pytest.mark.parametrize(("broadcast", "subtype"), [(True, "thread_broadcast"), (False, "")])
async def test_a_line_stands_in_its_thread_and_in_the_channel_where_it_is_news(
    slack: LocalSlack, bot: Slack, shop: str, broadcast: bool, subtype: str
) -> None:
    root = await bot.post_once(shop, LETTER)
    line = posted(slack, await bot.post_once(shop, replace(LETTER, thread_ts=root, broadcast=broadcast)))

    assert (line.thread_ts, line.subtype) == (root, subtype)


async def test_a_message_without_blocks_is_its_text(slack: LocalSlack, bot: Slack, shop: str) -> None:
    message = posted(slack, await bot.post_once(shop, replace(LETTER, message=Message("Hello", ()))))

    assert (message.text, list(message.blocks)) == ("Hello", [])


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "cut_before", "cut_after"])
async def test_a_post_is_tried_once(slack: LocalSlack, bot: Slack, shop: str, kind: str) -> None:
    slack.faults.add(Fault(kind, "chat.postMessage", 5))  # type: ignore[arg-type]  # the table of a test
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await bot.post_once(shop, LETTER)

    assert sum(call.method == "chat.postMessage" for call in slack.requests) == 1


async def test_a_message_whose_answer_was_lost_is_found(slack: LocalSlack, bot: Slack, shop: str) -> None:
    slack.faults.add(Fault("cut_after", "chat.postMessage", 1))
    with pytest.raises(aiohttp.ClientError):
        await bot.post_once(shop, LETTER)
    found = await bot.find(shop, LETTER, None)

    assert found is not None
    assert posted(slack, found).text == "Hello"


async def test_what_is_not_there_is_not_found(bot: Slack, shop: str) -> None:
    await bot.post_once(shop, replace(LETTER, mark="8.123"))

    assert await bot.find(shop, LETTER, None) is None


async def test_a_reply_is_found_in_its_thread_only(bot: Slack, shop: str) -> None:
    root, other = [await bot.post_once(shop, replace(LETTER, mark=mark)) for mark in ("1.1", "2.2")]
    line = replace(LETTER, thread_ts=root)
    ts = await bot.post_once(shop, line)

    assert await bot.find(shop, line, None) == await bot.find(shop, line, root) == ts
    assert await bot.find(shop, replace(line, thread_ts=other), None) is None


async def test_only_what_is_newer_counts(bot: Slack, shop: str) -> None:
    before, ts = await bot.post_once(shop, replace(LETTER, mark="1.1")), await bot.post_once(shop, LETTER)

    assert await bot.find(shop, LETTER, before) == ts
    assert await bot.find(shop, LETTER, ts) is None


async def test_a_long_history_is_read_to_its_end(slack: LocalSlack, bot: Slack, shop: str) -> None:
    ts = await bot.post_once(shop, LETTER)
    for number in range(2 * PAGE):
        slack.person("viewer").say(f"something else {number}", "#shop")

    assert await bot.find(shop, LETTER, None) == ts
    assert sum(call.method == "conversations.history" for call in slack.requests) == 3


async def test_a_long_thread_is_read_to_its_end(bot: Slack, shop: str) -> None:
    root = await bot.post_once(shop, replace(LETTER, mark="1.1"))
    for number in range(PAGE):
        await bot.post_once(shop, replace(LETTER, mark=f"x.{number}", thread_ts=root))
    line = replace(LETTER, thread_ts=root)
    ts = await bot.post_once(shop, line)

    assert await bot.find(shop, line, None) == ts


async def test_a_message_of_another_app_with_the_same_mark_is_not_ours(
    client: AsyncWebClient, bot: Slack, shop: str
) -> None:
    await bot.post_once(shop, LETTER)
    another = Slack(client, replace(bot.me, bot_id="B0ANOTHER"))

    assert await another.find(shop, LETTER, None) is None


async def test_without_the_scope_the_history_cannot_be_read(slack: LocalSlack, bot: Slack, shop: str) -> None:
    slack.workspace.app.scopes -= {"channels:history"}
    with pytest.raises(HistoryUnreadableError):
        await bot.find(shop, LETTER, None)


@pytest.mark.parametrize("channel", ["#elsewhere", "#secret"])
async def test_where_the_app_is_not_the_history_cannot_be_read(slack: LocalSlack, bot: Slack, channel: str) -> None:
    with pytest.raises(HistoryUnreadableError):
        await bot.find(slack.channel(channel).id, LETTER, None)


async def test_a_reply_to_a_message_that_somebody_deleted_is_found_in_the_channel(bot: Slack, shop: str) -> None:
    orphan = replace(LETTER, thread_ts="1.000000")

    before = await bot.find(shop, orphan, None)
    ts = await bot.post_once(shop, orphan)

    assert (before, await bot.find(shop, orphan, None)) == (None, ts)


async def test_a_history_without_an_end_is_given_up(
    slack: LocalSlack, bot: Slack, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.PAGES_MAX", 2)
    for number in range(2 * PAGE + 1):
        slack.person("viewer").say(f"something else {number}", "#shop")
    with pytest.raises(HistoryUnreadableError):
        await bot.find(shop, LETTER, None)

    assert sum(call.method == "conversations.history" for call in slack.requests) == 2


@pytest.mark.parametrize("code", ["invalid_arguments", "is_inactive", "no_permission"])
async def test_a_refusal_of_the_look_says_nothing_of_the_message(
    slack: LocalSlack, bot: Slack, shop: str, code: str
) -> None:
    slack.faults.add(Fault("error", "conversations.history", error=code))
    with pytest.raises(HistoryUnreadableError):
        await bot.find(shop, LETTER, None)


@pytest.mark.parametrize("kind", ["rate_limited", "server_error"])
async def test_trouble_that_passes_is_no_reason_to_post_again(
    slack: LocalSlack, bot: Slack, shop: str, kind: str
) -> None:
    slack.faults.add(Fault(kind, "conversations.history"))  # type: ignore[arg-type]  # the table of a test
    with pytest.raises(SlackApiError):
        await bot.find(shop, LETTER, None)


async def test_a_message_is_changed_and_keeps_its_mark(slack: LocalSlack, bot: Slack, shop: str) -> None:
    ts = await bot.post_once(shop, LETTER)
    for _ in range(2):
        await bot.change(shop, ts, Message("Bye", [blocks.header("Bye")]))
    message = posted(slack, ts)

    assert (message.text, message.blocks[0]["text"]["text"]) == ("Bye", "Bye")
    assert await bot.find(shop, LETTER, None) == ts


async def test_a_message_that_is_gone_cannot_be_changed(bot: Slack, shop: str) -> None:
    with pytest.raises(SlackApiError, match="message_not_found"):
        await bot.change(shop, "1.000000", LETTER.message)
