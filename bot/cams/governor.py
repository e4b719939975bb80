"""Spends the quota of one operation: all of it, never more, people first.

    take (the line, then a permit) -> send -> arrived | answered -> the permit is free again a second later

When a request arrived is known by its answer at the latest. Where the kernel tells that the server has taken all of
it in (bot.cams.arrival), it is known earlier, and a slow answer costs nothing. That holds where a server counts a
request when it comes, not when it is done with it; one that refuses us although we kept to the quota may count
otherwise, so for a while after a refusal only answers count.

The news of an arrival takes a way back, and the next request a way there: a permit is given back by so much earlier
than a second after the arrival was known, as both are known to take at the least. Where the next request may come
from another place by another way only half of that is sure.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.cams.line import Line, Place, Priority
from bot.cams.permits import WINDOW, Permit, Permits, PermitsUnavailableError, Use
from bot.cams.trips import RoundTrips

# Somebody else spends the account's quota too: their share is left to them for so long, in seconds.
WITHHELD = 10.0
DISTRUST = 60.0
# A server may read a little later what its kernel has taken in, in seconds.
READ_WITHIN = 0.02


class BusyError(Exception):
    """More people wait than can be served in time."""


class Slot:
    """Leave for one request. Tell it once how that ended: `answered` or `broke`; before, `arrived` if that is known."""

    __slots__ = ("_back", "_governor", "_permit", "_trip")

    def __init__(self, governor: "Governor", permit: Permit, trip: tuple[float, bool]) -> None:
        self._governor = governor
        self._permit = permit
        self._trip = trip
        self._back = False

    def arrived(self, round_trip: float) -> None:
        """Note that the server has the whole request, and what its connection's least round trip is, in seconds."""
        sure = self._governor.note_network(round_trip)
        if not self._back and self._governor.trusts_arrivals:
            self._back = True
            self._governor.give_back(self._permit, sure - READ_WITHIN)

    def answered(self) -> None:
        """Note that the answer is there, of whatever content."""
        sure = self._governor.note_answer(self._trip)
        if not self._back:
            self._back = True
            self._governor.give_back(self._permit, sure)

    def broke(self) -> None:
        """Note that no answer will come; the request may still be on its way."""
        self._governor.note_break()
        if not self._back:
            self._back = True
            self._governor.give_back(self._permit, 0.0)

    def unused(self) -> None:
        """Note that nothing was sent after all."""
        self._back = True
        self._governor.take_back(self._permit)

    def refused(self, retry_after: float | None) -> None:
        """Note that the server says we are over its limit, and how many seconds it wants to be left alone."""
        self._governor.slow_down(self._permit, retry_after)


