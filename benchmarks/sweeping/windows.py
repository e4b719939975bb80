"""How a server may count the calls of a second, and what an outsider counts. Times in seconds of any one clock."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

LIMIT = 10
"""Calls a second: what QueryChatappBindWaba allows an account."""


class Window(Protocol):
    """Decides on each call as it comes."""

    def admits(self, now: float) -> bool:
        """Count a call, and say whether it is within the limit."""
        ...


class FixedWindow:
    """Counts anew in each second of a clock that begins its seconds at ``phase``."""

    def __init__(self, phase: float) -> None:
        self._phase = phase
        self._second = 0
        self._calls = 0

    def admits(self, now: float) -> bool:
        """Count a call."""
        second = int(now + self._phase)
        if second != self._second:
            self._second, self._calls = second, 0
        self._calls += 1
        return self._calls <= LIMIT


class SlidingLog:
    """Counts the calls of the last second, those it refused too: the strictest there is."""

    def __init__(self, _phase: float) -> None:
        self._log: deque[float] = deque()

    def admits(self, now: float) -> bool:
        """Count a call."""
        while self._log and self._log[0] <= now - 1:
            self._log.popleft()
        self._log.append(now)
        return len(self._log) <= LIMIT


class TokenBucket:
    """Holds as many tokens as a second brings, and is full at first."""

    def __init__(self, _phase: float) -> None:
        self._tokens = float(LIMIT)
        self._since = 0.0

    def admits(self, now: float) -> bool:
        """Count a call."""
        self._tokens = min(LIMIT, self._tokens + (now - self._since) * LIMIT)
        self._since = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


WINDOWS: Mapping[str, Callable[[float], Window]] = {
    "fixed window": FixedWindow,
    "sliding log": SlidingLog,
    "token bucket": TokenBucket,
}
"""Each is made with a phase, of which only the first takes note."""


def most_in_a_second(times: Sequence[float]) -> int:
    """Return the most of these, in order of time, that lie in any stretch of one second, its end left out."""
    most = first = 0
    for last, now in enumerate(times):
        while times[first] <= now - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def least_span(times: Sequence[float]) -> float:
    """Return the shortest time in which one call more than LIMIT came; these are in order of time."""
    return min((last - first for first, last in zip(times, times[LIMIT:], strict=False)), default=math.inf)
