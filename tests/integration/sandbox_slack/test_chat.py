from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from sandbox.slack.notices import Notices
from sandbox.slack.timeline import Timeline
from tests.integration.sandbox_slack.support import error_of, section


async def test_a_message_is_seen_by_the_people_in_the_channel(client: AsyncWebClient, viewer: Person) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="Hello")

    seen = viewer.messages("#shop")
    assert [(message.text, message.ts) for message in seen] == [("Hello", posted["ts"])]


async def test_time_stamps_are_unique_and_rise(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="#shop", text="x"))["ts"] for _ in range(20)]

    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("#elsewhere", "not_in_channel"),
        ("#secret", "channel_not_found"),
        ("#old", "is_archived"),
        ("#nowhere", "channel_not_found"),
    ],
)
async def test_the_app_writes_only_where_it_is(client: AsyncWebClient, channel: str, error: str) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="x")) == error


async def test_with_write_public_the_app_writes_into_any_public_channel(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.workspace.app.scopes.add("chat:write.public")

    assert await error_of(client.chat_postMessage(channel="#elsewhere", text="x")) == ""


async def test_a_user_id_names_the_direct_message(client: AsyncWebClient, operator: Person) -> None:
    await client.chat_postMessage(channel=operator.user.id, text="psst")

    assert [message.text for message in operator.messages("DM")] == ["psst"]


@pytest.mark.parametrize("text", ["", "  "])
async def test_a_message_without_anything_is_refused(client: AsyncWebClient, text: str) -> None:
    call = client.api_call("chat.postMessage", params={"channel": "#shop", "text": text})

    assert await error_of(call) == "no_text"


async def test_a_long_text_is_cut_at_40000_characters(client: AsyncWebClient, viewer: Person) -> None:
    await client.chat_postMessage(channel="#shop", text="x" * 40_001)

    assert len(viewer.messages()[0].text) == 40_000


async def test_bad_blocks_are_refused_with_the_place(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#shop", text="x", blocks=[section("x" * 3001)])

    answer = refused.value.response
    place = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [place]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {place}"]


async def test_blocks_that_are_no_list_are_refused(client: AsyncWebClient) -> None:
    call = client.api_call("chat.postMessage", params={"channel": "#shop", "text": "x", "blocks": "{"})

    assert await error_of(call) == "invalid_blocks_format"


async def test_blocks_that_are_too_long_together_are_refused(client: AsyncWebClient) -> None:
    blocks = [section("x" * 2700)] * 5

    assert await error_of(client.chat_postMessage(channel="#shop", text="x", blocks=blocks)) == "msg_blocks_too_long"


async def test_blocks_are_kept_with_ids(client: AsyncWebClient, viewer: Person) -> None:
    await client.chat_postMessage(channel="#shop", text="x", blocks=[section("a"), section("b", block_id="mine")])

    first, second = viewer.messages()[0].blocks
    assert first["block_id"]
    assert second["block_id"] == "mine"


async def test_metadata_is_kept(client: AsyncWebClient, viewer: Person) -> None:
    metadata = {"event_type": "seen", "event_payload": {"id": "7"}}
    await client.chat_postMessage(channel="#shop", text="x", metadata=metadata)

    assert viewer.messages()[0].metadata == metadata


async def test_an_ephemeral_message_is_seen_by_one(client: AsyncWebClient, operator: Person, viewer: Person) -> None:
    await client.chat_postEphemeral(channel="#shop", user=operator.user.id, text="for you")

    assert [message.text for message in operator.messages()] == ["for you"]
    assert viewer.messages() == []


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(
    slack: LocalSlack, client: AsyncWebClient, operator: Person
) -> None:
    shop = slack.channel("#shop")
    slack.workspace.change_channel(shop, members=shop.members - {operator.user.id})

    call = client.chat_postEphemeral(channel="#shop", user=operator.user.id, text="x")
    assert await error_of(call) == "user_not_in_channel"


async def test_an_update_with_text_alone_takes_the_blocks_away(client: AsyncWebClient, viewer: Person) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x", blocks=[section()])
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")

    (message,) = viewer.messages()
    assert (message.text, list(message.blocks), message.ts) == ("y", [], posted["ts"])
    assert message.edited_ts


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"ts": "1.000000"}, "message_not_found"),
        ({"text": "x" * 4001}, "msg_too_long"),
        ({"text": ""}, "no_text"),
        ({"channel": "#secret"}, "channel_not_found"),
    ],
)
async def test_an_update_that_cannot_be_is_refused(client: AsyncWebClient, change: dict[str, Any], error: str) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x")
    params = {"channel": posted["channel"], "ts": posted["ts"], "text": "y", **change}
    call = client.api_call("chat.update", params=params)

    assert await error_of(call) == error