@dataclass(slots=True)
class Spent:
    """What one class got within a minute: so many calls, after so many seconds of waiting in all and at most."""

    calls: int = 0
    waited: float = 0.0
    longest: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What one operation's quota looks like now.

    ``use`` is the account's; the rest is of this process: ``waiting`` how many of a class, and for how many seconds
    the first of them has; ``spent`` within the last minute or two; ``refusals`` since the start.
    """

    limit: int
    use: Use
    waiting: Mapping[Priority, tuple[int, float]]
    spent: Mapping[Priority, Spent]
    refusals: int


class Ledger:
    """What was spent lately: this minute and the one before, so that there is always a whole one."""

    def __init__(self) -> None:
        self._minute = 0
        self._now: dict[Priority, Spent] = {}
        self._before: dict[Priority, Spent] = {}
        self.refusals = 0

    def granted(self, priority: Priority, waited: float, now: float) -> None:
        """Note one grant."""
        self._turn(now)
        spent = self._now.get(priority)
        if spent is None:
            spent = self._now[priority] = Spent()
        spent.calls += 1
        spent.waited += waited
        spent.longest = max(spent.longest, waited)

    def lately(self, now: float) -> dict[Priority, Spent]:
        """Return what each class got in the last one to two minutes."""
        self._turn(now)
        both = {priority: Spent() for priority in Priority if priority in self._now or priority in self._before}
        for priority, total in both.items():
            for part in (self._now.get(priority, Spent()), self._before.get(priority, Spent())):
                total.calls += part.calls
                total.waited += part.waited
                total.longest = max(total.longest, part.longest)
        return both

    def _turn(self, now: float) -> None:
        minute = int(now // 60)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._minute, self._now = minute, {}


class Governor:
    """The only way to a request of one operation."""

    def __init__(self, limit: int, permits: Permits, clock: Callable[[], float]) -> None:
        """Spend ``permits``, of which there are ``limit`` a second. ``clock`` is monotonic, like the event loop's."""
        self._limit = limit
        self._permits = permits
        self._clock = clock
        self._line = Line()
        self._trips = RoundTrips()
        self._news = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._distrusted_until = -math.inf
        self._ledger = Ledger()

    @property
    def trusts_arrivals(self) -> bool:
        """Whether the server is believed to count requests when they come."""
        return self._clock() >= self._distrusted_until

    def take_now(self, priority: Priority) -> Slot | None:
        """Return a slot if nobody has to be asked or waited for."""
        if self._line:
            return None
        permit = self._permits.take_now(priority)
        return None if permit is None else self._slot(permit, priority, 0.0)

    async def take(self, priority: Priority, deadline: float) -> Slot:
        """Return a slot when it is this class's turn, by ``deadline`` on the clock.

        Raises BusyError at once where too many wait already, and TimeoutError at the deadline.
        """
        ahead = self._line.ahead_of(priority)
        if ahead / self._limit > deadline - self._clock():
            raise BusyError(f"{ahead} calls wait ahead")
        place = Place(priority, self._clock(), asyncio.get_running_loop().create_future())
        self._line.add(place)
        self._serve_on()
        try:
            async with asyncio.timeout_at(deadline):
                permit = await place.granted
                await asyncio.sleep(permit.wait)
        except BaseException:
            self._leave(place)
            raise
        return self._slot(permit, priority, self._clock() - place.since)

    def give_back(self, permit: Permit, sure: float) -> None:
        """Let a permit be free again a second after what is known, less what two ways are sure to take."""
        self._permits.give_back(permit, WINDOW - (sure if self._permits.same_way or sure < 0 else sure / 2))
        self._serve_on()

    def take_back(self, permit: Permit) -> None:
        """Let a permit that was not used be free at once."""
        self._trips.unused()
        self._permits.give_back(permit, 0.0)
        self._serve_on()

    def note_network(self, round_trip: float) -> float:
        """Learn from what the kernel has measured, and return what the next ways are sure to take."""
        self._trips.measured(round_trip)
        return self._trips.sure

    def note_answer(self, trip: tuple[float, bool]) -> float:
        """Learn from a round trip, and return what the next ones are sure to take."""
        self._trips.answered(trip, self._clock())
        return self._trips.sure

    def note_break(self) -> None:
        """Learn that a connection is gone."""
        self._trips.broke()

    def slow_down(self, permit: Permit, retry_after: float | None) -> None:
        """Leave more to the others: this permit rests for a while, and all for as long as the server asks."""
        self._ledger.refusals += 1
        self._distrusted_until = self._clock() + DISTRUST
        self._permits.withhold(permit, WITHHELD)
        if retry_after:
            self._permits.pause(retry_after)

    async def standing(self) -> Standing:
        """Return how the quota stands."""
        use, now = await self._permits.use(), self._clock()
        return Standing(self._limit, use, self._line.waiting(now), self._ledger.lately(now), self._ledger.refusals)

    def _slot(self, permit: Permit, priority: Priority, waited: float) -> Slot:
        now = self._clock()
        self._ledger.granted(priority, waited, now)
        return Slot(self, permit, self._trips.begin(now))

    def _leave(self, place: Place) -> None:
        """Take out who no longer waits; a permit given at the same moment goes back unused."""
        if not place.granted.done() or place.granted.cancelled():
            place.granted.cancel()
            self._line.leave(place)
        elif place.granted.exception() is None:
            self._permits.give_back(place.granted.result(), 0.0)
        self._serve_on()

    def _serve_on(self) -> None:
        """Have the line served by what is true now: a permit may have come back, somebody urgent may have come."""
        if self._serving is not None and not self._serving.done():
            self._news.set()
        elif self._line:
            self._serving = asyncio.create_task(self._serve(), name="serve the CAMS quota")

    async def _serve(self) -> None:
        # Asked for as the most urgent would, whoever's turn it is: a turn must not make a person wait longer.
        while (priority := self._line.most_urgent) is not None:
            self._news.clear()
            try:
                found = await self._permits.take(priority)
            except PermitsUnavailableError as exc:
                if place := self._line.serve():
                    place.granted.set_exception(exc)
                continue
            if isinstance(found, float):
                await self._nap(found)
            elif place := self._line.serve():
                place.granted.set_result(found)
            else:
                self._permits.give_back(found, 0.0)

    async def _nap(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(None if math.isinf(seconds) else seconds):
                await self._news.wait()
        except TimeoutError:
            pass
