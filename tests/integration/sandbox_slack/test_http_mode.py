import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import actions, ask, button, modal, options, over_http


@pytest.fixture
async def app(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A Bolt app behind a request URL."""
    async with over_http(slack, client) as running:
        yield running


async def test_a_signed_command_reaches_the_app(app: AsyncApp, operator: Person) -> None:
    @app.command("/echo")
    async def echo(ack: AsyncAck, command: dict[str, str]) -> None:
        await ack(command["text"])

    ack = await operator.command("/echo a=b&c d")

    assert (ack.ok, ack.payload) == (True, {"text": "a=b&amp;c d"})
    assert [message.text for message in operator.messages()] == ["a=b&amp;c d"]


async def test_a_wrong_signature_is_refused(slack: LocalSlack, app: AsyncApp, operator: Person) -> None:
    @app.command("/echo")
    async def echo(ack: AsyncAck) -> None:
        await ack()

    slack.http.signing_secret = "wrong"
    ack = await operator.command("/echo")

    assert (ack.ok, ack.problem) == (False, "dispatch_failed")


async def test_a_stale_time_stamp_is_refused(slack: LocalSlack, app: AsyncApp, operator: Person) -> None:
    @app.command("/echo")
    async def echo(ack: AsyncAck) -> None:
        await ack()

    slack.http.seconds_late = 301
    ack = await operator.command("/echo")

    assert ack.problem == "dispatch_failed"


async def test_a_modal_is_submitted_with_errors_and_then_without(app: AsyncApp, operator: Person) -> None:
    @app.shortcut("start")
    async def start(ack: AsyncAck, client: AsyncWebClient, shortcut: dict[str, str]) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=modal(ask("name")))

    @app.view("form")
    async def form(ack: AsyncAck, view: dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]]) -> None:
        if view["state"]["values"]["name"]["name"]["value"] == "bad":
            await ack(response_action="errors", errors={"name": "Not that one."})
        else:
            await ack()

    await operator.shortcut("start")
    view = await operator.opened_view()
    await operator.submit(view, name="bad")
    complained = operator.view()
    await operator.submit(view, name="good")

    assert complained is not None
    assert complained.errors == {"name": "Not that one."}
    assert operator.view() is None


async def test_options_come_back_in_the_answer(
    slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, operator: Person
) -> None:
    @app.options("fruit")
    async def fruit(ack: AsyncAck, payload: dict[str, str]) -> None:
        await ack(options=options(payload["value"]))

    trigger_id = slack.workspace.triggers.issue(operator.user.id)
    await client.views_open(trigger_id=trigger_id, view=modal(ask("fruit", "external_select")))
    found = await operator.options(await operator.opened_view(), "fruit", "app")

    assert found == options("app")


async def test_a_button_reaches_the_app(app: AsyncApp, client: AsyncWebClient, operator: Person) -> None:
    pressed: asyncio.Queue[str] = asyncio.Queue()

    @app.action("go")
    async def go(ack: AsyncAck, action: dict[str, str]) -> None:
        await ack()
        await pressed.put(action["value"])

    await client.chat_postMessage(channel="#shop", text="x", blocks=[actions(button("go", value="7"))])
    ack = await operator.press(await operator.next_message(), "go")

    assert ack.ok
    assert pressed.get_nowait() == "7"


async def test_an_event_reaches_the_app(app: AsyncApp, operator: Person) -> None:
    opened: asyncio.Queue[str] = asyncio.Queue()

    @app.event("app_home_opened")
    async def home(event: dict[str, str]) -> None:
        await opened.put(event["user"])

    ack = await operator.open_home()

    assert ack.ok
    assert await opened.get() == operator.user.id


async def test_the_url_is_verified_by_a_challenge(slack: LocalSlack, app: AsyncApp) -> None:
    assert await slack.http.verify()


async def test_a_url_that_does_not_answer_the_challenge_is_not_verified(slack: LocalSlack) -> None:
    slack.deliver_to(slack.api_url + "api.test")

    assert not await slack.http.verify()


async def test_a_url_where_nobody_listens_fails_the_dispatch(slack: LocalSlack, operator: Person) -> None:
    slack.deliver_to("http://127.0.0.1:1/")
    ack = await operator.command("/echo")

    assert ack.problem == "dispatch_failed"
    assert operator.messages()[0].text == '/echo failed with the error "dispatch_failed"'


async def test_an_app_that_takes_too_long_times_out(slack: LocalSlack, app: AsyncApp, operator: Person) -> None:
    release = asyncio.Event()

    @app.command("/slow")
    async def slow(ack: AsyncAck) -> None:
        await release.wait()
        await ack()

    slack.courier.patience = 0.05
    ack = await operator.command("/slow")
    release.set()

    assert ack.problem == "operation_timeout"


async def test_connected_is_true_with_a_url(slack: LocalSlack, app: AsyncApp) -> None:
    await slack.connected(timeout=0)
