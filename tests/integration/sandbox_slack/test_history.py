from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import error_of

METADATA = {"event_type": "seen", "event_payload": {"id": 7, "tags": ["a"]}}


@pytest.fixture
def shop(slack: LocalSlack) -> str:
    slack.workspace.app.scopes |= {"channels:history", "im:history"}
    return slack.channel("#shop").id


async def fill(client: AsyncWebClient, shop: str, count: int) -> list[str]:
    """Post messages and return when they were, newest first."""
    stamps = [str((await client.chat_postMessage(channel=shop, text=f"{n}"))["ts"]) for n in range(count)]
    return stamps[::-1]


async def pages(client: AsyncWebClient, shop: str, **more: Any) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = await client.conversations_history(channel=shop, cursor=cursor, **more)
        found.append([str(message["ts"]) for message in page["messages"]])
        if not page["has_more"]:
            return found
        cursor = page["response_metadata"]["next_cursor"]


async def test_the_newest_messages_come_first(client: AsyncWebClient, shop: str) -> None:
    stamps = await fill(client, shop, 3)
    answer = await client.conversations_history(channel=shop)

    assert [message["ts"] for message in answer["messages"]] == stamps
    assert (answer["has_more"], "response_metadata" in answer.data) == (False, False)


async def test_a_cursor_leads_from_page_to_page_while_messages_come(client: AsyncWebClient, shop: str) -> None:
    stamps = await fill(client, shop, 5)
    first = await client.conversations_history(channel=shop, limit=2)
    await fill(client, shop, 1)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=shop, limit=2, cursor=cursor)

    assert [message["ts"] for message in second["messages"]] == stamps[2:4]
    assert await pages(client, shop, limit=3, latest=stamps[0], inclusive=True) == [stamps[:3], stamps[3:]]


@pytest.mark.parametrize(("inclusive", "found"), [(False, slice(2, 3)), (True, slice(1, 4))])
async def test_the_ends_of_a_range_belong_to_it_only_when_asked(
    client: AsyncWebClient, shop: str, inclusive: bool, found: slice
) -> None:
    stamps = await fill(client, shop, 5)
    [page] = await pages(client, shop, oldest=stamps[3], latest=stamps[1], inclusive=inclusive)

    assert page == stamps[found]


async def test_an_early_second_is_before_all_messages(client: AsyncWebClient, shop: str) -> None:
    stamps = await fill(client, shop, 1)

    assert await pages(client, shop, oldest="9") == [stamps]
    assert await pages(client, shop, latest="9") == [[]]


async def test_metadata_comes_only_when_asked_for(client: AsyncWebClient, shop: str, slack: LocalSlack) -> None:
    await client.chat_postMessage(channel=shop, text="x", metadata=METADATA)
    [plain] = (await client.conversations_history(channel=shop))["messages"]
    [whole] = (await client.conversations_history(channel=shop, include_all_metadata=True))["messages"]

    assert "metadata" not in plain
    assert whole["metadata"] == METADATA
    assert (whole["bot_id"], whole["app_id"]) == (slack.workspace.app.bot_id, slack.workspace.app.id)


async def test_what_one_person_sees_is_in_no_history(client: AsyncWebClient, shop: str, viewer: Person) -> None:
    await client.chat_postEphemeral(channel=shop, user=viewer.user.id, text="psst")

    assert await pages(client, shop) == [[]]


async def test_an_edited_message_says_so(client: AsyncWebClient, shop: str) -> None:
    [ts] = await fill(client, shop, 1)
    await client.chat_update(channel=shop, ts=ts, text="changed")
    [message] = (await client.conversations_history(channel=shop))["messages"]

    assert (message["text"], "ts" in message["edited"]) == ("changed", True)


@pytest.mark.parametrize("asked", ["first", "reply"])
async def test_replies_begin_with_the_first_message_whichever_is_named(
    client: AsyncWebClient, shop: str, asked: str
) -> None:
    [first] = await fill(client, shop, 1)
    replies = [
        str((await client.chat_postMessage(channel=shop, text="r", thread_ts=first, metadata=METADATA))["ts"])
        for _ in range(3)
    ]
    ts = first if asked == "first" else replies[1]
    page = await client.conversations_replies(channel=shop, ts=ts, limit=2, include_all_metadata=True)
    rest = await client.conversations_replies(channel=shop, ts=ts, cursor=page["response_metadata"]["next_cursor"])

    assert [message["ts"] for message in page["messages"]] == [first, replies[0]]
    assert page["messages"][1]["metadata"] == METADATA
    assert [message["ts"] for message in rest["messages"]] == replies[1:]
    assert await pages(client, shop) == [[first]]


