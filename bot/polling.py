"""How soon a WABA is looked at again: the quota goes where a change is likely and somebody waits for it.

    what is known of a WABA -> group (waiting or settled, by age) ┐
    how many there are in each group, the quota -> Load           ┴-> interval

A change is seen 1 / (2 x rate) after it happened on average. The rates for which the sum of weight x hazard / rate over
all WABAs is least, while the rates add up to the quota, are proportional to sqrt(weight x hazard), the hazard being how
likely a change is within the next second. It is the square-root rule of polling systems (Boxma, Levy, Weststrate,
"Efficient visit frequencies for polling tables: minimization of waiting cost", Queueing Systems 9, 1991). So

    rate = clamp(scale x sqrt(weight x hazard(age)), once a round, as often as is of use)

and Load finds the one scale by which all rates together spend the quota, or less where all are as high as is of use.
What the hazards are nobody publishes. That a wait which has lasted long goes on for long is what is assumed, and it is
all: hazard ~ 1 / age. Nothing here calls anybody or asks for the time.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Self

from bot.cams.quota import QUOTAS

SETTLED = frozenset({"APPROVED", "VERIFIED", "REJECTED", "DISABLED"})
"""After these Meta has decided. With any other somebody waits: PENDING, DEFERRED, and words that come tomorrow."""
QUOTA = 0.9 * QUOTAS["QueryChatappBindWaba"]
"""Calls a second that polling plans with; the rest is for people, first looks and late ones."""
FLOOR = timedelta(seconds=1)
"""No WABA is looked at more often."""
OLDEST = timedelta(hours=24)
"""No settled one is looked at less often, as long as the quota can do that."""
ROUND = timedelta(hours=23)
"""What is planned for OLDEST where there is room, for a look may come late."""
FAILING_AT_MOST = timedelta(minutes=5)
"""What fails is tried again at least as often, unless it would be looked at less often anyway."""
AGES = (timedelta(0), *(timedelta(minutes=5) * 2**step for step in range(14)))
"""Where the groups by age begin; the last, of four weeks, has no end."""

# One change that somebody waits for counts as much as so many others.
_WEIGHT = 25.0
# A status that is some minutes old says no more than one that is new.
_NEW = timedelta(minutes=15)
# Of 1 / age. Of the settled ones few change again soon, the others once in so long.
_WAITING, _AGAIN = 0.75, 0.005
_RARELY = timedelta(days=730)
# Looking more often than after such a part of its age is of no use: nobody minds a second more after half a day.
_WAITING_PART, _SETTLED_PART, _FAILING_PART = 50_000, 10, 4
_BISECTIONS = 64


class Group(NamedTuple):
    """WABAs that are looked at equally often: whether somebody waits, and the place in AGES of what they are past."""

    waiting: bool
    age: int


@dataclass(frozen=True, slots=True)
class Known:
    """What decides how soon a WABA is looked at: its status, when that was first seen, since when looks fail."""

    status: str
    since: datetime | None
    failing_since: datetime | None = None


def waits(status: str) -> bool:
    """Return whether somebody waits for this status to change."""
    return status not in SETTLED


def group(known: Known, now: datetime) -> Group:
    """Return where a WABA is counted; a status of unknown age counts as an old one."""
    return Group(waits(known.status), len(AGES) - 1 if known.since is None else _step(now - known.since))


@dataclass(frozen=True)
class Load:
    """What there is to look at: how many WABAs are in each group, and what may be spent on them.

    ``settled_every`` is how often a settled one is looked at where there is room, ``quota`` is in calls a second.
    Raises ValueError where one of them is not above zero.
    """

    counts: Mapping[Group, int]
    settled_every: timedelta
    quota: float = QUOTA

    def __post_init__(self) -> None:
        """Refuse what nothing can be planned with."""
        if not (self.quota > 0 and self.settled_every > timedelta(0)):
            raise ValueError(f"quota ({self.quota}) and settled_every ({self.settled_every}) must be above zero")

    @classmethod
    def of(cls, watched: Iterable[Known], now: datetime, settled_every: timedelta, quota: float = QUOTA) -> Self:
        """Count these."""
        return cls(Counter(group(known, now) for known in watched), settled_every, quota)

    @property
    def demand(self) -> float:
        """How many calls a second all of them take together: the quota at most."""
        return self._demand(self._scale)

    @cached_property
    def intervals(self) -> Mapping[Group, timedelta]:
        """The time between two looks at a WABA, by group."""
        return {one: timedelta(seconds=1 / self._rate(one, self._scale)) for one in _ROOTS}

    @cached_property
    def _scale(self) -> float:
        """The greatest scale that keeps to the quota, by bisection: the demand grows with it."""
        low, high = 0.0, max(most / _ROOTS[one] for one, most in self._most.items())
        if self._demand(high) <= self.quota:
            return high
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._demand(middle) > self.quota else (middle, high)
        return low

    def _demand(self, scale: float) -> float:
        return math.fsum(count * self._rate(one, scale) for one, count in self.counts.items())

    def _rate(self, one: Group, scale: float) -> float:
        return max(min(scale * _ROOTS[one], self._most[one]), self._least)

    @cached_property
    def _most(self) -> Mapping[Group, float]:
        return {one: 1 / _of_use(one, self.settled_every).total_seconds() for one in _ROOTS}

    @cached_property
    def _least(self) -> float:
        a_round = sum(self.counts.values()) / self.quota
        if a_round <= OLDEST.total_seconds():
            return 1 / max(a_round, ROUND.total_seconds())
        # Nobody can be looked at once a day: half the quota goes round, the other half where somebody waits.
        return 1 / (2 * a_round)


def interval(known: Known, now: datetime, load: Load) -> timedelta:
    """Return how long after a look at ``now`` a WABA is due again.

    One whose looks fail is due after a quarter of the time that they have failed for, FAILING_AT_MOST at the most,
    if that is later.
    """
    usual = load.intervals[group(known, now)]
    if known.failing_since is None:
        return usual
    return max(usual, min((now - known.failing_since) / _FAILING_PART, FAILING_AT_MOST))


def _step(age: timedelta) -> int:
    # AGES double: the place is the binary logarithm. Whoever's clock was ahead has an age below zero.
    units: int = max(age // AGES[1], 0)
    return min(units.bit_length(), len(AGES) - 1)


def _of_use(one: Group, settled_every: timedelta) -> timedelta:
    """Return the shortest interval that is of use to anybody."""
    settled = min(settled_every, AGES[one.age + 1] / _SETTLED_PART) if one.age + 1 < len(AGES) else settled_every
    wanted = min(settled, AGES[one.age] / _WAITING_PART) if one.waiting else settled
    return min(max(wanted, FLOOR), ROUND)


def _root(one: Group) -> float:
    """Return sqrt(weight x hazard) of the youngest of a group."""
    near_age = (_NEW + AGES[one.age]).total_seconds()
    if one.waiting:
        return math.sqrt(_WEIGHT * _WAITING / near_age)
    return math.sqrt(_AGAIN / near_age + 1 / _RARELY.total_seconds())


_ROOTS: Mapping[Group, float] = {
    one: _root(one) for one in (Group(waiting, age) for waiting in (True, False) for age in range(len(AGES)))
}
