"""The permits of one operation, and when each is free again: here for one process, in bot.store for several.

    take -> send -> it has arrived, or the answer is there -> the permit is free again a second later

With N permits, N + 1 arrivals within one second at the server would use one permit twice. It is given back no
earlier than a second after its first request is known to have arrived, so the two arrivals are a second apart.
Whatever the server counts by (fixed window, sliding log, token bucket) and whatever the phase of its clock, it
has nothing to refuse. The second may be shortened by what the ways take at the least: see bot.cams.governor.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

WINDOW = 1.0
"""What quotas count in, in seconds."""


class PermitsUnavailableError(Exception):
    """The permits that several processes share cannot be reached, so nothing may be sent."""


class Permit(NamedTuple):
    """Leave for one request: good in ``wait`` seconds. ``token`` says whose it is where several processes share."""

    number: int
    token: str = ""
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Use:
    """How the permits stand: held or not free yet, by the class they went to, and withheld after refusals."""

    used: Mapping[int, int]
    withheld: int


class Permits(Protocol):
    """What the governor asks. ``priority`` is the class it asks for, a lower one being more urgent.

    ``same_way`` says that who gets a permit next sends by the same way as who had it before.
    """

    same_way: bool

    def take_now(self, priority: int) -> Permit | None:
        """Return a permit if there is one without asking anybody."""
        ...

    async def take(self, priority: int) -> Permit | float:
        """Return a permit that is free, or soon is, else in how many seconds to ask again.

        Raises PermitsUnavailableError where they cannot be asked for.
        """
        ...

    def give_back(self, permit: Permit, after: float) -> None:
        """Let the permit be free again after so many seconds. Does not wait, and does not fail."""
        ...

    def withhold(self, permit: Permit, seconds: float) -> None:
        """Keep this permit from everybody for so long, whether it was given back or not; the last for a second."""
        ...

    def pause(self, seconds: float) -> None:
        """Keep every permit from everybody for so long."""
        ...

    async def use(self) -> Use:
        """Return how they stand now."""
        ...


def spacing(limit: int) -> float:
    """Return how many seconds lie between two permits of who may wait.

    Taken at one moment they would all come back at one moment, and a person who came just after it would wait
    for most of a second. It is a little faster than the quota, so that it is never what slows a sweep.
    """
    return 0.9 * WINDOW / limit


class LocalPermits:
    """The permits of an account that only this process uses."""

    same_way = True

    def __init__(self, limit: int, *, paced_from: int, clock: Callable[[], float], rest: float = 0.0) -> None:
        """Allow ``limit`` calls a second, none before ``rest`` seconds: another process may just have used them all.

        Classes from ``paced_from`` on are spread over the second. ``clock`` counts in seconds.
        """
        self._clock = clock
        self._free = [(clock() + rest if rest else -math.inf, number) for number in range(limit)]
        self._not_before: dict[int, float] = {}
        self._taken_for: dict[int, int] = {}
        self._paced_from = paced_from
        self._spacing = spacing(limit)
        self._next_paced = -math.inf
        self._limit = limit

    def take_now(self, priority: int) -> Permit | None:
        """Return a permit if one is free."""
        found = self._take(priority)
        return None if isinstance(found, float) else found

    async def take(self, priority: int) -> Permit | float:
        """Return a permit that is free, or soon is, else in how many seconds to ask again."""
        return self._take(priority)

    def give_back(self, permit: Permit, after: float) -> None:
        """Let the permit be free again after so many seconds."""
        heapq.heappush(self._free, (self._clock() + after, permit.number))

    def withhold(self, permit: Permit, seconds: float) -> None:
        """Keep this permit from everybody for so long, the last one for a second at most."""
        now = self._clock()
        others = sum(until > now + WINDOW for number, until in self._not_before.items() if number != permit.number)
        until = now + (seconds if others < self._limit - 1 else min(seconds, WINDOW))
        self._not_before[permit.number] = max(until, self._not_before.get(permit.number, until))

    def pause(self, seconds: float) -> None:
        """Keep every permit from everybody for so long."""
        until = self._clock() + seconds
        for number in range(self._limit):
            self._not_before[number] = max(until, self._not_before.get(number, until))

    async def use(self) -> Use:
        """Return how they stand now."""
        now = self._clock()
        withheld = {number for number, until in self._not_before.items() if until > now + WINDOW}
        idle = {number for free_at, number in self._free if free_at <= now}
        busy = (taken for number, taken in self._taken_for.items() if number not in idle | withheld)
        return Use(Counter(busy), len(withheld))

    def _take(self, priority: int) -> Permit | float:
        now = self._clock()
        if priority >= self._paced_from and now < self._next_paced:
            return self._next_paced - now
        self._lift_withheld()
        if not self._free:
            return math.inf
        free_at, number = self._free[0]
        if free_at > now:
            return free_at - now
        heapq.heappop(self._free)
        self._taken_for[number] = priority
        if priority >= self._paced_from:
            self._next_paced = now + self._spacing
        return Permit(number)

    def _lift_withheld(self) -> None:
        while self._free and self._not_before:
            free_at, number = self._free[0]
            until = self._not_before.get(number, -math.inf)
            if until <= free_at:
                return
            heapq.heapreplace(self._free, (until, number))
