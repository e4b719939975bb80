from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import stamina

from bot.cams.client import Call, CamsClient
from bot.cams.credentials import Credentials, StaticCredentials
from tests.integration.cams.stub import Behaviour, Stub

KEY = StaticCredentials(Credentials("LTAI-id", "the-secret"))


@dataclass
class World:
    """A client, the stub that it calls, and what it told its observer."""

    cams: CamsClient
    stub: Stub
    calls: list[Call] = field(default_factory=list)


Start = Callable[..., Awaitable[World]]


@pytest.fixture
def no_waits() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=100, cap=True):
        yield


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Give a function that starts a stub by its script, and a client of it."""
    async with AsyncExitStack() as stack:

        async def begin(*script: Behaviour, **changes: Any) -> World:
            stub = await stack.enter_async_context(Stub(*script).running())
            session = await stack.enter_async_context(aiohttp.ClientSession())
            calls: list[Call] = []
            known: dict[str, Any] = {
                "session": session,
                "endpoint": stub.endpoint,
                "credentials": KEY,
                "clock": lambda: datetime.now(UTC),
                "observe": calls.append,
            }
            return World(CamsClient(**(known | changes)), stub, calls)

        yield begin
