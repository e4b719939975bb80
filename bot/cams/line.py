"""Who waits for a permit, and who is next."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from bot.cams.permits import Permit


class Priority(IntEnum):
    """Why somebody calls CAMS: the lower goes first."""

    PERSON = 0
    CONFIRM = 1
    POLL = 2
    BULK = 3


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place in the line, taken at a time of the line's clock."""

    priority: Priority
    since: float
    granted: asyncio.Future[Permit]


class Line:
    """The line before one operation: by class, within a class by arrival.

    So that no class waits for ever, after TURN grants that passed somebody over one goes to the class that was
    passed over most often, if that was as often as that. So whoever would be next waits behind one of those at most.
    """

    TURN = 8

    def __init__(self) -> None:
        self._queues = tuple(deque[Place]() for _ in Priority)
        self._waiting = [0 for _ in Priority]
        self._passed = [0 for _ in Priority]
        self._since_turn = 0
        self._length = 0

    def __bool__(self) -> bool:
        """Whether anybody may be waiting."""
        return self._length > 0

    def add(self, place: Place) -> None:
        """Put somebody at the end of their class."""
        self._queues[place.priority].append(place)
        self._waiting[place.priority] += 1
        self._length += 1

    def leave(self, place: Place) -> None:
        """Note that somebody, who has not been served, no longer waits. Their future is done already."""
        # The place itself goes when its turn comes: to look for it would take as long as the line is.
        self._waiting[place.priority] -= 1
        self._length -= 1

    def ahead_of(self, priority: Priority) -> int:
        """Count who would be served before a newcomer of this class."""
        return sum(self._waiting[: priority + 1])

    def next(self) -> Priority | None:
        """Return the class that is served next, None if nobody waits."""
        waiting = [priority for priority in Priority if self._first(priority)]
        if not waiting:
            return None
        most = max(waiting, key=lambda priority: self._passed[priority])
        is_its_turn = self._since_turn >= self.TURN and self._passed[most] >= self.TURN
        return most if is_its_turn else waiting[0]

    @property
    def most_urgent(self) -> Priority | None:
        """The most urgent class that waits, whoever is served next; None if nobody does."""
        return next((priority for priority in Priority if self._first(priority)), None)

    def serve(self) -> Place | None:
        """Take who is next out of the line, None if nobody waits."""
        chosen = self.next()
        if chosen is None:
            return None
        others = [priority for priority in Priority if priority != chosen and self._first(priority)]
        self._since_turn = 0 if any(priority < chosen for priority in others) else self._since_turn + bool(others)
        for priority in others:
            self._passed[priority] += 1
        self._passed[chosen] = 0
        self._waiting[chosen] -= 1
        self._length -= 1
        return self._queues[chosen].popleft()

    def waiting(self, now: float) -> Mapping[Priority, tuple[int, float]]:
        """Return how many of each class wait, and for how many seconds the first of them has."""
        firsts = {priority: self._first(priority) for priority in Priority}
        return {priority: (self._waiting[priority], now - first.since) for priority, first in firsts.items() if first}

    def _first(self, priority: Priority) -> Place | None:
        queue = self._queues[priority]
        while queue and queue[0].granted.done():
            queue.popleft()
        return queue[0] if queue else None
