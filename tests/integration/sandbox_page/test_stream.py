import asyncio

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.page import Desk
from sandbox.page.stream import PULSE, Feed
from tests.integration.sandbox_page.support import Page, Stream
from tests.integration.sandbox_slack.support import modal, section


async def test_a_snapshot_comes_first(page: Page) -> None:
    async with page.watching() as stream:
        await stream.snapshot()

    assert [name for name, _ in stream.events] == ["snapshot"]
    assert stream.answer.content_type == "text/event-stream"


async def test_the_snapshot_shows_what_a_person_sees(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.person("admin").say("secret words", "#secret")
    sandbox.slack.person("admin").say("public words", "#shop")
    async with page.watching("guest") as stream:
        snapshot = await stream.snapshot()
    texts = [message["text"] for messages in snapshot["messages"].values() for message in messages]

    assert snapshot["person"] == "guest"
    assert [(channel["name"], channel["is_im"]) for channel in snapshot["channels"]] == [
        ("shop", False),
        ("tester", True),
    ]
    assert texts == ["public words"]
    assert "secret" not in snapshot["names"].values()


async def test_the_snapshot_names_the_app_and_what_it_can_be_asked_for(page: Page) -> None:
    async with page.watching() as stream:
        app = (await stream.snapshot())["app"]

    assert (app["name"], app["connected"], app["has_home"]) == ("tester", False, True)
    assert app["commands"] == [{"command": "/test", "description": "Test something", "usage_hint": "[what]"}]
    assert app["shortcuts"] == [{"name": "Do it", "type": "global", "callback_id": "do_it", "description": ""}]


async def test_nobody_and_an_app_look_at_no_page(page: Page) -> None:
    for name in ("nobody", "tester"):
        async with page.get(f"api/stream?person={name}") as answer:
            assert answer.status == 400


async def test_a_message_is_told_as_it_comes(sandbox: Sandbox, stream: Stream) -> None:
    said = sandbox.slack.person("viewer").say("a < b")
    message = (await stream.change("message"))["message"]

    assert (message["ts"], message["user_name"], message["text"]) == (said.ts, "viewer", "a &lt; b")
    assert (message["ephemeral"], message["is_app"], message["edited"]) == (False, False, False)


async def test_what_only_another_sees_is_not_told(sandbox: Sandbox, client: AsyncWebClient, stream: Stream) -> None:
    shop, viewer = sandbox.slack.channel("#shop").id, sandbox.slack.person("viewer").user.id
    await client.chat_postEphemeral(channel=shop, user=viewer, text="for the viewer")
    await client.chat_postMessage(channel=shop, text="for all")

    assert (await stream.change("message"))["message"]["text"] == "for all"


async def test_what_only_one_person_sees_is_marked(sandbox: Sandbox, client: AsyncWebClient, stream: Stream) -> None:
    shop, operator = sandbox.slack.channel("#shop").id, sandbox.slack.person("operator").user.id
    await client.chat_postEphemeral(channel=shop, user=operator, text="for you")
    message = (await stream.change("message"))["message"]

    assert (message["ephemeral"], message["is_app"]) == (True, True)


async def test_an_edited_message_is_told_in_its_old_place(
    sandbox: Sandbox, client: AsyncWebClient, stream: Stream
) -> None:
    posted = await client.chat_postMessage(channel=sandbox.slack.channel("#shop").id, text="before")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="after")
    message = (await stream.next(lambda _, data: data.get("message", {}).get("edited")))["message"]

    assert (message["ts"], message["text"]) == (posted["ts"], "after")


async def test_a_removed_message_is_told(sandbox: Sandbox, client: AsyncWebClient, stream: Stream) -> None:
    posted = await client.chat_postMessage(channel=sandbox.slack.channel("#shop").id, text="going")
    await stream.change("message")
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])

    assert (await stream.change("message_removed"))["ts"] == posted["ts"]


async def test_a_reply_is_counted_at_the_message_that_began_the_thread(sandbox: Sandbox, stream: Stream) -> None:
    first = sandbox.slack.person("viewer").say("first")
    await stream.change("message")
    reply = sandbox.slack.person("admin").say("reply", thread_ts=first.ts)
    sandbox.slack.person("admin").say("reply to the reply", thread_ts=reply.ts)

    def counted(_: str, data: dict[str, dict[str, object]]) -> bool:
        message = data.get("message", {})
        return message.get("ts") == first.ts and message.get("reply_count") == 2

    assert await stream.next(counted)


async def test_a_file_is_told_before_the_message_that_shares_it(
    sandbox: Sandbox, client: AsyncWebClient, stream: Stream
) -> None:
    await client.files_upload_v2(channel=sandbox.slack.channel("#shop").id, content=b"1", filename="a.png", alt_txt="A")
    file = (await stream.change("file"))["file"]
    message = (await stream.change("message"))["message"]

    assert message["files"] == [file["id"]]
    assert file == {
        "id": file["id"],
        "name": "a.png",
        "title": "a.png",
        "alt_text": "A",
        "size": 1,
        "type": "image/png",
        "url": f"/api/files/{file['id']}",
    }


