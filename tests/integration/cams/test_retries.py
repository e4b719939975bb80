import asyncio
import socket
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
import stamina
from stamina.instrumentation import RetryDetails

from bot.cams.client import ATTEMPTS, CamsClient, Limits
from bot.cams.errors import (
    CamsError,
    CamsNotSentError,
    CamsRefusedError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from tests.integration.cams.conftest import Start
from tests.integration.cams.stub import (
    Behaviour,
    answer,
    cut,
    cut_body,
    cut_json,
    drip,
    flood,
    hang,
    nonsense,
    ok,
)

NUMBER = "8613800001234"
WABA = {"Id": "1", "AccountReviewStatus": "APPROVED"}
QR = {"QrdlCode": "ABC", "DeepLinkUrl": "https://wa.me/message/ABC"}

Ask = Callable[[CamsClient], Awaitable[Any]]
READS: dict[str, tuple[Ask, Any]] = {
    "list_qr_codes": (lambda cams: cams.list_qr_codes(NUMBER), [QR]),
    "get_waba": (lambda cams: cams.get_waba(), WABA),
    "get_profile": (lambda cams: cams.get_profile(NUMBER, "space-1"), {}),
}
WRITES: dict[str, tuple[Ask, Any]] = {
    "create_qr_code": (lambda cams: cams.create_qr_code(NUMBER, "Hello"), QR),
    "send_verification_code": (
        lambda cams: cams.send_verification_code(NUMBER, "space-1", "sms", "en"),
        None,
    ),
}

LIMIT = answer({"Code": "System.LimitControl"}, 400)
# What came of it, how often a read is sent, how often a write.
FAULTS: dict[str, tuple[Behaviour, type[CamsError], int, int]] = {
    "cut before the answer": (cut, CamsUnknownOutcomeError, ATTEMPTS, 1),
    "cut in the body": (cut_body, CamsUnknownOutcomeError, ATTEMPTS, 1),
    "cut without a length": (cut_json, CamsUnknownOutcomeError, ATTEMPTS, 1),
    "no HTTP": (nonsense, CamsUnknownOutcomeError, ATTEMPTS, 1),
    "500": (answer({"Code": "InternalError"}, 500), CamsUnknownOutcomeError, ATTEMPTS, 1),
    "503 in HTML": (answer(b"<html>", 503), CamsUnknownOutcomeError, ATTEMPTS, 1),
    "200 in HTML": (answer(b"<html>"), CamsUnknownOutcomeError, ATTEMPTS, 1),
    "an endless body": (flood, CamsUnknownOutcomeError, ATTEMPTS, 1),
    "throttled": (LIMIT, CamsThrottledError, ATTEMPTS, ATTEMPTS),
    "429": (answer(b"", 429), CamsThrottledError, ATTEMPTS, ATTEMPTS),
    "refused": (answer({"Code": "Unknown.ResourceOwnerId"}, 400), CamsRefusedError, 1, 1),
    "contradicting": (answer({"Code": "OK", "Success": False}), CamsUnknownOutcomeError, 1, 1),
    "403 in HTML": (answer(b"<html>", 403), CamsUnknownOutcomeError, 1, 1),
}
# These end when we do.
ENDLESS = {"a slow drip": drip, "silence": hang}
PASSING = [name for name, (_, _, reads, _) in FAULTS.items() if reads > 1]


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest) -> Any:
    return FAULTS[request.param]


@pytest.fixture
def retries() -> Iterator[list[RetryDetails]]:
    """Give the list that fills with what stamina tells its loggers."""
    told: list[RetryDetails] = []

    def hear(details: RetryDetails) -> None:
        told.append(details)

    stamina.instrumentation.set_on_retry_hooks([hear])
    yield told
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("read", READS)
async def test_a_read_is_sent_again_while_another_try_may_help(
    start: Start, fault: tuple[Behaviour, type[CamsError], int, int], read: str
) -> None:
    behaviour, error, reads, _ = fault
    world = await start(behaviour)

    with pytest.raises(error):
        await READS[read][0](world.cams)
    assert len(world.stub.requests) == reads


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_is_sent_again_only_where_nothing_can_have_happened(
    start: Start, fault: tuple[Behaviour, type[CamsError], int, int], write: str
) -> None:
    behaviour, error, _, writes = fault
    world = await start(behaviour)

    with pytest.raises(error):
        await WRITES[write][0](world.cams)
    assert len(world.stub.requests) == writes


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("passing", PASSING)
async def test_a_read_outlives_a_fault_that_passes(start: Start, passing: str) -> None:
    world = await start(FAULTS[passing][0], ok(WABA))

    assert (await world.cams.get_waba()).id == "1"


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
async def test_a_read_outlives_an_answer_without_end(start: Start, endless: Behaviour) -> None:
    world = await start(endless, ok(WABA), limits=Limits(attempt=0.4))

    assert (await world.cams.get_waba()).id == "1"


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_without_an_end_is_not_sent_again(start: Start, write: str, endless: Behaviour) -> None:
    world = await start(endless, limits=Limits(attempt=0.2))

    with pytest.raises(CamsUnknownOutcomeError):
        await WRITES[write][0](world.cams)
    assert len(world.stub.requests) == 1


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_outlives_throttling(start: Start, write: str) -> None:
    ask, data = WRITES[write]
    world = await start(LIMIT, LIMIT, ok(data))

    await ask(world.cams)

    assert len(world.stub.requests) == 3


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("ask", [ask for ask, _ in (READS | WRITES).values()], ids=READS | WRITES)
async def test_a_refused_connection_was_not_sent_and_is_tried_again(start: Start, ask: Ask) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        world = await start(ok(), endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}")

        with pytest.raises(CamsNotSentError):
            await ask(world.cams)
    assert [call.attempt for call in world.calls] == [1, 2, 3]


class NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        raise OSError(socket.EAI_NONAME, "Name or service not known")

    async def close(self) -> None:
        """Hold nothing."""


@pytest.mark.usefixtures("no_waits")
async def test_a_name_that_does_not_resolve_was_not_sent(start: Start) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoNames())) as session:
        world = await start(ok(), session=session, endpoint="http://cams.example")

        with pytest.raises(CamsNotSentError):
            await world.cams.create_qr_code(NUMBER, "Hello")


class SlowNames(NoNames):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return await asyncio.Future[list[aiohttp.abc.ResolveResult]]()


@pytest.mark.usefixtures("no_waits")
async def test_who_gets_no_connection_in_time_sent_nothing_and_tells_no_number(start: Start) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=SlowNames())) as session:
        world = await start(ok(), session=session, endpoint="http://cams.example", limits=Limits(attempt=0.1))

        with pytest.raises(CamsNotSentError) as caught:
            await world.cams.create_qr_code(NUMBER, "Hello")
    assert NUMBER not in "".join(traceback.format_exception(caught.value))


@pytest.mark.usefixtures("no_waits")
async def test_a_server_without_tls_was_not_sent_anything(start: Start) -> None:
    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 no TLS here\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        world = await start(ok(), endpoint=f"https://127.0.0.1:{port}")

        with pytest.raises(CamsNotSentError):
            await world.cams.create_qr_code(NUMBER, "Hello")


@pytest.mark.usefixtures("no_waits")
async def test_every_attempt_is_signed_anew(start: Start) -> None:
    world = await start(cut)
    with pytest.raises(CamsUnknownOutcomeError):
        await world.cams.get_waba()

    nonces = {
        line
        for request in world.stub.requests
        for line in request.split("\r\n")
        if line.lower().startswith("x-acs-signature-nonce")
    }
    assert len(nonces) == ATTEMPTS


async def test_the_bound_of_attempts_holds_with_real_waits(start: Start) -> None:
    world = await start(answer(b"", 503), limits=Limits(attempt=0.4))

    with pytest.raises(CamsUnknownOutcomeError):
        await world.cams.get_waba()
    assert len(world.stub.requests) <= ATTEMPTS


async def test_the_bound_of_time_ends_a_call_before_its_attempts_do(start: Start) -> None:
    world = await start(hang, limits=Limits(attempt=0.1))

    with pytest.raises(CamsError):
        await world.cams.get_waba()
    # Two time-outs leave no time for a third.
    assert len(world.stub.requests) < ATTEMPTS


async def test_a_wait_that_cams_asks_for_is_kept(start: Start, retries: list[RetryDetails]) -> None:
    soon = answer({"Code": "Throttling"}, 400, "x-acs-retry-after: 20\r\n")
    world = await start(soon, ok(WABA))

    await world.cams.get_waba()

    assert [retry.wait_for for retry in retries] == [0.02]


@pytest.mark.usefixtures("no_waits")
async def test_what_a_retry_tells_its_loggers_holds_no_number(start: Start, retries: list[RetryDetails]) -> None:
    world = await start(LIMIT)

    with pytest.raises(CamsThrottledError):
        await world.cams.create_qr_code(NUMBER, "Hello")
    assert len(retries) == ATTEMPTS - 1
    assert NUMBER not in repr(retries)


async def test_who_is_asked_to_wait_too_long_gives_up_at_once(start: Start) -> None:
    late = answer({"Code": "Throttling"}, 400, "x-acs-retry-after: 60000\r\n")
    world = await start(late, ok(WABA))

    with pytest.raises(CamsThrottledError) as caught:
        await world.cams.get_waba()
    assert caught.value.retry_after == 60
    assert len(world.stub.requests) == 1


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("fault", [cut, cut_body, nonsense, hang], ids=["cut", "cut body", "no HTTP", "silence"])
async def test_no_text_of_a_failed_call_holds_the_number(start: Start, fault: Behaviour) -> None:
    world = await start(fault, limits=Limits(attempt=0.1))

    with pytest.raises(CamsError) as caught:
        await world.cams.create_qr_code(NUMBER, "Hello")
    assert NUMBER not in "".join(traceback.format_exception(caught.value))
