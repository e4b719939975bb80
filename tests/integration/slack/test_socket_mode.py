import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefusesError
from bot.socket_mode import Pace, Sockets, open_sockets
from sandbox.slack import LocalSlack
from sandbox.slack.socket_mode import Connection
from tests.integration.sandbox_slack.support import Clock

CONNECTIONS = 2
QUICK = Pace(ping=0.2, watch=0.05, dead=0.3, close=0.2)


def leave(_: Mapping[str, Any]) -> bool:
    """Begin no command: all are Bolt's to answer."""
    return False


@pytest.fixture
def bolt(client: AsyncWebClient) -> AsyncApp:
    app = AsyncApp(client=client, process_before_response=True)

    async def answer(ack: AsyncAck) -> None:
        await ack("seen")

    app.command("/cams")(answer)
    return app


@pytest.fixture
async def sockets(slack: LocalSlack, bolt: AsyncApp) -> AsyncIterator[Sockets]:
    async with open_sockets(bolt, slack.workspace.app.app_token, leave, QUICK) as opened:
        await slack.wait_for(both_stay(slack))
        yield opened


def both_stay(slack: LocalSlack, but: list[Connection] | None = None) -> Callable[[], bool]:
    """Whether as many connections as there should be are open, none of them one of those."""

    def found() -> bool:
        staying = [one for one in slack.socket.connections if not one.leaving and one not in (but or [])]
        return len(staying) == CONNECTIONS

    return found


async def ready(sockets: Sockets) -> None:
    """The SDK has no event for it."""
    async with asyncio.timeout(10):
        while not await sockets.connected():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)


async def test_there_are_two_connections(slack: LocalSlack, sockets: Sockets) -> None:
    await ready(sockets)

    assert len(slack.socket.connections) == CONNECTIONS


async def test_both_connections_answer(slack: LocalSlack, sockets: Sockets) -> None:
    acks = [await slack.person("operator").command("/cams help") for _ in range(2 * CONNECTIONS)]

    assert [ack.payload for ack in acks] == [{"text": "seen"}] * len(acks)


async def test_a_command_that_is_begun_is_acked_and_bolt_does_not_see_it(slack: LocalSlack, bolt: AsyncApp) -> None:
    begun = list[str]()

    def begin(body: Mapping[str, Any]) -> bool:
        begun.append(f"{body['command']} {body['text']}")
        return True

    async with open_sockets(bolt, slack.workspace.app.app_token, begin, QUICK):
        await slack.wait_for(both_stay(slack))
        acks = [await slack.person("operator").command("/cams help") for _ in range(2 * CONNECTIONS)]

    assert [(ack.ok, ack.payload) for ack in acks] == [(True, {})] * len(acks)
    assert begun == ["/cams help"] * len(acks)


class Gone:
    """Stands in for a connection that has just been lost, until something is sent on it."""

    closed = False

    def __init__(self, client: SocketModeClient) -> None:
        self._client, self._next = client, client.current_session
        client.current_session = cast(Any, self)

    async def send_str(self, _text: str) -> None:
        self._client.current_session = self._next
        raise ConnectionResetError

    async def close(self) -> None:
        if self._next:
            await self._next.close()


async def test_an_ack_that_its_connection_does_not_take_is_sent_again(slack: LocalSlack, bolt: AsyncApp) -> None:
    begun = list[Mapping[str, Any]]()

    def begin(body: Mapping[str, Any]) -> bool:
        begun.append(body)
        for handler in opened._handlers:
            Gone(handler.client)
        return True

    async with open_sockets(bolt, slack.workspace.app.app_token, begin, QUICK) as opened:
        await slack.wait_for(both_stay(slack))
        await ready(opened)
        ack = await slack.person("operator").command("/cams help")

    assert (ack.ok, ack.payload, len(begun)) == (True, {}, 1)


