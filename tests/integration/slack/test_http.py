import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import http
from sandbox.slack import LocalSlack, Person
from sandbox.slack.http_delivery import signature
from sandbox.slack.model import utc_now

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Bot:
    """What the server was asked, and whether it says that it is ready."""

    url: str = ""
    ready: bool = True
    commands: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    begins: bool = False
    begun: list[str] = field(default_factory=list)

    async def is_ready(self) -> bool:
        return self.ready

    async def refuse(self, address: str) -> None:
        self.refused.append(address)

    def begin(self, body: Mapping[str, str]) -> bool:
        if self.begins:
            self.begun.append(body["text"])
        return self.begins

    async def answer(self, ack: AsyncAck, body: dict[str, str]) -> None:
        self.commands.append(body["text"])
        await ack("seen")


@pytest.fixture
async def served(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[Bot]:
    bot = Bot()
    bolt = AsyncApp(client=client, process_before_response=True, request_verification_enabled=False)
    bolt.command("/cams")(bot.answer)
    app = http.application(bot.is_ready)
    http.add_slack(app, bolt, slack.http_environment()["SLACK_SIGNING_SECRET"], bot.refuse, bot.begin)
    async with http.serving(app, "127.0.0.1", 0) as url:
        bot.url = url
        slack.deliver_to(f"{url}{http.EVENTS_PATH}")
        yield bot


@pytest.fixture
def operator(slack: LocalSlack) -> Person:
    return slack.person("operator")


def signed(slack: LocalSlack, body: bytes, **more: str) -> dict[str, str]:
    now = int(utc_now().timestamp())
    secret = slack.http_environment()["SLACK_SIGNING_SECRET"]
    return {
        **FORM,
        "X-Slack-Request-Timestamp": str(now),
        "X-Slack-Signature": signature(secret, now, body),
        **more,
    }


async def test_what_slack_has_signed_reaches_the_bot(served: Bot, operator: Person) -> None:
    ack = await operator.command("/cams help")

    assert (ack.payload, served.commands, served.refused) == ({"text": "seen"}, ["help"], [])


async def test_a_command_that_is_begun_is_acked_and_bolt_does_not_see_it(served: Bot, operator: Person) -> None:
    served.begins = True
    ack = await operator.command("/cams qr create 1+1=2 100% =")

    assert (ack.ok, ack.payload, served.begun, served.commands) == (True, {}, ["qr create 1+1=2 100% ="], [])


async def test_a_wrong_signature_begins_nothing(slack: LocalSlack, served: Bot, operator: Person) -> None:
    served.begins, slack.http.signing_secret = True, "another"
    ack = await operator.command("/cams help")

    assert (ack.ok, served.begun) == (False, [])


async def test_a_wrong_signature_is_refused_and_told(slack: LocalSlack, served: Bot, operator: Person) -> None:
    slack.http.signing_secret = "another"
    ack = await operator.command("/cams help")

    assert (ack.ok, served.commands, served.refused) == (False, [], ["127.0.0.1"])


@pytest.mark.parametrize("seconds", [301, -301])
async def test_a_time_stamp_from_another_time_is_refused_and_told(
    slack: LocalSlack, served: Bot, operator: Person, seconds: int
) -> None:
    slack.http.seconds_late = seconds
    ack = await operator.command("/cams help")

    assert (ack.ok, served.commands, served.refused) == (False, [], ["127.0.0.1"])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"text=help", {"X-Slack-Signature": "v0=0"}),
        (b"text=help", {"X-Slack-Signature": "v0=\u00e4"}),
        (b"text=help", {"X-Slack-Signature": ""}),
        (b"text=help", {"X-Slack-Request-Timestamp": "yesterday"}),
        (b"text=help", {"X-Slack-Request-Timestamp": "9" * 5000}),
        (b"\xff\xfe", {}),
        (b"", {"X-Slack-Signature": "v0=0"}),
    ],
)
async def test_what_no_slack_would_send_gets_a_401(
    slack: LocalSlack, served: Bot, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]
) -> None:
    url = f"{served.url}{http.EVENTS_PATH}"
    async with session.post(url, data=body, headers=signed(slack, body, **headers)) as answer:
        status, said = answer.status, await answer.json()

    assert (status, "signature" in said["error"], len(served.refused)) == (401, True, 1)


async def test_without_any_signature_there_is_a_401(served: Bot, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{served.url}{http.EVENTS_PATH}", data=b"text=help", headers=FORM) as answer:
        status = answer.status

    assert (status, len(served.refused)) == (401, 1)


async def test_a_body_without_end_is_not_read(slack: LocalSlack, served: Bot, session: aiohttp.ClientSession) -> None:
    body = b"x" * (http.BODY_MAX + 1)
    headers = signed(slack, body)
    async with session.post(f"{served.url}{http.EVENTS_PATH}", data=io.BytesIO(body), headers=headers) as answer:
        status = answer.status

    assert status == 413


@pytest.mark.parametrize(
    ("path", "ready", "status", "says"),
    [
        ("/healthz", True, 200, "alive"),
        ("/healthz", False, 200, "alive"),
        ("/readyz", True, 200, "ready"),
        ("/readyz", False, 503, "not ready"),
    ],
)
async def test_health_is_whether_it_lives_and_whether_it_can_work(
    served: Bot, session: aiohttp.ClientSession, path: str, ready: bool, status: int, says: str
) -> None:
    served.ready = ready
    async with session.get(f"{served.url}{path}") as answer:
        said = answer.status, await answer.json()

    assert said == (status, {"status": says})


@pytest.mark.parametrize(("method", "path", "status"), [("GET", http.EVENTS_PATH, 405), ("GET", "/", 404)])
async def test_nothing_else_is_served(
    served: Bot, session: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with session.request(method, f"{served.url}{path}") as answer:
        assert answer.status == status


async def test_without_a_request_url_slack_finds_no_door(session: aiohttp.ClientSession) -> None:
    async with (
        http.serving(http.application(Bot().is_ready), "127.0.0.1", 0) as url,
        session.post(f"{url}{http.EVENTS_PATH}") as answer,
    ):
        assert answer.status == 404


async def test_a_connection_that_brings_its_request_drop_by_drop_is_closed() -> None:
    async with http.serving(http.application(Bot().is_ready), "127.0.0.1", 0, idle_seconds=0.3) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"GET /healthz HTTP/1.1\r\nX-Drop: ")
        async with asyncio.timeout(5):
            said = await reader.read()
        writer.close()

    assert said == b""


async def test_more_connections_than_are_taken_are_closed() -> None:
    async with http.serving(http.application(Bot().is_ready), "127.0.0.1", 0, most=1) as url:
        port = int(url.rpartition(":")[2])
        _, first = await asyncio.open_connection("127.0.0.1", port)
        first.write(b"GET /healthz")
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(5):
            said = await reader.read()
        for writer in (first, second):
            writer.close()

    assert said == b""


async def test_a_signed_body_that_does_not_come_is_not_waited_for(served: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    writer.write(f"POST {http.EVENTS_PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\nhalf".encode())
    async with asyncio.timeout(5):
        said = await reader.readline()
    writer.close()

    assert said == b"HTTP/1.1 408 Request Timeout\r\n"
