import asyncio
import socket
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.cams.arrival import Arrival, ArrivalConnector
from tests.integration.cams.stub import Stub, hang, ok

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as opened:
        yield opened


async def test_a_request_is_known_to_have_arrived_before_it_is_answered(session: aiohttp.ClientSession) -> None:
    told = asyncio.Event()
    # The first answer leaves a connection that the second request uses again.
    async with asyncio.timeout(20), Stub(ok(), hang).running() as stub:
        (await session.post(stub.endpoint)).release()
        with Arrival(lambda _: told.set()):
            # It inherits the context.
            asking = asyncio.create_task(session.post(stub.endpoint))
            await told.wait()
        asking.cancel()
        await asyncio.wait([asking])

    assert stub.connections == 1
    assert len(stub.requests) == 2


async def test_a_request_that_nobody_reads_has_not_arrived(session: aiohttp.ClientSession) -> None:
    told = list[bool]()
    timeout = aiohttp.ClientTimeout(total=0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf, Arrival(lambda _: told.append(True)):
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            await session.post(endpoint, headers={"x": "a" * 2**25}, timeout=timeout)

    assert told == []


async def test_a_plain_connector_tells_nothing_and_breaks_nothing() -> None:
    told = list[bool]()
    async with Stub(ok()).running() as stub, aiohttp.ClientSession() as session:
        with Arrival(lambda _: told.append(True)):
            response = await session.post(stub.endpoint)

    assert response.status == 200
    assert told == []
