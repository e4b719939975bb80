"""What happens to an account's WABAs, whoever looks: reviews that begin and are decided, settled ones that change.

How long reviews take is assumed: most are decided by a machine, the others by people. Times in seconds.
"""

import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heapreplace

HOUR = 3600.0
BY_MACHINE = 0.7
MACHINE, PEOPLE = (HOUR / 3, 1.0), (20 * HOUR, 0.8)
"""Median, and standard deviation of the logarithm: 8.7 h on average, 36 min in the median, 43 h for one in twenty."""
RARELY = 730 * 24 * HOUR
"""A settled one changes once in so long."""
HELD = 20.0
"""How long a review is watched until it is decided where time is compressed."""
BEFORE = 400 * HOUR
"""How long before time 0 the reviews have begun: long enough to be in all stages then."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that becomes of the WABA in a slot."""

    at: float
    slot: int
    # A new WABA is in its place, in review, and the bot is told to watch it.
    is_new: bool
    status: str
    # For how long its review has lasted, as far as the bot knows.
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """So many WABAs of which so many are in review at any time, watched for so many seconds."""

    wabas: int
    pending: int
    seconds: float


def review_time(rng: random.Random) -> float:
    """Draw how long a review takes."""
    middle, spread = MACHINE if rng.random() < BY_MACHINE else PEOPLE
    return rng.lognormvariate(math.log(middle), spread)


def events(account: Account, seed: int) -> list[Event]:
    """Return what happens until the end, in order of time; what is before time 0 is known to whoever looks."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    happened = [*_reviews(account, rng), *_changes(account, rng)]
    return sorted(happened, key=lambda event: event.at)


def _reviews(account: Account, rng: random.Random) -> Iterator[Event]:
    """When one is decided another begins, in the slot of the WABA that was settled the longest."""
    slots = deque(rng.sample(range(account.wabas), account.wabas))
    decided = [(-BEFORE, -1 - number) for number in range(account.pending)]
    heapify(decided)
    while decided[0][0] < account.seconds:
        at, slot = decided[0]
        if slot >= 0:
            yield Event(at, slot, is_new=False, status="APPROVED")
            slots.append(slot)
        begun = slots.popleft()
        yield Event(at, begun, is_new=True, status="PENDING")
        heapreplace(decided, (at + review_time(rng), begun))


def compressed(account: Account, seed: int) -> list[Event]:
    """Return decisions at random times, ``HELD`` seconds after the watch began on average.

    The reviews are as old then as they would be; what is left out is the time in which nothing happens.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    slots = iter(rng.sample(range(account.wabas), account.wabas))
    happened = []
    for _ in range(account.pending):
        at = 0.0
        while at < account.seconds:
            slot, held, lasts = next(slots), rng.expovariate(1 / HELD), review_time(rng)
            happened.append(Event(at, slot, is_new=True, status="PENDING", age=max(0.0, lasts - held)))
            at += held
            happened.append(Event(at, slot, is_new=False, status="APPROVED"))
    return sorted(happened, key=lambda event: event.at)


def _changes(account: Account, rng: random.Random) -> Iterator[Event]:
    at = rng.expovariate(account.wabas / RARELY)
    while at < account.seconds:
        yield Event(at, rng.randrange(account.wabas), is_new=False, status="DISABLED")
        at += rng.expovariate(account.wabas / RARELY)