async def test_what_only_mentions_slash_commands_is_left_to_bolt(slack: LocalSlack, bolt: AsyncApp) -> None:
    begun, said = list[Mapping[str, Any]](), '"slash_commands"'

    async def answer(ack: AsyncAck) -> None:
        await ack()

    def begin(body: Mapping[str, Any]) -> bool:
        begun.append(body)
        return True

    bolt.shortcut(said)(answer)
    async with open_sockets(bolt, slack.workspace.app.app_token, begin, QUICK):
        await slack.wait_for(both_stay(slack))
        ack = await slack.person("operator").shortcut(said)

    assert (ack.ok, begun) == (True, [])


@pytest.mark.parametrize(("kind", "code"), [("unknown", "invalid_auth"), ("bot's", "not_allowed_token_type")])
async def test_a_token_that_slack_refuses_stops_the_start(
    slack: LocalSlack, bolt: AsyncApp, kind: str, code: str
) -> None:
    token = slack.workspace.app.bot_token if kind == "bot's" else "xapp-unknown"
    with pytest.raises(SlackRefusesError) as refused:
        async with open_sockets(bolt, token, leave, QUICK):
            raise AssertionError

    assert f"SLACK_APP_TOKEN ({code})" in str(refused.value)
    assert token not in str(refused.value)


async def test_when_slack_renews_a_connection_the_other_answers(slack: LocalSlack, sockets: Sockets) -> None:
    first = slack.socket.connections[0]
    await slack.socket.disconnect(only=first)
    ack = await slack.person("operator").command("/cams help")
    await slack.wait_for(both_stay(slack, [first]))

    assert ack.payload == {"text": "seen"}


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_after_slack_has_sent_both_away_both_come_back(slack: LocalSlack, sockets: Sockets, reason: Any) -> None:
    before = list(slack.socket.connections)
    await slack.socket.disconnect(reason)
    await slack.wait_for(both_stay(slack, before))
    ack = await slack.person("operator").command("/cams help")

    assert ack.payload == {"text": "seen"}


async def test_after_a_broken_line_both_come_back(slack: LocalSlack, sockets: Sockets) -> None:
    before = list(slack.socket.connections)
    slack.socket.drop()
    await slack.wait_for(both_stay(slack, before))
    ack = await slack.person("operator").command("/cams help")

    assert ack.payload == {"text": "seen"}


async def test_an_address_that_is_spent_is_given_up_for_a_new_one(
    slack: LocalSlack, bolt: AsyncApp, clock: Clock
) -> None:
    dead = 1 + CONNECTIONS

    def outlive_the_ticket(change: Any) -> None:
        nonlocal dead
        if change.kind == "api_call" and change.subject.method == "apps.connections.open" and dead:
            dead -= 1
            clock.advance(3600)

    slack.workspace.notices.listen(outlive_the_ticket)
    async with open_sockets(bolt, slack.workspace.app.app_token, leave, QUICK) as sockets:
        await slack.wait_for(both_stay(slack))
        await ready(sockets)

    assert dead == 0


async def test_until_a_connection_is_up_the_bot_is_not_ready(slack: LocalSlack, bolt: AsyncApp) -> None:
    async with open_sockets(bolt, slack.workspace.app.app_token, leave, QUICK) as sockets:
        at_first = await sockets.connected()
        await ready(sockets)

    assert at_first is False


async def test_at_the_end_no_connection_is_left(slack: LocalSlack, bolt: AsyncApp) -> None:
    async with open_sockets(bolt, slack.workspace.app.app_token, leave, QUICK):
        await slack.wait_for(both_stay(slack))
    await slack.wait_for(lambda: not slack.socket.connections)

    assert slack.socket.connections == []


async def test_a_slack_that_does_not_say_goodbye_is_not_waited_for(slack: LocalSlack, bolt: AsyncApp) -> None:
    opening = open_sockets(bolt, slack.workspace.app.app_token, leave, QUICK)
    await opening.__aenter__()
    await slack.wait_for(both_stay(slack))
    for connection in slack.socket.connections:
        assert connection.request.transport is not None
        connection.request.transport.pause_reading()
    # The SDK itself would wait for ten seconds.
    async with asyncio.timeout(5):
        await opening.__aexit__(None, None, None)
