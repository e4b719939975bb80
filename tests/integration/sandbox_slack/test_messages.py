import asyncio

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Message, Person
from sandbox.slack.errors import CannotActError
from tests.integration.sandbox_slack.support import Json, actions, ask, button, options, plain

CONFIRM = {"title": plain("Sure?"), "text": plain("It cannot be undone."), "confirm": plain("Yes"), "deny": plain("No")}


class Posted:
    """A message of the app with these elements, and what was done to them."""

    def __init__(self, app: AsyncApp, message: Message) -> None:
        self.message = message
        self.pressed: asyncio.Queue[Json] = asyncio.Queue()
        app.action("go")(self._take)

    async def _take(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        await self.pressed.put(body)


async def post(app: AsyncApp, client: AsyncWebClient, person: Person, *elements: Json) -> Posted:
    await client.chat_postMessage(channel="#shop", text="x", blocks=[actions(*elements)])
    return Posted(app, await person.next_message())


async def test_a_press_brings_the_message_and_the_value(
    slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, operator: Person
) -> None:
    posted = await post(app, client, operator, button("go", value="7"))
    await operator.press(posted.message, "go")
    body = posted.pressed.get_nowait()

    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("7", "row")
    assert (body["message"]["ts"], body["container"]["message_ts"]) == (posted.message.ts, posted.message.ts)
    assert body["channel"] == {"id": slack.channel("#shop").id, "name": "shop"}


async def test_of_several_buttons_the_value_says_which(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    await client.chat_postMessage(
        channel="#shop",
        text="x",
        blocks=[
            {"type": "actions", "elements": [button("go", value="1")]},
            {"type": "actions", "elements": [button("go", value="2")]},
        ],
    )
    posted = Posted(app, await operator.next_message())
    await operator.press(posted.message, "go", "2")

    assert posted.pressed.get_nowait()["actions"][0]["value"] == "2"


async def test_a_button_that_is_not_there_cannot_be_pressed(
    app: AsyncApp, client: AsyncWebClient, operator: Person
) -> None:
    posted = await post(app, client, operator, button("go"))

    with pytest.raises(CannotActError, match="there are \\['go'\\]"):
        await operator.press(posted.message, "stop")


async def test_a_confirm_dialog_is_shown_first(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    posted = await post(app, client, operator, button("go", confirm=CONFIRM))
    ack = await operator.press(posted.message, "go")

    assert (ack.ok, ack.dialog) == (True, "Sure?\nIt cannot be undone.")
    assert not posted.pressed.empty()


async def test_who_says_no_presses_nothing(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    posted = await post(app, client, operator, button("go", confirm=CONFIRM))
    ack = await operator.press(posted.message, "go", confirm=False)

    assert not ack.ok
    assert posted.pressed.empty()


async def test_a_choice_in_a_menu_comes_as_an_option(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    posted = await post(
        app, client, operator, {"type": "static_select", "action_id": "go", "options": options("a", "b")}
    )
    await operator.press(posted.message, "go", "b")
    body = posted.pressed.get_nowait()

    assert body["actions"][0]["selected_option"] == options("b")[0]
    assert body["state"]["values"]["row"]["go"]["selected_option"] == options("b")[0]


async def test_a_choice_in_an_overflow_menu_comes_as_an_option(
    app: AsyncApp, client: AsyncWebClient, operator: Person
) -> None:
    posted = await post(app, client, operator, {"type": "overflow", "action_id": "go", "options": options("a", "b")})
    await operator.press(posted.message, "go", "b")

    assert posted.pressed.get_nowait()["actions"][0]["selected_option"]["value"] == "b"


async def test_an_ephemeral_message_is_not_repeated_and_can_be_replaced(
    app: AsyncApp, client: AsyncWebClient, operator: Person
) -> None:
    bodies: asyncio.Queue[Json] = asyncio.Queue()

    @app.action("go")
    async def go(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        await respond("done", replace_original=True)
        await bodies.put(body)

    blocks = [actions(button("go"))]
    await client.chat_postEphemeral(channel="#shop", user=operator.user.id, text="x", blocks=blocks)
    await operator.press(await operator.next_message(), "go")
    body = await bodies.get()

    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True
    assert [message.text for message in operator.messages()] == ["done"]


async def test_what_is_ephemeral_for_one_cannot_be_pressed_by_another(
    client: AsyncWebClient, operator: Person, viewer: Person
) -> None:
    blocks = [actions(button("go"))]
    await client.chat_postEphemeral(channel="#shop", user=operator.user.id, text="x", blocks=blocks)
    message = await operator.next_message()

    with pytest.raises(CannotActError):
        await viewer.press(message, "go")


async def test_a_deleted_message_cannot_be_pressed(client: AsyncWebClient, app: AsyncApp, operator: Person) -> None:
    posted = await post(app, client, operator, button("go"))
    await client.chat_delete(channel=posted.message.channel, ts=posted.message.ts)

    with pytest.raises(CannotActError):
        await operator.press(posted.message, "go")


async def test_options_are_found_in_a_message_too(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    @app.options("city")
    async def cities(ack: AsyncAck) -> None:
        await ack(options=options("bern"))

    posted = await post(app, client, operator, {"type": "external_select", "action_id": "city"})

    assert await operator.options(posted.message, "city", "bern") == options("bern")


async def test_a_message_may_hold_an_input(client: AsyncWebClient, operator: Person) -> None:
    await client.chat_postMessage(channel="#shop", text="x", blocks=[ask("name")])

    assert len((await operator.next_message()).blocks) == 1


async def test_the_next_message_comes_after_the_one_that_is_named(client: AsyncWebClient, operator: Person) -> None:
    first = operator.say("one")
    waiting = asyncio.create_task(operator.next_message(after=first))
    await client.chat_postMessage(channel="#shop", text="two")

    assert (await waiting).text == "two"


async def test_a_wait_in_vain_ends_with_a_picture_of_what_there_is(slack: LocalSlack, operator: Person) -> None:
    operator.say("one")

    with pytest.raises(TimeoutError, match="shop operator: one"):
        await slack.wait_for(lambda: None, timeout=0)
