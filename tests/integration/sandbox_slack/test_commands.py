import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from sandbox.slack.errors import CannotActError
from sandbox.slack.model import SLACKBOT
from tests.integration.sandbox_slack.support import Json, section


@pytest.fixture
def heard(app: AsyncApp) -> "asyncio.Queue[dict[str, Any]]":
    """The payloads of /note, which is acknowledged without a word."""
    payloads: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @app.command("/note")
    async def note(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await payloads.put(body)

    return payloads


async def test_a_command_says_who_where_and_what(
    slack: LocalSlack, heard: "asyncio.Queue[dict[str, Any]]", operator: Person
) -> None:
    await operator.command("/note  to self ")
    body = heard.get_nowait()

    assert (body["command"], body["text"]) == ("/note", "to self")
    assert (body["user_id"], body["user_name"]) == (operator.user.id, "operator")
    assert (body["channel_id"], body["channel_name"]) == (slack.channel("#shop").id, "shop")
    assert (body["team_id"], body["api_app_id"]) == (slack.workspace.team.id, slack.workspace.app.id)
    assert body["is_enterprise_install"] == "false"


async def test_three_characters_are_escaped_as_slack_does(
    heard: "asyncio.Queue[dict[str, Any]]", operator: Person
) -> None:
    await operator.command("/note a & <b>")

    assert heard.get_nowait()["text"] == "a &amp; &lt;b&gt;"


async def test_raw_text_passes_as_it_is(heard: "asyncio.Queue[dict[str, Any]]", operator: Person) -> None:
    await operator.command("/note <tel:+861380000|+86 1380000>", raw=True)

    assert heard.get_nowait()["text"] == "<tel:+861380000|+86 1380000>"


@pytest.mark.parametrize(("channel", "name"), [("#secret", "privategroup"), ("DM", "directmessage")])
async def test_private_places_are_not_named(
    heard: "asyncio.Queue[dict[str, Any]]", operator: Person, channel: str, name: str
) -> None:
    await operator.command("/note", channel)

    assert heard.get_nowait()["channel_name"] == name


async def test_a_stranger_comes_with_their_own_team(slack: LocalSlack, heard: "asyncio.Queue[dict[str, Any]]") -> None:
    await slack.person("stranger").command("/note")

    assert heard.get_nowait()["team_id"] == slack.workspace.other_team.id


async def test_a_guest_cannot_type_where_they_are_not(slack: LocalSlack) -> None:
    with pytest.raises(CannotActError):
        await slack.person("guest").command("/note", "#elsewhere")


@pytest.mark.parametrize(("response_type", "viewer_sees"), [("ephemeral", []), ("in_channel", ["hi"])])
async def test_the_acknowledgement_may_carry_a_message(
    app: AsyncApp, operator: Person, viewer: Person, response_type: str, viewer_sees: list[str]
) -> None:
    @app.command("/hi")
    async def hi(ack: AsyncAck) -> None:
        await ack("hi", response_type=response_type)

    await operator.command("/hi")

    assert [message.text for message in operator.messages()] == ["hi"]
    assert [message.text for message in viewer.messages()] == viewer_sees


async def test_an_acknowledgement_that_slack_cannot_show_is_a_problem(app: AsyncApp, operator: Person) -> None:
    @app.command("/hi")
    async def hi(ack: AsyncAck) -> None:
        await ack(blocks=[section("x" * 3001)])

    ack = await operator.command("/hi")

    assert not ack.ok
    assert ack.problem.startswith("invalid_blocks")


async def test_without_an_app_the_person_is_told(slack: LocalSlack, operator: Person) -> None:
    ack = await operator.command("/hi there")

    assert (ack.ok, ack.problem) == (False, "operation_timeout")
    (message,) = operator.messages()
    assert message.user == SLACKBOT
    assert message.ephemeral_to == operator.user.id
    assert message.text.startswith("/hi failed because the app did not respond.")


async def test_a_listener_that_does_not_acknowledge_times_out(
    slack: LocalSlack, app: AsyncApp, operator: Person
) -> None:
    slack.courier.patience = 0.05
    ack = await operator.command("/nobody-listens")

    assert ack.problem == "operation_timeout"


async def test_a_response_url_answers_the_person_alone(app: AsyncApp, operator: Person, viewer: Person) -> None:
    @app.command("/hi")
    async def hi(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("later")

    await operator.command("/hi")

    assert (await operator.next_message()).text == "later"
    assert viewer.messages() == []


async def test_a_response_url_works_where_the_app_is_not(app: AsyncApp, operator: Person) -> None:
    @app.command("/hi")
    async def hi(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("hello")

    await operator.command("/hi", "#secret")

    assert (await operator.next_message("#secret")).text == "hello"


async def test_a_command_opens_a_modal(app: AsyncApp, operator: Person) -> None:
    @app.command("/form")
    async def form(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
        await ack()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": [section()]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await operator.command("/form")

    assert (await operator.opened_view()).title == "Form"


async def test_an_event_that_is_not_acknowledged_comes_again(
    slack: LocalSlack, app: AsyncApp, operator: Person
) -> None:
    attempts: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    @app.middleware
    async def drop_the_first(req: Any, next: Any) -> None:  # noqa: A002 - Bolt injects by this name
        number = req.headers.get("x-slack-retry-num", ["0"])[0]
        await attempts.put((req.body["event_id"], number))
        if number != "0":
            await next()

    @app.event("app_home_opened")
    async def home() -> None:
        """Take the event."""

    slack.courier.patience = 0.05
    ack = await operator.open_home()
    first, second = await attempts.get(), await attempts.get()

    assert not ack.ok
    assert (first[1], second[1]) == ("0", "1")
    assert first[0] == second[0]


async def test_an_event_that_was_acknowledged_comes_no_more(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    slack.courier.event_retry_waits = (0.0, 0.0, 0.0)
    kinds = []
    url = (await client.apps_connections_open(app_token=slack.workspace.app.app_token))["url"]
    async with session.ws_connect(url) as socket:
        await socket.receive_json()
        slack.courier.patience = 0.05
        await operator.open_home()
        slack.courier.patience = 3.0
        await socket.receive_json()
        again = await socket.receive_json()
        await socket.send_json({"envelope_id": again["envelope_id"]})
        # Were the event sent once more, it would be among the next three.
        for _ in range(3):
            command = asyncio.create_task(operator.command("/next"))
            envelope = await socket.receive_json()
            kinds.append(envelope["type"])
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await asyncio.wait([command], timeout=0.2)

    assert again["retry_attempt"] == 1
    assert kinds == ["slash_commands"] * 3
