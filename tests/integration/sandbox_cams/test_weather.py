import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from yarl import URL

from sandbox.cams import Fault, FaultKind, LocalCams, QrCode
from sandbox.cams.operations import OPERATIONS
from tests.fixtures.acs_signer import Signer, signer_for

Call = Callable[..., Awaitable[tuple[int, Any]]]
PHONE = "8613800001234"
HELLO = {"PhoneNumber": PHONE, "PrefilledMessage": "Hello", "GenerateQrImage": "PNG"}
# Longer than any test lasts, and shorter than anybody notices; both in seconds.
AGES = 60.0
PATIENCE = 0.05


@pytest.fixture
def create(call: Call) -> Callable[[], Awaitable[tuple[int, Any]]]:
    async def create_one() -> tuple[int, Any]:
        return await call("CreatePhoneMessageQrdl", **HELLO)

    return create_one


Create = Callable[[], Awaitable[tuple[int, Any]]]


@pytest.fixture
async def impatient() -> AsyncIterator[aiohttp.ClientSession]:
    # Counted from the request's leaving, so that a slow machine does not end the call before it began.
    timeout = aiohttp.ClientTimeout(sock_read=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout) as opened:
        yield opened


async def post(session: aiohttp.ClientSession, cams: LocalCams, signer: Signer) -> None:
    signed = signer.sign("CreatePhoneMessageQrdl", HELLO)
    async with session.post(URL(f"{cams.url}/?{signed.query}", encoded=True), headers=signed.headers):
        pass


def made(cams: LocalCams) -> list[QrCode]:
    codes = cams.world.spaces["cams-demo1"].numbers[PHONE].qr_codes.values()
    return [code for code in codes if code.message == "Hello"]


async def test_throttled_is_a_refusal_before_the_work(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("throttled"))
    status, answer = await create()

    assert (status, answer["Code"], made(cams)) == (400, "System.LimitControl", [])


async def test_an_error_is_http_500_before_the_work(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("error"))
    status, answer = await create()

    assert (status, answer["Code"], made(cams)) == (500, "InternalError", [])


async def test_unavailable_is_http_503_before_the_work(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("unavailable"))
    status, answer = await create()

    assert (status, answer["Code"], made(cams)) == (503, "ServiceUnavailable", [])


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
async def test_a_hang_keeps_every_operation_waiting_until_it_is_lifted(
    cams: LocalCams, call: Call, operation: str
) -> None:
    struck = asyncio.Event()
    cams.faults.listen(lambda _: struck.set())
    fault = cams.faults.add(Fault("hang"))
    struck.clear()
    waiting = asyncio.ensure_future(call(operation, **dict.fromkeys(OPERATIONS[operation].required, "x")))
    async with asyncio.timeout(5):
        await struck.wait()
    before = (fault.hits, waiting.done(), len(cams.calls))
    cams.faults.clear()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await waiting

    assert before == (1, False, 0)
    assert [(logged.http_status, logged.code, logged.fault) for logged in cams.calls] == [(0, "", "hang")]


async def test_a_hang_does_no_work_though_the_caller_has_left(
    cams: LocalCams, signer: Signer, impatient: aiohttp.ClientSession
) -> None:
    logged = asyncio.Event()
    cams.calls.listen(lambda _: logged.set())
    fault = cams.faults.add(Fault("hang"))
    with pytest.raises(TimeoutError):
        await post(impatient, cams, signer)
    cams.faults.remove(fault)
    async with asyncio.timeout(5):
        await logged.wait()

    assert made(cams) == []


async def test_a_hang_planted_again_hangs_again(
    cams: LocalCams, signer: Signer, impatient: aiohttp.ClientSession, create: Create
) -> None:
    fault = cams.faults.add(Fault("hang"))
    cams.faults.remove(fault)
    status, _ = await create()
    cams.faults.add(fault)
    with pytest.raises(TimeoutError):
        await post(impatient, cams, signer)

    assert (status, fault.hits) == (200, 1)


@pytest.mark.parametrize("http_status", [200, 400])
async def test_a_refusal_has_the_code_and_status_that_were_asked_for(
    cams: LocalCams, create: Create, http_status: int
) -> None:
    cams.faults.add(Fault("refusal", code="Product.Unsubscript", http_status=http_status))
    status, answer = await create()

    assert (status, answer["Code"], made(cams)) == (http_status, "Product.Unsubscript", [])
    assert answer["Message"] == "You have not subscribed to the specified product."


