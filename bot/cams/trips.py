"""The least round trip to CAMS that may be trusted, in seconds."""

import math


class RoundTrips:
    """What the least round trip is: by the kernel where it tells, else learnt from the trips themselves.

    Of those, one that opened a connection is too long by up to two more trips, and would give permits back too early.
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
        self._network = math.inf
        self._in_flight = 0
        self._connections = 0
        self._last = -math.inf

    @property
    def sure(self) -> float:
        """What may be counted on: a way back and the next way there take as long at least."""
        if not math.isinf(self._network):
            return self.DISCOUNT * self._network
        return 0.0 if self._missing > 0 else min(1.0, self.DISCOUNT * self._least)

    def measured(self, seconds: float) -> None:
        """Note what the kernel has measured as the least of a connection."""
        self._network = min(self._network, seconds)

    def begin(self, now: float) -> tuple[float, bool]:
        """Note that a request leaves; the value returned belongs to it."""
        if now - self._last > self.IDLE:
            self._connections = self._in_flight
        reused = self._in_flight < self._connections
        self._in_flight += 1
        self._connections = max(self._connections, self._in_flight)
        self._last = now
        return now, reused

    def answered(self, trip: tuple[float, bool], now: float) -> None:
        """Note that its answer is there."""
        sent, reused = trip
        self._in_flight -= 1
        self._last = now
        if reused:
            self._missing -= 1
            self._least = min(self._least, now - sent)

    def unused(self) -> None:
        """Note that the request did not leave after all."""
        self._in_flight -= 1

    def broke(self) -> None:
        """Note that none will come."""
        self._in_flight -= 1
        self._connections -= 1
