"""What the network and CAMS may do to a call, on real sockets: it ends, with the right error, and leaves nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.cams.arrival import ArrivalConnector
from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.errors import CamsBusyError, CamsError, CamsNotSentError, CamsUnknownOutcomeError
from bot.cams.quota import QUOTAS, Quota
from sandbox.cams.faults import Fault, FaultKind
from sandbox.cams.local import DEMO_KEY, LocalCams
from sandbox.cams.quota import Quotas
from tests.integration.cams.stub import Behaviour, Stub, drip, flood, hang

NUMBER = "8613800001234"
SHORT = Limits(attempt=0.3)
PLENTY = dict.fromkeys(QUOTAS, 100_000)


class NoDns(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(socket.EAI_NONAME, "Name or service not known")

    async def close(self) -> None:
        """Hold nothing."""


@asynccontextmanager
async def calling(endpoint: str, *, resolver: Any = None, **given: Any) -> AsyncIterator[CamsClient]:
    """Give a client, and see that neither a task nor a connection in use outlives its calls."""
    connector = ArrivalConnector(resolver=resolver)
    before = asyncio.all_tasks()
    async with asyncio.timeout(30), aiohttp.ClientSession(connector=connector) as session:
        known: dict[str, Any] = {
            "credentials": StaticCredentials(Credentials(DEMO_KEY.id, DEMO_KEY.secret)),
            "clock": lambda: datetime.now(UTC),
            "limits": SHORT,
        }
        yield CamsClient(session, endpoint, **(known | given))

        assert not connector._acquired
    ours = {task for task in asyncio.all_tasks() - before if "cams" in task.get_name().lower()}
    assert not ours


async def head_drip(writer: asyncio.StreamWriter) -> None:
    """Never end the headers."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("behaviour", [drip, head_drip, flood, hang], ids=["body", "head", "endless", "silence"])
async def test_an_answer_without_an_end_leaves_the_outcome_unknown(behaviour: Behaviour) -> None:
    async with Stub(behaviour).running() as stub, calling(stub.endpoint) as cams:
        with pytest.raises(CamsUnknownOutcomeError):
            await cams.create_qr_code(NUMBER, "Hello")

    assert len(stub.requests) == 1


async def test_a_tls_handshake_that_hangs_sent_nothing() -> None:
    async with Stub(hang).running() as stub, calling(stub.endpoint.replace("http:", "https:")) as cams:
        with pytest.raises(CamsNotSentError):
            await cams.create_qr_code(NUMBER, "Hello")

    assert stub.requests == []


async def test_a_name_that_is_not_found_sent_nothing() -> None:
    async with calling("http://cams.invalid", resolver=NoDns()) as cams:
        with pytest.raises(CamsNotSentError):
            await cams.create_qr_code(NUMBER, "Hello")


@pytest.mark.parametrize(
    ("kind", "made"), [("cut_before", 0), ("cut_after", 1), ("truncated", 1)], ids=["before", "after", "in the answer"]
)
async def test_a_create_whose_line_is_cut_is_made_once_at_most(kind: FaultKind, made: int) -> None:
    async with LocalCams.start() as local, calling(local.url) as cams:
        codes = local.world.spaces["cams-demo1"].numbers[NUMBER].qr_codes
        before = len(codes)
        local.faults.add(Fault(kind))
        with pytest.raises(CamsUnknownOutcomeError):
            await cams.create_qr_code(NUMBER, "Hello")

    assert len(codes) - before == made
    assert len(local.calls.of("CreatePhoneMessageQrdl")) == 1


async def outcomes(cams: CamsClient, calls: int) -> list[Any]:
    return await asyncio.gather(*(cams.get_waba() for _ in range(calls)), return_exceptions=True)


async def test_thousands_of_calls_at_once_are_all_answered_where_there_is_quota() -> None:
    async with LocalCams.start() as local:
        local._gateway._quota = Quotas(PLENTY)
        async with calling(local.url, limits=Limits(attempt=30.0), quota=Quota(limits=PLENTY)) as cams:
            found = await outcomes(cams, 2_000)

    assert [each for each in found if isinstance(each, BaseException)] == []


async def test_ten_thousand_calls_at_once_are_busy_at_once_where_there_is_none() -> None:
    async with LocalCams.start() as local, calling(local.url, limits=Limits(attempt=20.0, patience=5.0)) as cams:
        found = await outcomes(cams, 10_000)

    assert all(isinstance(each, CamsBusyError) for each in found if isinstance(each, CamsError))
    assert sum(isinstance(each, CamsBusyError) for each in found) > 9_900
    assert sum(local.quota.refused.values()) == 0
