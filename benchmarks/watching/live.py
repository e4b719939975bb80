"""Accounts of the local CAMS watched in real time, through the bot's client and its governor.

events -> local CAMS <- look <- due (a heap, the bot's policy) | replica.sweep (again and again)
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import TypedDict

import aiohttp

from benchmarks.sweeping.replica import sweep as swept_once
from benchmarks.watching.reviews import RARELY, Account, Event, compressed
from bot.cams.arrival import ArrivalConnector
from bot.cams.client import CamsClient, Priority
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.models import Waba
from bot.cams.quota import Quota, local_permits
from bot.polling import Known, Load, interval
from bot.watching import AT_ONCE
from sandbox.cams import LocalCams, World
from sandbox.cams.local import DEMO_KEY

OPERATION = "QueryChatappBindWaba"
SETTLED_EVERY = timedelta(minutes=5)
COUNT_EVERY = 1.0
"""How often the load is counted, in seconds."""


class Seen(TypedDict):
    """Seconds from each decision to its being seen; calls, and those that the local CAMS refused."""

    decided: list[float]
    calls: int
    refused: int


class Watched:
    """An account, its events, and what was seen of them."""

    def __init__(self, cams: LocalCams, client: CamsClient, account: Account, seed: int) -> None:
        """Begin with all of them settled."""
        self.cams = cams
        self.spaces = sorted(cams.world.spaces)
        self.events = compressed(account, seed)
        self.decided: list[float] = []
        self._client = client
        self._changed_at: dict[str, float] = {}
        self._left = sum(not event.is_new for event in self.events)
        self.all_seen = asyncio.Event()

    async def happen(self, tell: Callable[[Event], None]) -> None:
        """Let the events happen when it is their time, and tell of what is new to watch."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for event in self.events:
            await asyncio.sleep(start + event.at - loop.time())
            self.cams.world.review(self.spaces[event.slot], event.status)
            if event.is_new:
                tell(event)
            else:
                self._changed_at[self.spaces[event.slot]] = loop.time()

    async def look(self, space_id: str) -> Waba:
        """Ask CAMS, and note what was seen."""
        waba = await self._client.get_waba(space_id)
        if waba.review_status == "APPROVED" and (changed_at := self._changed_at.pop(space_id, None)):
            self.decided.append(asyncio.get_running_loop().time() - changed_at)
            self._left -= 1
            if not self._left:
                self.all_seen.set()
        return waba


class Scheduler:
    """Looks at every WABA when it is due by the bot's policy."""

    def __init__(self, watched: Watched, seed: int) -> None:
        """Be somewhere in the middle of everybody's interval."""
        settled = Known("APPROVED", _now() - timedelta(seconds=RARELY))
        rng, now = random.Random(f"looks {seed}"), asyncio.get_running_loop().time()  # noqa: S311 - no secret
        self._watched = watched
        self._known = dict.fromkeys(watched.spaces, settled)
        self._count()
        usual = interval(settled, _now(), self._load).total_seconds()
        self._due = [(now + rng.uniform(0, usual), space_id) for space_id in watched.spaces]
        self._due_at = {space_id: due for due, space_id in self._due}
        heapify(self._due)
        self._news = asyncio.Event()

    def watch(self, event: Event) -> None:
        """Look at a new one at once."""
        space_id = self._watched.spaces[event.slot]
        self._known[space_id] = Known(event.status, _now() - timedelta(seconds=event.age))
        self._put(space_id, asyncio.get_running_loop().time())
        self._news.set()

    async def run(self) -> None:
        """Look for ever."""
        at_once = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                await at_once.acquire()
                looking = group.create_task(self._look(await self._next()))
                looking.add_done_callback(lambda _: at_once.release())

    async def _next(self) -> str:
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            while self._due and self._due[0][0] <= loop.time():
                due, space_id = heappop(self._due)
                if due == self._due_at[space_id]:
                    return space_id
            try:
                async with asyncio.timeout_at(self._due[0][0] if self._due else None):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _look(self, space_id: str) -> None:
        known = self._known[space_id]
        waba = await self._watched.look(space_id)
        if self._known[space_id] is not known:
            # It has become another since, and is due again already.
            return
        if waba.review_status != known.status:
            self._known[space_id] = Known(waba.review_status, _now())
        if asyncio.get_running_loop().time() - self._counted_at >= COUNT_EVERY:
            self._count()
        after = interval(self._known[space_id], _now(), self._load).total_seconds()
        self._put(space_id, asyncio.get_running_loop().time() + after)
        self._news.set()

    def _put(self, space_id: str, due: float) -> None:
        self._due_at[space_id] = due
        heappush(self._due, (due, space_id))

    def _count(self) -> None:
        self._load = Load.of(self._known.values(), _now(), SETTLED_EVERY)
        self._counted_at = asyncio.get_running_loop().time()


async def adaptive(wabas: int, pending: int, seconds: float, seeds: Sequence[int]) -> list[Seen]:
    """Watch an account for each seed by the bot's policy, all at the same time."""

    async def watch(watched: Watched, seed: int) -> None:
        scheduler = Scheduler(watched, seed)
        await _until_all_seen(watched, scheduler.run(), watched.happen(scheduler.watch))

    return await _of_each(Account(wabas, pending, seconds), seeds, watch)


async def swept(wabas: int, pending: int, seconds: float, seeds: Sequence[int]) -> list[Seen]:
    """Watch an account for each seed by sweeps without a pause, all at the same time."""

    async def sweep(watched: Watched) -> None:
        while True:
            await swept_once(watched.look, watched.spaces)

    async def watch(watched: Watched, _seed: int) -> None:
        await _until_all_seen(watched, sweep(watched), watched.happen(lambda _: None))

    return await _of_each(Account(wabas, pending, seconds), seeds, watch)


async def _of_each(
    account: Account, seeds: Sequence[int], watch: Callable[[Watched, int], Awaitable[None]]
) -> list[Seen]:
    async def one(seed: int) -> Seen:
        async with _watched(account, seed) as watched:
            await watch(watched, seed)
        quota = watched.cams.quota
        return Seen(decided=watched.decided, calls=quota.seen[OPERATION], refused=quota.refused[OPERATION])

    return await asyncio.gather(*(one(seed) for seed in seeds))


@asynccontextmanager
async def _watched(account: Account, seed: int) -> AsyncIterator[Watched]:
    key = StaticCredentials(Credentials(DEMO_KEY.id, DEMO_KEY.secret))
    quota = Quota(local_permits())
    async with (
        LocalCams.start(world=World.many(account.wabas)) as cams,
        aiohttp.ClientSession(connector=ArrivalConnector()) as session,
    ):
        client = CamsClient(session, cams.url, key, clock=_now, quota=quota).at(Priority.POLL)
        yield Watched(cams, client, account, seed)


async def _until_all_seen(watched: Watched, *doing: Awaitable[None]) -> None:
    """Do these until all is seen; one that fails ends it."""
    tasks = [asyncio.ensure_future(one) for one in (*doing, watched.all_seen.wait())]
    *_, seen = tasks
    try:
        while not seen.done():
            done, _ = await asyncio.wait([task for task in tasks if not task.done()], return_when="FIRST_COMPLETED")
            for task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _now() -> datetime:
    return datetime.now(UTC)
