"""The route as anybody on the network meets it: over real sockets."""

import asyncio
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.callback_route import BURST, PATH, RATE, add_callbacks
from bot.callbacks import BODY_MAX
from tests.integration.callbacks.conftest import BODY_SECONDS, SECRET, Route

WABA = "105500000000002"
REVIEW = {"WabaId": WABA, "Type": "wabaReviewUpdate", "Status": "REJECTED"}
ACCEPTED = (200, {"code": 0, "msg": "成功"})


async def push(session: aiohttp.ClientSession, url: str, body: bytes | object) -> tuple[int, object]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with session.post(url, data=data) as answer:
        return answer.status, await answer.json()


async def spoken(route: Route, *parts: bytes) -> bytes:
    """Say this on a connection and return all that comes until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", route.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return said


async def test_what_is_pushed_is_accepted_in_the_documented_words_and_handed_on(
    route: Route, session: aiohttp.ClientSession
) -> None:
    assert await push(session, route.callback, [REVIEW]) == ACCEPTED
    assert route.wabas == [{WABA}]


async def test_a_failure_behind_the_route_is_not_told_to_cams(
    route: Route, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    route.error = RuntimeError("nobody is at home")

    assert await push(session, route.callback, [REVIEW]) == ACCEPTED
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]


async def test_a_probe_is_answered_and_nothing_is_handed_on(route: Route, session: aiohttp.ClientSession) -> None:
    async with session.get(route.callback) as answer:
        said = answer.status, await answer.json()

    assert (said, route.taken) == (ACCEPTED, [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], f"{SECRET}x", SECRET.upper(), "%ff", "ä"])
async def test_a_wrong_secret_is_a_path_that_is_not_there(
    route: Route, session: aiohttp.ClientSession, method: str, secret: str
) -> None:
    async with session.request(method, f"{route.url}{PATH}{secret}", data=json.dumps([REVIEW])) as answer:
        forged = answer.status, await answer.text(), {*answer.headers}
    async with session.request(method, f"{route.url}/no/such/path", data=json.dumps([REVIEW])) as answer:
        unknown = answer.status, await answer.text(), {*answer.headers}

    assert forged == unknown
    assert (forged[0], route.taken) == (404, [])


async def test_a_path_that_is_no_text_is_not_there(route: Route) -> None:
    said = await spoken(route, b"GET /cams/callback/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert said.split(b" ")[1] in {b"400", b"404"}


async def test_another_method_is_not_allowed(route: Route, session: aiohttp.ClientSession) -> None:
    async with session.put(route.callback, data=b"[]") as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b'[{"WabaId": "1055', b"{}", b"[" * 100_000, json.dumps([REVIEW] * 10_000).encode()],
    ids=["empty", "no text", "half", "no array", "deep", "10,000 items"],
)
async def test_what_cannot_be_read_is_accepted_so_that_it_does_not_come_again_and_not_handed_on(
    route: Route, session: aiohttp.ClientSession, body: bytes
) -> None:
    assert len(body) < BODY_MAX
    assert await push(session, route.callback, body) == ACCEPTED
    assert route.taken == []


async def test_a_packed_body_is_not_unpacked(route: Route, session: aiohttp.ClientSession) -> None:
    bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]", compresslevel=1)
    assert len(bomb) < BODY_MAX
    async with session.post(route.callback, data=bomb, headers={"Content-Encoding": "gzip"}) as answer:
        said = answer.status, await answer.json()

    assert (said, route.taken) == (ACCEPTED, [])


async def test_a_body_that_says_that_it_is_too_long_is_refused(route: Route, session: aiohttp.ClientSession) -> None:
    async with session.post(route.callback, data=io.BytesIO(b" " * (BODY_MAX + 1))) as answer:
        assert answer.status == 413


async def test_a_body_that_would_be_too_long_is_refused_before_it_comes(route: Route) -> None:
    head = f"POST {PATH}{SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_MAX + 1}\r\n\r\n"
    said = await spoken(route, head.encode())

    assert said.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_does_not_say_how_long_it_is_is_refused_when_it_is_too_long(
    route: Route, session: aiohttp.ClientSession
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_MAX // 1000 + 1):
            yield b" " * 1000

    async with session.post(route.callback, data=endless()) as answer:
        status = answer.status

    assert (status, route.taken) == (413, [])


async def test_the_longest_body_is_taken(route: Route, session: aiohttp.ClientSession) -> None:
    async with session.post(route.callback, data=io.BytesIO(json.dumps([REVIEW]).encode().ljust(BODY_MAX))) as answer:
        status = answer.status

    assert (status, route.wabas) == (200, [frozenset({WABA})])


async def test_a_body_that_does_not_come_is_not_waited_for_and_the_connection_is_closed(route: Route) -> None:
    head = f"POST {PATH}{SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode()
    began = asyncio.get_running_loop().time()
    said = await spoken(route, head, b"[")
    took = asyncio.get_running_loop().time() - began

    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in said.lower()
    assert BODY_SECONDS <= took < 8
    assert route.taken == []


async def test_a_body_that_comes_drop_by_drop_does_not_win_time(route: Route) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", route.port)
    writer.write(f"POST {PATH}{SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n".encode())

    async def drip() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(BODY_SECONDS / 20)

    dripping = asyncio.create_task(drip())
    said = await asyncio.wait_for(reader.readline(), 5)
    dripping.cancel()
    writer.close()

    assert said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("rest", [b"", b"ZZZ\r\nnonsense\r\n"], ids=["cut", "no chunk"])
async def test_a_body_that_breaks_off_does_no_harm(
    route: Route, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, rest: bytes
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", route.port)
    head = f"POST {PATH}{SECRET} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode() + b"2\r\n[{\r\n" + rest)
    await writer.drain()
    writer.close()

    assert await push(session, route.callback, [REVIEW]) == ACCEPTED
    assert route.wabas == [{WABA}]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_more_than_a_burst_is_turned_away_until_time_has_passed(
    route: Route, session: aiohttp.ClientSession
) -> None:
    within = {(await push(session, route.callback, []))[0] for _ in range(BURST)}
    async with session.post(route.callback, data=b"[]") as answer:
        over = answer.status
    route.seconds += 1.5 / RATE
    later, _ = await push(session, route.callback, [])

    async with session.post(route.callback, data=b"[]") as answer:
        once_more = answer.status

    assert (within, over, later, once_more) == ({200}, 429, 200, 429)
    assert len(route.taken) == BURST + 1


async def test_forgeries_do_not_use_up_what_cams_may_push(route: Route, session: aiohttp.ClientSession) -> None:
    for _ in range(BURST + 1):
        async with session.post(f"{route.url}{PATH}{'x' * len(SECRET)}", data=b"[]") as answer:
            assert answer.status == 404

    assert await push(session, route.callback, [REVIEW]) == ACCEPTED


async def test_the_secret_is_in_no_log(
    route: Route, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    route.error = RuntimeError("nobody is at home")
    await push(session, route.callback, [REVIEW])
    await push(session, route.callback, b"nonsense")
    await spoken(route, f"POST {PATH}{SECRET} HTTP/1.1\r\nno header\r\n\r\n".encode())
    await spoken(route, f"POST {PATH}{SECRET} HTTP/9\r\n\r\n".encode())
    out, err = capsys.readouterr()

    assert caplog.records
    assert "cannot be read" in out + err + caplog.text
    assert SECRET not in out + err + caplog.text + repr([vars(record) for record in caplog.records])


@pytest.mark.parametrize("secret", ["", "short", "x" * 15, "x" * 257, "a/b" * 10, "ä" * 20, "x" * 20 + "\n"])
def test_a_secret_that_can_be_guessed_or_is_no_part_of_an_address_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="16 to 256"):
        add_callbacks(web.Application(), secret, lambda _: None, lambda: 0.0)
