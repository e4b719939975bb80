import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import error_of


async def post(client: AsyncWebClient, text: str = "x", thread_ts: str = "", *, broadcast: bool = False) -> str:
    said = await client.chat_postMessage(
        channel="#shop", text=text, thread_ts=thread_ts or None, reply_broadcast=broadcast
    )
    return str(said["ts"])


async def test_a_reply_says_its_thread_and_the_first_message_counts_it(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    first = await post(client, "first")
    reply = await post(client, "reply", first)
    shop = slack.channel("#shop").id
    slack.workspace.app.scopes.add("channels:history")
    begun, answer = (await client.conversations_replies(channel=shop, ts=first))["messages"]

    assert (answer["ts"], answer["thread_ts"], answer["parent_user_id"]) == (reply, first, slack.workspace.app.user)
    assert (begun["thread_ts"], begun["reply_count"], begun["latest_reply"]) == (first, 1, reply)
    assert begun["reply_users"] == [slack.workspace.app.user]


async def test_a_reply_to_a_reply_stands_in_the_same_thread(client: AsyncWebClient) -> None:
    first = await post(client, "first")
    reply = await post(client, "reply", first)
    said = await client.chat_postMessage(channel="#shop", text="another", thread_ts=reply)

    assert said["message"]["thread_ts"] == first


async def test_a_reply_to_nothing_is_posted_into_the_channel(client: AsyncWebClient, viewer: Person) -> None:
    said = await client.chat_postMessage(channel="#shop", text="late", thread_ts="1.000000")

    assert "thread_ts" not in said["message"]
    assert [(message.text, message.thread_ts) for message in viewer.messages()] == [("late", "")]


async def test_an_update_of_the_first_message_keeps_its_thread(slack: LocalSlack, client: AsyncWebClient) -> None:
    first = await post(client, "first")
    await post(client, "reply", first)
    changed = await client.chat_update(channel=slack.channel("#shop").id, ts=first, text="changed")

    assert (changed["message"]["text"], changed["message"]["reply_count"]) == ("changed", 1)


async def test_a_deleted_first_message_leaves_a_tombstone_that_cannot_be_updated(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person
) -> None:
    shop, first = slack.channel("#shop").id, await post(client, "first")
    await post(client, "reply", first)
    await client.chat_delete(channel=shop, ts=first)

    assert [message.subtype for message in viewer.messages()] == ["tombstone", ""]
    assert await error_of(client.chat_update(channel=shop, ts=first, text="y")) == "message_not_found"


async def test_a_broadcast_reply_shows_in_the_channel_with_its_root(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.app.scopes.add("channels:history")
    first = await post(client, "first")
    await post(client, "quiet", first)
    await post(client, "loud", first, broadcast=True)
    loud, begun = (await client.conversations_history(channel=slack.channel("#shop").id))["messages"]

    assert (loud["text"], loud["subtype"], loud["root"]["ts"]) == ("loud", "thread_broadcast", first)
    assert (begun["text"], begun["reply_count"]) == ("first", 2)


async def test_a_permalink_names_the_message_and_its_thread(slack: LocalSlack, client: AsyncWebClient) -> None:
    shop, first = slack.channel("#shop").id, await post(client, "first")
    reply = await post(client, "reply", first)
    links = [
        (await client.chat_getPermalink(channel=shop, message_ts=ts))["permalink"].partition("/archives/")[2]
        for ts in (first, reply)
    ]

    assert links == [
        f"{shop}/p{first.replace('.', '')}",
        f"{shop}/p{reply.replace('.', '')}?thread_ts={first}&cid={shop}",
    ]


@pytest.mark.parametrize(("channel", "error"), [("#shop", "message_not_found"), ("#secret", "channel_not_found")])
async def test_what_is_not_there_has_no_permalink(
    slack: LocalSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    call = client.chat_getPermalink(channel=slack.channel(channel).id, message_ts="1.000000")

    assert await error_of(call) == error
