import asyncio
import json

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import Clock, over_socket


async def link(slack: LocalSlack, client: AsyncWebClient) -> str:
    return str((await client.apps_connections_open(app_token=slack.workspace.app.app_token))["url"])


async def test_a_ticket_opens_a_connection_that_says_hello(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(await link(slack, client)) as socket:
        hello = await socket.receive_json()

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"]["app_id"] == slack.workspace.app.id


async def test_a_ticket_works_once(slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
    url = await link(slack, client)
    async with session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)

    assert refused.value.status == 403


async def test_a_ticket_grows_stale(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, clock: Clock
) -> None:
    url = await link(slack, client)
    clock.advance(30)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)


async def test_an_eleventh_connection_is_sent_away(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    sockets = [await session.ws_connect(await link(slack, client)) for _ in range(11)]
    first_words = [(await socket.receive_json()) for socket in sockets]
    for socket in sockets:
        await socket.close()

    assert [words["type"] for words in first_words] == ["hello"] * 10 + ["disconnect"]
    assert first_words[-1]["reason"] == "too_many_websockets"


async def test_a_ping_is_answered_with_its_own_words(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(await link(slack, client), autoping=False) as socket:
        await socket.receive_json()
        await socket.ping(b"are you there")
        answer = await socket.receive()

    assert (answer.type, bytes(answer.data)) == (aiohttp.WSMsgType.PONG, b"are you there")


async def test_an_envelope_is_acknowledged_by_its_id(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    async with session.ws_connect(await link(slack, client)) as socket:
        await socket.receive_json()
        command = asyncio.create_task(operator.command("/do it"))
        envelope = await socket.receive_json()
        await socket.send_str("no json")
        await socket.send_json({"envelope_id": "another"})
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "done"}})
        ack = await command

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (ack.ok, ack.payload) == (True, {"text": "done"})


async def test_payloads_are_spread_over_the_connections(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    async def serve(socket: aiohttp.ClientWebSocketResponse) -> int:
        served = 0
        async for message in socket:
            envelope = json.loads(message.data)
            if "envelope_id" in envelope:
                served += 1
                await socket.send_json({"envelope_id": envelope["envelope_id"]})
        return served

    sockets = [await session.ws_connect(await link(slack, client)) for _ in range(2)]
    serving = [asyncio.create_task(serve(socket)) for socket in sockets]
    await slack.wait_for(lambda: len(slack.socket.connections) == 2)
    for _ in range(4):
        await operator.command("/do it")
    for socket in sockets:
        await socket.close()

    assert await asyncio.gather(*serving) == [2, 2]


async def test_an_acknowledgement_may_come_on_another_connection(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    first = await session.ws_connect(await link(slack, client))
    await first.receive_json()
    command = asyncio.create_task(operator.command("/do it"))
    envelope = await first.receive_json()
    async with session.ws_connect(await link(slack, client)) as second:
        await first.close()
        await second.send_json({"envelope_id": envelope["envelope_id"]})
        ack = await command

    assert ack.ok


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_bolt_comes_back_when_told_to_go(
    slack: LocalSlack, client: AsyncWebClient, operator: Person, reason: str
) -> None:
    async with over_socket(slack, client) as app:

        @app.command("/ping")
        async def ping(ack: AsyncAck) -> None:
            await ack("pong")

        await slack.socket.disconnect("warning" if reason == "warning" else "refresh_requested")
        await slack.wait_for(lambda: [c for c in slack.socket.connections if not c.leaving])
        ack = await operator.command("/ping")

    assert ack.payload == {"text": "pong"}


async def test_bolt_comes_back_when_the_line_breaks(
    slack: LocalSlack, client: AsyncWebClient, app: AsyncApp, operator: Person
) -> None:
    @app.command("/ping")
    async def ping(ack: AsyncAck) -> None:
        await ack("pong")

    broken = slack.socket.connections[0]
    slack.socket.drop()
    await slack.wait_for(lambda: [c for c in slack.socket.connections if c is not broken])
    ack = await operator.command("/ping")

    assert ack.payload == {"text": "pong"}


async def test_a_leaving_connection_serves_where_there_is_no_other(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    async with session.ws_connect(await link(slack, client)) as socket:
        await socket.receive_json()
        await slack.socket.disconnect("warning")
        command = asyncio.create_task(operator.command("/do it"))
        farewell, envelope = await socket.receive_json(), await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        ack = await command

    assert (farewell["type"], farewell["reason"]) == ("disconnect", "warning")
    assert ack.ok


async def test_a_leaving_connection_is_spared_where_there_is_another(
    slack: LocalSlack, client: AsyncWebClient, session: aiohttp.ClientSession, operator: Person
) -> None:
    async with (
        session.ws_connect(await link(slack, client)) as old,
        session.ws_connect(await link(slack, client)) as new,
    ):
        await slack.wait_for(lambda: len(slack.socket.connections) == 2)
        await slack.socket.disconnect("warning", slack.socket.connections[0])
        commands = [asyncio.create_task(operator.command("/do it")) for _ in range(2)]
        await new.receive_json()
        for _ in commands:
            envelope = await new.receive_json()
            await new.send_json({"envelope_id": envelope["envelope_id"]})
        acks = await asyncio.gather(*commands)
        farewell = [(await old.receive_json())["type"] for _ in range(2)]

    assert [ack.ok for ack in acks] == [True, True]
    assert farewell == ["hello", "disconnect"]