async def test_a_denied_permission_says_which(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("refusal", code="Ram.PermissionDeny"))
    _, answer = await create()

    assert answer["AccessDeniedDetail"]["AuthAction"] == "cams:CreatePhoneMessageQrdl"


async def test_garbage_is_a_page_where_an_answer_should_be(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("garbage"))
    with pytest.raises(aiohttp.ContentTypeError) as unreadable:
        await create()

    assert (unreadable.value.status, made(cams)) == (200, [])


async def test_a_cut_before_the_work_leaves_the_world_as_it_was(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("cut_before"))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await create()

    assert made(cams) == []


async def test_a_cut_after_the_work_leaves_it_done(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("cut_after"))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await create()

    assert len(made(cams)) == 1


@pytest.mark.parametrize(("kind", "code"), [("cut_before", ""), ("cut_after", "OK")])
async def test_the_log_shows_a_cut_as_no_answer(cams: LocalCams, create: Create, kind: FaultKind, code: str) -> None:
    cams.faults.add(Fault(kind))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await create()
    logged = next(iter(cams.calls))

    assert (logged.http_status, logged.code, logged.fault) == (0, code, kind)


async def test_a_truncated_answer_ends_before_its_length(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("truncated"))
    with pytest.raises(aiohttp.ClientPayloadError):
        await create()

    assert len(made(cams)) == 1


async def test_latency_answers_right_in_the_end(cams: LocalCams, create: Create) -> None:
    fault = cams.faults.add(Fault("latency", seconds=0.01))
    status, _ = await create()

    assert (status, len(made(cams)), fault.hits) == (200, 1, 1)


async def test_latency_is_more_than_an_impatient_caller_waits_for(
    cams: LocalCams, signer: Signer, impatient: aiohttp.ClientSession
) -> None:
    cams.faults.add(Fault("latency", seconds=AGES))
    with pytest.raises(TimeoutError):
        await post(impatient, cams, signer)

    assert made(cams) == []


async def test_the_work_is_done_though_the_caller_has_left(
    cams: LocalCams, signer: Signer, impatient: aiohttp.ClientSession
) -> None:
    logged = asyncio.Event()
    cams.calls.listen(lambda _: logged.set())
    cams.faults.add(Fault("latency", seconds=3 * PATIENCE))
    with pytest.raises(TimeoutError):
        await post(impatient, cams, signer)
    async with asyncio.timeout(5):
        await logged.wait()

    assert len(made(cams)) == 1


async def test_a_drip_is_the_whole_answer(cams: LocalCams, create: Create) -> None:
    cams.faults.add(Fault("drip", seconds=0.016))
    status, answer = await create()

    assert (status, answer["Code"], len(made(cams))) == (200, "OK", 1)


async def test_a_drip_begins_with_a_small_piece(
    cams: LocalCams, signer: Signer, impatient: aiohttp.ClientSession
) -> None:
    cams.faults.add(Fault("drip", seconds=AGES))
    signed = signer.sign("QueryChatappBindWaba", {})
    async with impatient.post(cams.url, headers=signed.headers) as response:
        piece = await response.content.readany()

    assert response.content_length is not None
    assert 0 < len(piece) < response.content_length / 10


async def test_a_fault_for_one_operation_spares_the_others(cams: LocalCams, call: Call) -> None:
    cams.faults.add(Fault("error", "CreatePhoneMessageQrdl"))
    status, _ = await call("QueryChatappBindWaba")

    assert status == 200


async def test_fair_weather_comes_back_after_the_count(cams: LocalCams, call: Call) -> None:
    cams.faults.add(Fault("error", count=2))
    statuses = [(await call("QueryChatappBindWaba"))[0] for _ in range(3)]

    assert statuses == [500, 500, 200]


@pytest.mark.parametrize("kind", ["latency", "hang"])
async def test_a_call_still_waiting_does_not_hold_up_the_end(impatient: aiohttp.ClientSession, kind: FaultKind) -> None:
    async with asyncio.timeout(5), LocalCams.start() as cams:
        cams.faults.add(Fault(kind, seconds=AGES if kind == "latency" else 0))
        with pytest.raises(TimeoutError):
            await post(impatient, cams, signer_for(cams))

    assert made(cams) == []
