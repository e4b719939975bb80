import io

import aiohttp
import pytest
from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, LocalSlack, Person
from tests.integration.sandbox_slack.support import error_of

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


async def test_the_sdk_uploads_a_file_into_a_channel(slack: LocalSlack, client: AsyncWebClient, viewer: Person) -> None:
    shop = slack.channel("#shop").id
    await client.files_upload_v2(
        channel=shop, content=PICTURE, filename="code.png", title="Code", alt_txt="A QR code", initial_comment="Scan"
    )

    (message,) = viewer.messages()
    file = slack.workspace.files[message.files[0]]
    assert message.text == "Scan"
    assert (file.name, file.title, file.alt_text, file.content) == ("code.png", "Code", "A QR code", PICTURE)


async def test_several_files_make_one_message(slack: LocalSlack, client: AsyncWebClient, viewer: Person) -> None:
    uploads = [{"content": b"a", "filename": "a.txt"}, {"content": b"b", "filename": "b.txt"}]
    await client.files_upload_v2(channel=slack.channel("#shop").id, file_uploads=uploads)

    assert [len(message.files) for message in viewer.messages()] == [2]


async def test_a_file_without_a_channel_is_seen_by_nobody(client: AsyncWebClient, viewer: Person) -> None:
    await client.files_upload_v2(content=PICTURE, filename="code.png")

    assert viewer.messages() == []


@pytest.mark.parametrize(
    ("channel", "error"),
    [("#elsewhere", "not_in_channel"), ("#secret", "channel_not_found"), ("#old", "posting_to_channel_denied")],
)
async def test_a_file_goes_only_where_the_app_is(
    slack: LocalSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    slack.workspace.app.scopes.add("chat:write.public")
    call = client.files_upload_v2(channel=slack.channel(channel).id, content=PICTURE, filename="code.png")

    assert await error_of(call) == error


async def test_a_long_alt_text_is_refused(client: AsyncWebClient) -> None:
    call = client.files_getUploadURLExternal(filename="a", length=1, alt_txt="x" * 1001)

    assert await error_of(call) == "alt_txt_too_large"


async def test_a_file_whose_bytes_never_came_is_not_found(client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a", length=1)

    call = client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])
    assert await error_of(call) == "file_not_found"


async def test_a_wrong_length_is_refused(client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a", length=2)
    async with session.post(ticket["upload_url"], data=b"123") as answer:
        status = answer.status

    assert status == 400


async def test_bytes_may_come_as_a_form(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a", length=3)
    async with session.post(ticket["upload_url"], data={"filename": io.BytesIO(b"123")}) as answer:
        await answer.read()

    assert slack.workspace.files[ticket["file_id"]].content == b"123"


async def test_files_info_says_where_a_file_was_shared(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.app.scopes.add("files:read")
    shop = slack.channel("#shop").id
    uploaded = await client.files_upload_v2(channel=shop, content=PICTURE, filename="code.png")

    said = await client.files_info(file=uploaded["file"]["id"])
    assert list(said["file"]["shares"]["public"]) == [shop]


async def test_files_info_needs_a_scope_of_its_own(client: AsyncWebClient) -> None:
    assert await error_of(client.files_info(file="F1")) == "missing_scope"


async def test_an_image_of_a_shared_file_may_be_posted(slack: LocalSlack, client: AsyncWebClient) -> None:
    uploaded = await client.files_upload_v2(channel=slack.channel("#shop").id, content=PICTURE, filename="code.png")
    image = {"type": "image", "slack_file": {"id": uploaded["file"]["id"]}, "alt_text": "x"}

    assert await error_of(client.chat_postMessage(channel="#shop", text="x", blocks=[image])) == ""


async def test_an_upload_can_be_made_to_fail(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(Fault("server_error", "upload"))

    with pytest.raises(SlackRequestError, match="500"):
        await client.files_upload_v2(content=PICTURE, filename="code.png")


async def test_an_empty_file_is_refused(client: AsyncWebClient) -> None:
    assert await error_of(client.files_getUploadURLExternal(filename="a", length=0)) == "missing_argument"


async def test_a_file_is_completed_once(client: AsyncWebClient) -> None:
    uploaded = await client.files_upload_v2(content=PICTURE, filename="code.png")

    call = client.files_completeUploadExternal(files=[{"id": uploaded["file"]["id"]}])
    assert await error_of(call) == "file_not_found"


async def test_an_upload_url_takes_one_file(client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a", length=1)
    statuses = []
    for _ in range(2):
        async with session.post(ticket["upload_url"], data=b"1") as answer:
            statuses.append(answer.status)

    assert statuses == [200, 404]


async def test_an_image_of_a_private_file_may_not_be_posted(client: AsyncWebClient) -> None:
    uploaded = await client.files_upload_v2(content=PICTURE, filename="code.png")
    image = {"type": "image", "slack_file": {"id": uploaded["file"]["id"]}, "alt_text": "x"}

    assert await error_of(client.chat_postMessage(channel="#shop", text="x", blocks=[image])) == "invalid_blocks"
