"""Looks at watched WABAs as they fall due.

    tick -> claim_watches (due or pushed, nobody else's) -> review.follow -> due again as bot.polling plans -> the next

A few looks are under way at a time; each is followed by the next that is due, until nothing is. What concerns all
spaces ends that, and the next tick after a rest begins anew.
"""

import asyncio
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog

from bot.polling import Known, Load, interval
from bot.review import OF_ALL_SPACES, Fetch, follow
from bot.store import Store, Transition, Watch
from bot.tasks import Tasks

# QueryChatappBindWaba allows 10 calls a second; with more in flight the rest only waits for its permit.
AT_ONCE = 10
# For so long a watch waits for a process that has died. Who lives and takes longer holds on to it.
LEASE = timedelta(seconds=10)
HOLD_AFTER = 3.0
# Where CAMS cannot be asked at all, or the database takes nothing.
TROUBLE_REST = timedelta(seconds=2)
UNRECORDED_REST = timedelta(seconds=30)
# How often it is counted what there is to look at, in seconds.
COUNT_EVERY = 10.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Rules:
    """What is watched besides the subscribed spaces, who is told of it, and how often a settled WABA is looked at."""

    also: Collection[str]
    fallback_channel: str
    settled_every: timedelta


class Poller:
    """Looks, by `fetch`, at what is due; any number of processes may have one on the same database."""

    def __init__(self, store: Store, fetch: Fetch, rules: Rules, clock: Callable[[], datetime], tasks: Tasks) -> None:
        """Look at nothing before the first tick. The looks are among the tasks, and end with what they have in hand."""
        self._store = store
        self._fetch = fetch
        self._rules = rules
        self._clock = clock
        self._tasks = tasks
        self._looking: set[asyncio.Task[list[Transition]]] = set()
        # By space and fence: a look that has lost its claim may still be under way beside the one that has it.
        self._held: dict[tuple[str, int], tuple[Watch, float]] = {}
        self._one_tick = asyncio.Lock()
        self._load = Load({}, rules.settled_every)
        self._counted_at = self._rests_until = -math.inf

    async def tick(self) -> None:
        """Begin the looks that are due and that there is room for, and return while they are under way."""
        async with self._one_tick:
            await self._hold()
            room = AT_ONCE - len(self._looking)
            if room <= 0:
                return
            await self._count()
            for claim in await self._claim(room):
                looking = self._tasks.start(self._look_on(claim))
                self._looking.add(looking)
                looking.add_done_callback(self._looking.discard)

    async def sweep(self) -> list[Transition]:
        """Look at all that is due, until nothing is, and return what was recorded."""
        await self.tick()
        return [one for recorded in await asyncio.gather(*self._looking) for one in recorded]

    async def _hold(self) -> None:
        """Keep what is looked at for long, as behind a line of others for the quota."""
        long_ago = monotonic() - HOLD_AFTER
        slow = [claim for claim, since in self._held.values() if since <= long_ago]
        await self._store.hold_watches(slow, LEASE)

    async def _count(self) -> None:
        if monotonic() - self._counted_at < COUNT_EVERY:
            return
        await self._store.begin_watching(self._rules.also)
        counts = await self._store.watched_groups(self._clock(), self._rules.also)
        self._load = Load(counts, self._rules.settled_every)
        self._counted_at = monotonic()

    async def _claim(self, limit: int) -> list[Watch]:
        if self._tasks.draining or monotonic() < self._rests_until:
            return []
        return await self._store.claim_watches(LEASE, limit, self._rules.also)

    async def _look_on(self, first: Watch) -> list[Transition]:
        recorded: list[Transition] = []
        claims = [first]
        while claims:
            recorded += await self._look(claims.pop())
            claims = await self._claim(1)
        return recorded

    async def _look(self, claim: Watch) -> list[Transition]:
        held = claim.space_id, claim.fence
        self._held[held] = claim, monotonic()
        try:
            return await follow(self._store, self._fetch, claim, self._rest, self._rules.fallback_channel, self._clock)
        except OF_ALL_SPACES as exc:
            log.info("the poll rests", error=type(exc).__name__)
            self._rests_until = monotonic() + TROUBLE_REST.total_seconds()
            await self._store.put_back(claim, TROUBLE_REST)
        except Exception:
            log.exception("look could not be recorded", space=claim.space_id)
            await self._put_back_if_possible(claim)
        finally:
            del self._held[held]
        return []

    async def _put_back_if_possible(self, claim: Watch) -> None:
        try:
            await self._store.put_back(claim, UNRECORDED_REST)
        except Exception as exc:  # noqa: BLE001 - the lease does the same, later
            log.warning("a watch could not be put back", space=claim.space_id, error=type(exc).__name__)
            self._rests_until = monotonic() + TROUBLE_REST.total_seconds()

    def _rest(self, watch: Watch) -> timedelta:
        known = Known(watch.review_status, watch.status_since, watch.failing_since)
        return interval(known, self._clock(), self._load)
