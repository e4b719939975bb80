"""A local CAMS, and a bare HTTP client that signs: what a call looks like from outside."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from yarl import URL

from sandbox.cams import LocalCams
from tests.fixtures.acs_signer import Signed, Signer, signer_for

Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def cams(caplog: pytest.LogCaptureFixture) -> AsyncIterator[LocalCams]:
    async with LocalCams.start() as local:
        yield local
    failures = [
        record.getMessage()
        for phase in ("call", "teardown")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.ERROR
    ]
    assert failures == [], "no fault on demand may be a crash of the server"


@pytest.fixture
def signer(cams: LocalCams) -> Signer:
    return signer_for(cams)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as opened:
        yield opened


@pytest.fixture
def send(cams: LocalCams, session: aiohttp.ClientSession) -> Call:
    async def send_signed(signed: Signed, method: str = "POST") -> tuple[int, Any]:
        url = URL(f"{cams.url}/?{signed.query}", encoded=True)
        async with session.request(method, url, headers=signed.headers) as response:
            return response.status, await response.json()

    return send_signed


@pytest.fixture
def call(signer: Signer, send: Call) -> Call:
    async def call_by_name(action: str, **parameters: str) -> tuple[int, Any]:
        return await send(signer.sign(action, parameters))

    return call_by_name