async def test_what_somebody_else_wrote_cannot_be_updated(client: AsyncWebClient, viewer: Person) -> None:
    said = viewer.say("mine")

    assert await error_of(client.chat_update(channel=said.channel, ts=said.ts, text="x")) == "cant_update_message"


async def test_a_deleted_message_is_gone(client: AsyncWebClient, viewer: Person) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x")
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])

    assert viewer.messages() == []


async def test_an_image_of_a_file_that_nobody_shared_is_refused(client: AsyncWebClient) -> None:
    image = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}

    assert await error_of(client.chat_postMessage(channel="#shop", text="x", blocks=[image])) == "invalid_blocks"


async def test_an_ephemeral_message_cannot_be_updated(client: AsyncWebClient, operator: Person) -> None:
    await client.chat_postEphemeral(channel="#shop", user=operator.user.id, text="x")
    message = await operator.next_message()

    assert await error_of(client.chat_update(channel=message.channel, ts=message.ts, text="y")) == "message_not_found"


async def test_an_update_keeps_the_metadata(client: AsyncWebClient, viewer: Person) -> None:
    metadata = {"event_type": "seen", "event_payload": {"id": "7"}}
    posted = await client.chat_postMessage(channel="#shop", text="x", metadata=metadata)
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")

    assert viewer.messages()[0].metadata == metadata


@pytest.mark.parametrize("metadata", [{"event_type": "gone", "event_payload": {"id": 8}}, {}])
async def test_an_update_replaces_the_metadata_or_takes_it_away(
    client: AsyncWebClient, viewer: Person, metadata: dict[str, Any]
) -> None:
    old = {"event_type": "seen", "event_payload": {"id": "7"}}
    posted = await client.chat_postMessage(channel="#shop", text="x", metadata=old)
    body = {"channel": posted["channel"], "ts": posted["ts"], "text": "y", "metadata": metadata}
    await client.api_call("chat.update", json=body)

    assert viewer.messages()[0].metadata == metadata


async def test_an_update_with_blocks_marks_no_message_as_edited(client: AsyncWebClient, viewer: Person) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x", blocks=[section("a")])
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y", blocks=[section("b")])

    assert viewer.messages()[0].edited_ts == ""


async def test_an_update_without_text_and_blocks_keeps_the_blocks(client: AsyncWebClient, viewer: Person) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x", blocks=[section("a")])
    body = {"channel": posted["channel"], "ts": posted["ts"], "attachments": [{"text": "more"}]}
    await client.api_call("chat.update", json=body)

    assert [block["text"]["text"] for block in viewer.messages()[0].blocks] == ["a"]


async def test_nothing_is_updated_in_an_archived_channel(slack: LocalSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x")
    slack.workspace.change_channel(slack.channel("#shop"), is_archived=True)

    assert await error_of(client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")) == "is_inactive"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"markdown_text": "*x*"}, "markdown_text_conflict"),
        ({"metadata": {"event_type": "seen"}}, "invalid_metadata_schema"),
        ({"metadata": {"event_payload": {}}}, "invalid_metadata_schema"),
        ({"metadata": [1]}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"metadata": {"event_type": "seen", "event_payload": {"x": "x" * 8000}}}, "metadata_too_large"),
        ({"attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    ],
)
async def test_other_bad_arguments_are_refused(client: AsyncWebClient, more: dict[str, Any], error: str) -> None:
    call = client.api_call("chat.postMessage", json={"channel": "#shop", "text": "x", **more})

    assert await error_of(call) == error


async def test_time_stamps_rise_while_the_clock_stands_still() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    timeline = Timeline(lambda: noon, Notices())

    assert [timeline.next_ts(), timeline.next_ts()] == ["1795262400.000000", "1795262400.000001"]
