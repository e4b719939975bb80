"""One process that sweeps: a client for each account, made as the bot makes it, and nobody knows of the others."""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypedDict

import aiohttp

from bot.cams.arrival import ArrivalConnector
from bot.cams.client import Call, CamsClient, Limits, Priority
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.models import Waba
from bot.cams.permits import WINDOW, Permits
from bot.cams.quota import MakePermits, Quota, local_permits
from bot.polling import Group
from bot.review import Fetch
from bot.store import Decide, Rest, Store, Transition, Watch, open_store
from bot.tasks import Tasks
from bot.watching import Poller, Rules

PAUSE = (0.5, 1.0)
"""Seconds between two calls of the person, at least and at most."""
SPACE = "cams-bench"


class Job(TypedDict):
    """What to do with one account.

    ``wabas`` is how many are swept, within ``seconds`` at most; none for a person alone, who calls for so long.
    ``account`` is its name in the database where replicas share its quota, else empty; ``by_arrival`` whether the
    governor may trust arrivals.
    """

    url: str
    account: str
    wabas: int
    person: bool
    by_arrival: bool
    seconds: float


class Done(TypedDict):
    """What came of it: seconds of the system's monotonic clock, WABAs seen, codes met, seconds of a person's calls."""

    began: float
    ended: float
    seen: int
    codes: dict[str, int]
    waits: list[float]


class Replica(TypedDict):
    """What a whole process did, and the processor seconds it took."""

    done: list[Done]
    cpu: float


class NoStore(Store):
    """Remembers nothing but what is to be looked at: a sweep of CAMS is what is measured."""

    def __init__(self, spaces: Iterable[str]) -> None:
        """Open nothing. Each of the spaces is due once."""
        self._due = iter(spaces)

    async def begin_watching(self, spaces: Iterable[str]) -> None:
        """Do nothing."""

    async def watched_groups(self, now: datetime, also: Collection[str] = ()) -> Counter[Group]:  # noqa: ARG002 - the interface
        """Plan nothing."""
        return Counter()

    async def claim_watches(
        self,
        lease: timedelta,  # noqa: ARG002 - the interface
        limit: int,
        also: Collection[str] = (),  # noqa: ARG002 - the interface
    ) -> list[Watch]:
        """Give out the next ones."""
        return [Watch(space_id) for space_id in islice(self._due, limit)]

    async def hold_watches(self, claims: Collection[Watch], lease: timedelta) -> None:
        """Do nothing."""

    async def put_back(self, claim: Watch, after: timedelta) -> bool:  # noqa: ARG002 - the interface
        """Leave it."""
        return True

    async def record(
        self,
        space_id: str,  # noqa: ARG002 - the interface
        decide: Decide,  # noqa: ARG002 - the interface
        fallback_channel: str,  # noqa: ARG002 - the interface
        now: datetime,  # noqa: ARG002 - the interface
        *,
        claim: Watch | None = None,  # noqa: ARG002 - the interface
        rest: Rest | None = None,  # noqa: ARG002 - the interface
    ) -> list[Transition]:
        """Record nothing."""
        return []


async def sweep(fetch: Fetch, spaces: Iterable[str]) -> None:
    """Look at each of the spaces once, as the bot's poll does where all are due."""
    rules = Rules(also=(), fallback_channel="", settled_every=timedelta(minutes=5))
    await Poller(NoStore(spaces), fetch, rules, _now, Tasks()).sweep()


async def run(jobs: list[Job], database: str, start: float) -> Replica:
    """Do all jobs at once, from ``start`` of the monotonic clock on. ``database`` is empty where none is shared."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(database)) if database else None
        clients = [await stack.enter_async_context(_client(job, store)) for job in jobs]
        if (late := time.monotonic() - start) > 0:
            raise RuntimeError(f"ready {late:.1f} s after the start")
        await asyncio.sleep(start - time.monotonic())
        done = await asyncio.gather(*(_done(job, *one) for job, one in zip(jobs, clients, strict=True)))
    return Replica(done=list(done), cpu=time.process_time())


@asynccontextmanager
async def _client(job: Job, store: Store | None) -> AsyncIterator[tuple[CamsClient, Counter[str]]]:
    codes: Counter[str] = Counter()

    def observe(call: Call) -> None:
        codes[call.code] += 1

    limits = Limits()
    connector = ArrivalConnector(keepalive_timeout=10)
    quota = Quota(_shared(store, job["account"], limits) if job["account"] else local_permits())
    if not job["by_arrival"]:
        # As after a refusal, for the whole sweep.
        quota["QueryChatappBindWaba"]._distrusted_until = math.inf  # noqa: SLF001 - see above
    who = StaticCredentials(Credentials("LTAI5tBenchmark", "secret"))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield CamsClient(session, job["url"], who, clock=_now, observe=observe, limits=limits, quota=quota), codes


def _shared(store: Store | None, account: str, limits: Limits) -> MakePermits:
    """Return what makes the permits of one of several accounts that share a database."""
    make = store.shared_permits(lease=limits.attempt + WINDOW) if store else None
    if make is None:
        raise ValueError("replicas share a quota through PostgreSQL alone")
    made = make

    def renamed(operation: str, limit: int) -> Permits:
        return made(f"{account} {operation}", limit)

    return renamed


async def _done(job: Job, client: CamsClient, codes: Counter[str]) -> Done:
    began, waits = time.monotonic(), list[float]()
    person = asyncio.create_task(_person(client, waits)) if job["person"] else None
    seen = (
        await _sweep(client, job["wabas"], job["seconds"]) if job["wabas"] else await asyncio.sleep(job["seconds"], 0)
    )
    ended = time.monotonic()
    if person is not None:
        if person.done():
            person.result()
        person.cancel()
    return Done(began=began, ended=ended, seen=seen, codes=codes, waits=waits)


async def _sweep(client: CamsClient, wabas: int, longest: float) -> int:
    """Look at every WABA as the bot's job does, and return how many were seen in time."""
    polling, seen = client.at(Priority.POLL), 0

    async def fetch(space_id: str) -> Waba:
        nonlocal seen
        waba = await polling.get_waba(space_id)
        seen += 1
        return waba

    with suppress(TimeoutError):
        async with asyncio.timeout(longest):
            await sweep(fetch, (f"{SPACE}{number}" for number in range(wabas)))
    return seen


async def _person(client: CamsClient, waits: list[float]) -> None:
    while True:
        await asyncio.sleep(random.uniform(*PAUSE))  # noqa: S311 - no secret
        before = time.monotonic()
        await client.get_waba(SPACE)
        waits.append(time.monotonic() - before)


def _now() -> datetime:
    return datetime.now(UTC)
