"""Our client, as the bot uses it: on its connector, its collector frozen, and with every call told to its log."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import aiohttp
import yarl

from benchmarks.calls.timing import Pace, pace, resident, typical
from benchmarks.rows import ROUNDS
from bot.cams import wire
from bot.cams.arrival import ArrivalConnector
from bot.cams.caller import new_nonce
from bot.cams.client import Call, CamsClient
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.quota import QUOTAS, Quota

KEY = Credentials("LTAI5tBenchmark", "secret")
WHO = StaticCredentials(KEY)
SPACE = "cams-demo1"
UNLIMITED = 20_000
"""Calls a second that no run here comes near: permits are taken and given back as always, and nobody waits."""
IN_A_ROW, EACH = 400, 60


@asynccontextmanager
async def unlimited_client(url: str) -> AsyncIterator[tuple[CamsClient, aiohttp.ClientSession]]:
    """Open a session and a client on it, with a quota that is out of reach."""
    quota = Quota(limits={**QUOTAS, "QueryChatappBindWaba": UNLIMITED})
    observe = _log_as_the_bot_does()
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as session:
        client = CamsClient(session, url, WHO, clock=_now, observe=observe, quota=quota)
        gc.collect()
        gc.freeze()
        yield client, session


async def paced(url: str, at_once: int) -> Pace:
    """Measure the pace of calls on connections that are open."""
    async with unlimited_client(url) as (client, _):
        call = partial(client.get_waba, SPACE)
        await pace(call, in_a_row=1, at_once=at_once, rounds=2)
        return await pace(call, in_a_row=IN_A_ROW, at_once=at_once, rounds=EACH)


async def beside_a_bare_get(url: str) -> list[list[float]]:
    """Return the median seconds of a call, of a GET and of a POST that is only signed, measured in turns.

    All on the same session; the first round of each is left out.
    """
    async with unlimited_client(url) as (client, session):
        calls = (
            partial(client.get_waba, SPACE),
            partial(_get, session, url),
            partial(_only_signed, session, url),
        )
        rounds = [[await typical(call, IN_A_ROW) for call in calls] for _ in range(ROUNDS + 1)]
        return [list(seconds) for seconds in zip(*rounds[1:], strict=True)]


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


async def _only_signed(session: aiohttp.ClientSession, url: str) -> bytes:
    """Send what the client sends, and read its answer without looking into it."""
    request = wire.build(
        "QueryChatappBindWaba", {"CustSpaceId": SPACE}, endpoint=url, credentials=KEY, now=_now(), nonce=new_nonce()
    )
    async with session.post(yarl.URL(request.url, encoded=True), headers=request.headers) as response:
        return await response.read()


def _log_as_the_bot_does() -> Callable[[Call], None]:
    # Not at the top: it would count as memory of the client.
    from bot import audit, logs  # noqa: PLC0415 - see above

    logs.configure("INFO", "json", ["secret"])
    return audit.observe