async def test_a_message_without_replies_is_a_thread_of_one(client: AsyncWebClient, shop: str) -> None:
    [ts] = await fill(client, shop, 1)
    [message] = (await client.conversations_replies(channel=shop, ts=ts))["messages"]

    assert (message["ts"], "thread_ts" in message) == (ts, False)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "2"}, "invalid_cursor"),
        ({"cursor": "bm90"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "1.2.3"}, "invalid_ts_latest"),
        ({"channel": "#shop"}, "channel_not_found"),
        ({"channel": "C0"}, "channel_not_found"),
    ],
)
async def test_bad_arguments_are_refused(client: AsyncWebClient, shop: str, more: dict[str, Any], error: str) -> None:
    call = client.api_call("conversations.history", params={"channel": shop, **more})

    assert await error_of(call) == error


async def test_a_thread_that_is_not_there_is_not_found(client: AsyncWebClient, shop: str) -> None:
    assert await error_of(client.conversations_replies(channel=shop, ts="1.000000")) == "thread_not_found"


@pytest.mark.parametrize(
    ("channel", "error"), [("#elsewhere", "not_in_channel"), ("#secret", "channel_not_found"), ("#old", "")]
)
async def test_the_app_reads_only_where_it_is(
    slack: LocalSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    slack.workspace.app.scopes |= {"channels:history", "groups:history"}

    assert await error_of(client.conversations_history(channel=slack.channel(channel).id)) == error


async def test_each_kind_of_conversation_has_its_scope(slack: LocalSlack, client: AsyncWebClient, shop: str) -> None:
    slack.workspace.app.scopes -= {"channels:history"}
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_history(channel=shop)
    answer = refused.value.response

    assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:history")
    assert answer["provided"] == ",".join(sorted(slack.workspace.app.scopes))


async def test_a_direct_message_is_opened_once_and_read(
    slack: LocalSlack, client: AsyncWebClient, shop: str, viewer: Person
) -> None:
    slack.workspace.app.scopes.add("im:write")
    first = await client.conversations_open(users=viewer.user.id)
    again = await client.conversations_open(users=viewer.user.id, return_im=True)
    viewer.say("hello", "DM")
    [page] = await pages(client, first["channel"]["id"])

    assert (first.get("already_open"), again["already_open"]) == (None, True)
    assert (again["channel"]["id"], again["channel"]["user"]) == (first["channel"]["id"], viewer.user.id)
    assert len(page) == 1


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, "users_list_not_supplied"),
        ({"users": "U0"}, "user_not_found"),
        ({"users": "U1,U2"}, "not_in_sandbox"),
        ({"channel": "C0"}, "channel_not_found"),
    ],
)
async def test_a_direct_message_that_cannot_be_opened_is_refused(
    slack: LocalSlack, client: AsyncWebClient, more: dict[str, str], error: str
) -> None:
    assert await error_of(client.api_call("conversations.open", params=more)) == "missing_scope"
    slack.workspace.app.scopes.add("im:write")

    assert await error_of(client.api_call("conversations.open", params=more)) == error


async def test_a_deactivated_person_gets_no_direct_message_and_none_is_made_unasked(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person
) -> None:
    slack.workspace.app.scopes.add("im:write")
    unasked = await error_of(client.conversations_open(users=viewer.user.id, prevent_creation=True))
    slack.workspace.change_user(viewer.user, deleted=True)

    assert unasked == "channel_not_found"
    assert await error_of(client.conversations_open(users=viewer.user.id)) == "user_disabled"


async def test_a_channel_says_who_made_it_and_a_profile_who_that_is(
    slack: LocalSlack, client: AsyncWebClient, shop: str
) -> None:
    slack.workspace.app.scopes.add("users.profile:read")
    creator = (await client.conversations_info(channel=shop))["channel"]["creator"]
    profile = (await client.users_profile_get(user=creator))["profile"]

    assert (creator, profile["real_name"]) == (slack.workspace.user_named("operator").id, "Olu Operator")
    assert await error_of(client.users_profile_get(user="U0")) == "user_not_found"


async def test_a_history_of_thousands_is_read_page_by_page(
    slack: LocalSlack, client: AsyncWebClient, shop: str
) -> None:
    timeline = slack.workspace.timeline
    stamps = [timeline.post(shop, slack.workspace.app.user, f"{n}").ts for n in range(3000)]
    found = await pages(client, shop, limit=999)

    assert [len(page) for page in found] == [999, 999, 999, 3]
    assert [ts for page in found for ts in page] == stamps[::-1]
