import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.transcript import TranscriptError, read_transcript
from tests.integration.sandbox_page.support import Page

METADATA = {"event_type": "seen", "event_payload": {"id": 7}}


async def test_a_channel_is_read_in_order_with_metadata_and_threads(
    sandbox: Sandbox, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    shop, viewer = sandbox.slack.channel("#shop").id, sandbox.slack.person("viewer")
    first = await client.chat_postMessage(channel=shop, text="first", metadata=METADATA)
    await client.chat_postEphemeral(channel=shop, user=viewer.user.id, text="psst")
    viewer.say("second")
    await client.chat_postMessage(channel=shop, text="reply", thread_ts=first["ts"])
    await client.chat_update(channel=shop, ts=first["ts"], text="changed")
    read = await read_transcript(session, sandbox.page_url, "#shop")

    assert [message["text"] for message in read] == ["changed", "second", "reply"]
    assert (read[0]["metadata"], read[0]["reply_count"], "edited" in read[0]) == (METADATA, 1, True)
    assert read[2]["thread_ts"] == first["ts"]
    assert sandbox.slack.transcript(shop) == read


async def test_thousands_of_messages_are_read_and_then_only_what_is_new(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    shop, timeline = sandbox.slack.channel("#shop").id, sandbox.slack.workspace.timeline
    stamps = [timeline.post(shop, sandbox.slack.workspace.app.user, f"{n}").ts for n in range(4321)]
    read = await read_transcript(session, sandbox.page_url, shop)
    new = timeline.post(shop, sandbox.slack.workspace.app.user, "new")
    later = await read_transcript(session, sandbox.page_url, shop, after=stamps[-1])

    assert [message["ts"] for message in read] == stamps
    assert [message["ts"] for message in later] == [new.ts]


async def test_a_channel_that_is_not_there_is_named(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    with pytest.raises(TranscriptError, match="There is no channel 'nowhere'"):
        await read_transcript(session, sandbox.page_url, "#nowhere")


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "", "9" * 5000])
async def test_a_limit_that_is_none_is_refused(page: Page, limit: str) -> None:
    async with page.get(f"api/transcript?channel=shop&limit={limit}") as answer:
        said = await answer.json()

    assert (answer.status, said["error"]) == (400, "The limit is a whole number from 1 to 1000.")
