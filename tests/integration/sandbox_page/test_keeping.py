from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.integration.sandbox_page.support import Page, Stream
from tests.integration.sandbox_slack.support import error_of


async def test_a_channel_that_a_person_changes_is_told_each_time(sandbox: Sandbox, page: Page, stream: Stream) -> None:
    shop, told = sandbox.slack.channel("#shop").id, []
    for act in ("archive", "unarchive", "kick", "invite"):
        await page.post(f"channel/{act}", channel=shop)
        channel = (await stream.change("channel"))["channel"]
        told.append((channel["is_archived"], channel["has_app"]))
    await page.post("channel/rename", channel=shop, name="market")
    renamed = (await stream.change("channel"))["channel"]

    assert told == [(True, True), (False, True), (False, False), (False, True)]
    assert (renamed["id"], renamed["name"]) == (shop, "market")


async def test_a_message_that_a_person_deletes_is_gone_for_the_app(
    sandbox: Sandbox, page: Page, client: AsyncWebClient, stream: Stream
) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x")
    message = {"channel": posted["channel"], "ts": posted["ts"]}
    refusal = await page.refusal("message/delete", person="viewer", **message)
    await page.post("message/delete", person="admin", **message)

    assert refusal == "only an admin deletes what somebody else wrote"
    assert (await stream.change("message_removed"))["ts"] == posted["ts"]
    assert await error_of(client.chat_update(**message, text="y")) == "message_not_found"
    assert await page.refusal("message/delete", person="admin", **message) == "the message is not there any more"


async def test_a_private_channel_is_there_with_its_messages_from_the_invitation_to_the_removal(
    sandbox: Sandbox, page: Page
) -> None:
    secret, operator = sandbox.slack.channel("#secret").id, sandbox.slack.person("operator")
    operator.say("for members", secret)
    async with page.watching("guest") as stream:
        before = await stream.snapshot()
        operator.invite(secret, "guest")
        during = await stream.snapshot()
        operator.kick(secret, "guest")
        after = await stream.snapshot()

    assert [message["text"] for message in during["messages"][secret]] == ["for members"]
    assert secret not in before["messages"]
    assert secret not in after["messages"]


async def test_what_cannot_be_done_to_a_channel_is_said(page: Page) -> None:
    assert await page.refusal("channel/archive", channel="#old") == "#old is archived"
    assert await page.refusal("channel/rename", channel="#shop", name=" old ") == "the name #old is taken"
    assert await page.refusal("channel/kick", channel="#nowhere") == "There is no 'nowhere'."
