"""How often an operation may be called, under the kinds of window that a server may use.

Which one CAMS uses is not documented, nor whether a refused call counts. None of these counts it. Times are
seconds on any clock that only goes forward; the caller brings them.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from typing import Literal, Protocol

Window = Literal["fixed", "sliding", "bucket"]


class Limiter(Protocol):
    """Something that decides call by call."""

    def admit(self, at: float) -> bool:
        """Count a call at this second and say whether it may pass."""

    def used(self, at: float) -> int:
        """Return how many of the calls that it allows are used up at this second."""


class FixedWindow:
    """At most `limit` calls in each whole second of the clock."""

    def __init__(self, limit: int) -> None:
        """Take the calls per second."""
        self._limit = limit
        self._second = 0
        self._used = 0

    def admit(self, at: float) -> bool:
        """Count within the second that `at` falls into."""
        if int(at) != self._second:
            self._second, self._used = int(at), 0
        admitted = self._used < self._limit
        self._used += admitted
        return admitted

    def used(self, at: float) -> int:
        """Count what passed in the same second."""
        return self._used if int(at) == self._second else 0


class SlidingLog:
    """At most `limit` calls in any stretch of one second."""

    def __init__(self, limit: int) -> None:
        """Take the calls per second."""
        self._passed: deque[float] = deque(maxlen=limit)
        self._limit = limit

    def admit(self, at: float) -> bool:
        """Compare with the call that passed `limit` calls ago."""
        admitted = len(self._passed) < self._limit or at - self._passed[0] >= 1
        if admitted:
            self._passed.append(at)
        return admitted

    def used(self, at: float) -> int:
        """Count what passed within the second before."""
        return sum(at - passed < 1 for passed in self._passed)


class TokenBucket:
    """`limit` calls at once after a rest, and `limit` a second in the long run."""

    def __init__(self, limit: int) -> None:
        """Begin full."""
        self._limit = limit
        self._tokens = float(limit)
        self._at = 0.0

    def admit(self, at: float) -> bool:
        """Spend a token, if one has come back."""
        self._tokens = min(self._limit, self._tokens + (at - self._at) * self._limit)
        self._at = at
        admitted = self._tokens >= 1
        self._tokens -= admitted
        return admitted

    def used(self, at: float) -> int:
        """Count the tokens that have not come back yet."""
        return math.ceil(max(0.0, self._limit - self._tokens - (at - self._at) * self._limit))


LIMITERS: Mapping[Window, type[FixedWindow | SlidingLog | TokenBucket]] = {
    "fixed": FixedWindow,
    "sliding": SlidingLog,
    "bucket": TokenBucket,
}


class BusiestSecond:
    """The greatest number of calls in any stretch of one second, wherever it begins; one second apart is too far."""

    def __init__(self) -> None:
        """Begin with none."""
        self.calls = 0
        self._latest: deque[float] = deque()

    def saw(self, at: float) -> int:
        """Count a call at this second and return the greatest number so far."""
        while self._latest and at - self._latest[0] >= 1:
            self._latest.popleft()
        self._latest.append(at)
        self.calls = max(self.calls, len(self._latest))
        return self.calls


class Quotas:
    """One account's quotas: calls per second for each operation, and how many came and were turned away.

    `busiest` is by operation the greatest number of calls, refused ones too, that any stretch of one second has seen.
    """

    def __init__(self, limits: Mapping[str, int], window: Window = "sliding") -> None:
        """Take the calls per second by operation name."""
        self.window = window
        self.limits = dict(limits)
        self.seen: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.busiest: Counter[str] = Counter()
        self._seconds: defaultdict[str, BusiestSecond] = defaultdict(BusiestSecond)
        self._limiters: dict[str, Limiter] = {name: LIMITERS[window](limit) for name, limit in limits.items()}

    def admit(self, operation: str, at: float) -> bool:
        """Count a call and say whether it is within the quota."""
        self.seen[operation] += 1
        self.busiest[operation] = self._seconds[operation].saw(at)
        admitted = self._limiters[operation].admit(at)
        self.refused[operation] += not admitted
        return admitted

    def used(self, at: float) -> dict[str, int]:
        """Return by operation how many calls of its quota are used up at this second."""
        return {operation: limiter.used(at) for operation, limiter in self._limiters.items()}
