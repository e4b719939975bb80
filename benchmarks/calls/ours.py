"""Our client, as the bot uses it: on its connector, and with every call told to its log."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import aiohttp

from benchmarks.calls.timing import Pace, pace, resident, typical
from benchmarks.rows import alternate_async
from bot.cams.arrival import ArrivalConnector
from bot.cams.client import Call, CamsClient
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.quota import QUOTAS, Quota

WHO = StaticCredentials(Credentials("LTAI5tBenchmark", "secret"))
SPACE = "cams-demo1"
UNLIMITED = 5_000
"""Calls a second that no run here comes near: permits are taken and given back as always, and nobody waits."""
IN_A_ROW, EACH = 400, 60


@asynccontextmanager
async def unlimited_client(url: str) -> AsyncIterator[tuple[CamsClient, aiohttp.ClientSession]]:
    """Open a session and a client on it, with a quota that is out of reach."""
    quota = Quota(limits={**QUOTAS, "QueryChatappBindWaba": UNLIMITED})
    observe = _log_as_the_bot_does()
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as session:
        yield CamsClient(session, url, WHO, clock=_now, observe=observe, quota=quota), session


async def paced(url: str, at_once: int) -> Pace:
    """Measure the pace of calls on connections that are open."""
    async with unlimited_client(url) as (client, _):
        call = partial(client.get_waba, SPACE)
        await pace(call, in_a_row=1, at_once=at_once, rounds=2)
        return await pace(call, in_a_row=IN_A_ROW, at_once=at_once, rounds=EACH)


async def beside_a_bare_get(url: str) -> tuple[list[float], list[float]]:
    """Return the median seconds of a call and of a GET on the same session, measured in turns."""
    async with unlimited_client(url) as (client, session):
        call = partial(client.get_waba, SPACE)
        bare = partial(_get, session, url)
        await alternate_async(partial(typical, call, IN_A_ROW), partial(typical, bare, IN_A_ROW), rounds=1)
        return await alternate_async(partial(typical, call, IN_A_ROW), partial(typical, bare, IN_A_ROW))


async def remembered(url: str) -> float:
    """Return what this process holds after one call, in MB: the client's own, without the bot's log."""
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as session:
        await CamsClient(session, url, WHO, clock=_now).get_waba(SPACE)
        return resident()


def _now() -> datetime:
    return datetime.now(UTC)


async def _get(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as response:
        return await response.read()


def _log_as_the_bot_does() -> Callable[[Call], None]:
    # Not at the top: it would count as memory of the client.
    from bot import audit, logs  # noqa: PLC0415 - see above

    logs.configure("INFO", "json", ["secret"])
    return audit.observe