async def test_modals_are_told_with_their_depth(sandbox: Sandbox, stream: Stream) -> None:
    modals, operator = sandbox.slack.workspace.modals, sandbox.slack.person("operator").user.id
    modals.open(operator, modal(title="One"))
    first = await stream.change("view")
    modals.push(operator, modal(title="Two"))
    second = await stream.change("view")
    modals.close_all(operator)
    last = await stream.change("view")

    assert [first["view"]["title"], first["view"]["submit"], first["view"]["close"]] == ["One", "Send", None]
    assert [one["depth"] for one in (first, second, last)] == [1, 2, 0]
    assert last["view"] is None


async def test_the_modal_of_another_is_not_told(sandbox: Sandbox, stream: Stream) -> None:
    sandbox.slack.workspace.modals.open(sandbox.slack.person("viewer").user.id, modal(title="Theirs"))
    sandbox.slack.person("viewer").say("after that")
    await stream.change("message")

    assert "view" not in {data.get("kind") for _, data in stream.events}


async def test_a_home_tab_is_told(sandbox: Sandbox, stream: Stream) -> None:
    body = {"type": "home", "blocks": [section("At home")]}
    sandbox.slack.workspace.modals.publish(sandbox.slack.person("operator").user.id, body)

    assert (await stream.change("home"))["view"]["type"] == "home"


async def test_an_archived_channel_is_told(sandbox: Sandbox, stream: Stream) -> None:
    workspace, shop = sandbox.slack.workspace, sandbox.slack.channel("#shop")
    workspace.change_channel(shop, is_archived=True)
    channel = (await stream.change("channel"))["channel"]

    assert (channel["name"], channel["is_archived"], channel["has_app"]) == ("shop", True, True)


async def test_new_people_get_a_name(sandbox: Sandbox, stream: Stream) -> None:
    added = sandbox.slack.workspace.add_user("newcomer", "Nora Newcomer")

    assert (await stream.change("names"))["names"][added.id] == "newcomer"


async def test_an_app_that_connects_is_told(stream: Stream, app: AsyncApp) -> None:
    assert (await stream.change("app"))["app"]["connected"] is True


async def test_unread_messages_are_counted_until_the_channel_is_read(
    sandbox: Sandbox, page: Page, stream: Stream
) -> None:
    shop = sandbox.slack.channel("#shop").id
    sandbox.slack.person("operator").say("my own")
    sandbox.slack.person("viewer").say("another's")
    counted = await stream.change("unread")
    await page.post("read", person="operator", channel=shop)
    read = await stream.change("unread")

    assert (counted["channel"], counted["unread"]) == (shop, 1)
    assert (read["channel"], read["unread"]) == (shop, 0)


async def test_a_change_in_cams_is_told(sandbox: Sandbox, stream: Stream) -> None:
    sandbox.cams.world.review("cams-demo2", "REJECTED")
    cams = (await stream.change("cams"))["cams"]

    assert [space["waba"]["review_status"] for space in cams["spaces"]] == ["APPROVED", "REJECTED", "DISABLED"]


async def test_one_who_connects_again_sees_what_happened_meanwhile(sandbox: Sandbox, page: Page) -> None:
    shop = sandbox.slack.channel("#shop").id
    async with page.watching() as before:
        await before.snapshot()
    sandbox.slack.person("viewer").say("while you were away")
    sandbox.slack.workspace.modals.open(sandbox.slack.person("operator").user.id, modal(title="Still open"))
    async with page.watching() as after:
        snapshot = await after.snapshot()

    assert [message["text"] for message in snapshot["messages"][shop]] == ["while you were away"]
    assert (snapshot["view"]["title"], snapshot["depth"]) == ("Still open", 1)


async def test_one_who_reads_too_slowly_gets_a_new_snapshot(sandbox: Sandbox) -> None:
    desk = Desk(sandbox.slack, sandbox.cams)
    operator = sandbox.slack.person("operator")
    with desk.listening(), Feed(desk, operator.user.id, limit=3) as feed:
        await feed.next()
        for number in range(4):
            operator.say(f"message {number}")

        assert (await feed.next()).startswith(b"event: snapshot\n")


async def test_what_has_changed_twice_is_told_once(sandbox: Sandbox) -> None:
    desk = Desk(sandbox.slack, sandbox.cams)
    with desk.listening(), Feed(desk, sandbox.slack.person("operator").user.id) as feed:
        await feed.next()
        for status in ("REJECTED", "DISABLED", "APPROVED"):
            sandbox.cams.world.review("cams-demo2", status)

        assert (await feed.next()).count(b"event: change\n") == 1


async def test_silence_is_broken_by_a_comment(sandbox: Sandbox) -> None:
    desk = Desk(sandbox.slack, sandbox.cams)
    with Feed(desk, sandbox.slack.person("operator").user.id, pulse=0) as feed:
        await feed.next()

        assert await feed.next() == PULSE


async def test_a_page_that_was_closed_is_forgotten(sandbox: Sandbox) -> None:
    desk = Desk(sandbox.slack, sandbox.cams)
    with desk.listening():
        with Feed(desk, sandbox.slack.person("operator").user.id) as feed:
            await feed.next()
        sandbox.slack.person("viewer").say("nobody listens")
        waiting = asyncio.create_task(feed.next())
        done, _ = await asyncio.wait({waiting}, timeout=0.05)
        waiting.cancel()

    assert not done
