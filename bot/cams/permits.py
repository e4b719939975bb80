"""How often an operation may be called: permits for one process.

    wait for a permit -> send -> response -> the permit is free again a second later, less 0.9 of the least round trip

With N permits, N + 1 arrivals within one second at the server would use one permit twice. Its second request
leaves no earlier than a second less 0.9 m after its first response, where m is the least round trip; the way
back of the first and the way there of the second take 0.9 m at least; so the arrivals are a second apart.
Whatever the server counts by (fixed window, sliding log, token bucket) and whatever the phase of its clock,
it has nothing to refuse.
"""

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

WINDOW = 1.0
"""What quotas count in, in seconds."""


class Permits:
    """N permits for N calls a second, for whoever waits in the order of priority, then of arrival."""

    def __init__(
        self,
        limit: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Allow ``limit`` calls a second. ``clock`` and ``sleep`` count in the same seconds."""
        self._clock = clock
        self._sleep = sleep
        self._trips = _RoundTrips()
        self._free_at = [-math.inf] * limit
        self._waiting: list[tuple[int, int, asyncio.Future[float]]] = []
        self._arrivals = itertools.count()
        self._serving: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def hold(self, priority: int = 0) -> AsyncIterator[None]:
        """Hold a permit around one request and its response, the lower number first.

        Leave normally when there was a response, of whatever content, and with an exception when there was none.
        """
        await self._take(priority)
        trip = self._trips.begin(self._clock())
        try:
            yield
        except BaseException:
            # The request may still be on its way, so nothing shortens the second.
            self._trips.broke()
            self._give_back(WINDOW)
            raise
        self._trips.answered(trip, self._clock())
        self._give_back(WINDOW - self._trips.discount)

    def _give_back(self, after: float) -> None:
        heapq.heappush(self._free_at, self._clock() + after)
        self._serve_on()

    async def _take(self, priority: int) -> None:
        if not self._waiting and self._free_at and self._free_at[0] <= self._clock():
            heapq.heappop(self._free_at)
            return
        ticket = asyncio.get_running_loop().create_future()
        place = (priority, next(self._arrivals), ticket)
        heapq.heappush(self._waiting, place)
        self._serve_on()
        try:
            await ticket
        except asyncio.CancelledError:
            self._leave(place)
            raise

    def _leave(self, place: tuple[int, int, asyncio.Future[float]]) -> None:
        """Take out who no longer waits; a permit given at the same moment goes back unused."""
        ticket = place[-1]
        if not ticket.cancelled():
            heapq.heappush(self._free_at, ticket.result())
        with suppress(ValueError):
            self._waiting.remove(place)
            heapq.heapify(self._waiting)
        self._serve_on()

    def _serve_on(self) -> None:
        """Serve by what is true now: the next permit may have become an earlier one, the queue an empty one."""
        if self._serving is not None:
            self._serving.cancel()
            self._serving = None
        if self._waiting and self._free_at:
            self._serving = asyncio.create_task(self._serve(), name="serve CAMS permits")

    async def _serve(self) -> None:
        while self._waiting and self._free_at:
            wait = self._free_at[0] - self._clock()
            if wait > 0:
                await self._sleep(wait)
                continue
            *_, ticket = heapq.heappop(self._waiting)
            if not ticket.cancelled():
                ticket.set_result(heapq.heappop(self._free_at))


class _RoundTrips:
    """The least round trip that may be trusted.

    One that opened a connection is too long by up to two more trips, and would give permits back too early.
    Which did is not told, so connections are counted as a pool would keep them. A first few that all met a
    delay would mislead too.
    """

    DISCOUNT = 0.9
    TRUSTED_FROM = 10
    # aiohttp closes what was idle for 15 s.
    IDLE = 10.0

    def __init__(self) -> None:
        self._missing = self.TRUSTED_FROM
        self._least = math.inf
        self._in_flight = 0
        self._connections = 0
        self._last = -math.inf

    @property
    def discount(self) -> float:
        """What a permit comes back earlier by, in seconds, never more than the window."""
        return 0.0 if self._missing > 0 else min(WINDOW, self.DISCOUNT * self._least)

    def begin(self, now: float) -> tuple[float, bool]:
        if now - self._last > self.IDLE:
            self._connections = self._in_flight
        reused = self._in_flight < self._connections
        self._in_flight += 1
        self._connections = max(self._connections, self._in_flight)
        self._last = now
        return now, reused

    def answered(self, trip: tuple[float, bool], now: float) -> None:
        sent, reused = trip
        self._in_flight -= 1
        self._last = now
        if reused:
            self._missing -= 1
            self._least = min(self._least, now - sent)

    def broke(self) -> None:
        self._in_flight -= 1
        self._connections -= 1
