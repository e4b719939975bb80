"""An account watched on a simulated clock: by the bot's policy, and by a sweep that goes round and round.

events -> known | due (a heap) -> one look each 1 / LIMIT s -> interval -> due
"""

import math
import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TypedDict

from benchmarks.sweeping.windows import LIMIT
from benchmarks.watching.reviews import RARELY, Account, Event, events
from bot.polling import AGES, Group, Known, Load, interval, waits

START = datetime(2026, 1, 1, tzinfo=UTC)
SETTLED_EVERY = timedelta(minutes=5)
COUNT_EVERY = 60.0
"""How often the load is counted, in seconds."""


class Watched(TypedDict):
    """Seconds from each change to its being seen, by what was changed; the longest that a settled one was not seen."""

    decided: list[float]
    settled: list[float]
    oldest: float


def adaptive(wabas: int, pending: int, seconds: float, seed: int) -> Watched:
    """Watch by the bot's policy."""
    account = Account(wabas, pending, seconds)
    return Watching(account, events(account, seed), seed).run()


def swept(wabas: int, pending: int, seconds: float, seed: int) -> Watched:
    """Watch by a sweep without a pause: each WABA is looked at every wabas / LIMIT seconds."""
    statuses = ["APPROVED"] * wabas
    seen = Watched(decided=[], settled=[], oldest=wabas / LIMIT)
    for event in events(Account(wabas, pending, seconds), seed):
        was, statuses[event.slot] = statuses[event.slot], event.status
        if event.at < 0 or event.is_new or was == event.status:
            continue
        rounds = math.ceil((event.at * LIMIT - event.slot) / wabas)
        seen["decided" if was == "PENDING" else "settled"].append((event.slot + rounds * wabas) / LIMIT - event.at)
    return seen


@dataclass(slots=True)
class Waba:
    """What is true, and what is known."""

    known: Known
    since: float = -RARELY
    status: str = "APPROVED"
    changed_at: float | None = None
    looked_at: float = 0.0
    due: float = 0.0


@dataclass(slots=True)
class Watching:
    """One run."""

    account: Account
    events: Sequence[Event]
    seed: int
    _wabas: list[Waba] = field(init=False)
    _due: list[tuple[float, int]] = field(init=False)
    # Since when each status is known, by whether somebody waits, in order.
    _since: dict[bool, list[float]] = field(init=False)
    _unseen: int = field(init=False, default=0)
    _free_at: float = field(init=False, default=0.0)
    _counted_at: float = field(init=False, default=-math.inf)
    _load: Load = field(init=False)
    _seen: Watched = field(init=False)

    def run(self) -> Watched:
        """Look for as long as something happens, and on until all of it is seen."""
        self._seen = Watched(decided=[], settled=[], oldest=0.0)
        begun = self._begin()
        for event in self.events[begun:]:
            while (at := max(self._due[0][0], self._free_at)) < event.at:
                self._look(at)
            self._happens(event)
        while self._unseen or self._free_at < self.account.seconds:
            self._look(max(self._due[0][0], self._free_at))
        oldest = max(self._free_at - waba.looked_at for waba in self._wabas if waba.status != "PENDING")
        self._seen["oldest"] = max(self._seen["oldest"], oldest)
        return self._seen

    def _begin(self) -> int:
        """Know all that happened before time 0, and be somewhere in the middle of everybody's interval."""
        rng = random.Random(f"looks {self.seed}")  # noqa: S311 - no secret
        settled = Known("APPROVED", _time(-RARELY))
        self._wabas = [Waba(settled) for _ in range(self.account.wabas)]
        self._since = {True: [], False: [-RARELY] * self.account.wabas}
        begun = sum(event.at < 0 for event in self.events)
        for event in self.events[:begun]:
            self._wabas[event.slot].status = event.status
            self._knows(event.slot, event.at)
        self._count(0.0)
        for waba in self._wabas:
            between = interval(waba.known, START, self._load).total_seconds()
            waba.due = rng.uniform(0, between)
            waba.looked_at = waba.due - between
        self._due = [(waba.due, slot) for slot, waba in enumerate(self._wabas)]
        heapify(self._due)
        return begun

    def _happens(self, event: Event) -> None:
        waba = self._wabas[event.slot]
        if event.is_new:
            self._unseen -= waba.changed_at is not None
            waba.status, waba.changed_at, waba.looked_at, waba.due = event.status, None, event.at, event.at
            self._knows(event.slot, event.at)
            heappush(self._due, (event.at, event.slot))
        elif event.status != waba.status:
            waba.status = event.status
            if waba.changed_at is None:
                waba.changed_at = event.at
                self._unseen += 1

    def _look(self, at: float) -> None:
        due, slot = heappop(self._due)
        waba = self._wabas[slot]
        if due != waba.due:
            # It was put into the heap anew since.
            return
        self._free_at = at + 1 / LIMIT
        if at - self._counted_at >= COUNT_EVERY:
            self._count(at)
        if waba.known.status != "PENDING":
            self._seen["oldest"] = max(self._seen["oldest"], at - waba.looked_at)
        if waba.changed_at is not None:
            self._sees(slot, at, waba.changed_at)
        waba.looked_at = at
        waba.due = at + interval(waba.known, _time(at), self._load).total_seconds()
        heappush(self._due, (waba.due, slot))

    def _sees(self, slot: int, at: float, changed_at: float) -> None:
        waba = self._wabas[slot]
        self._seen["decided" if waba.known.status == "PENDING" else "settled"].append(at - changed_at)
        waba.changed_at = None
        self._unseen -= 1
        self._knows(slot, at)

    def _knows(self, slot: int, since: float) -> None:
        waba = self._wabas[slot]
        before = self._since[waits(waba.known.status)]
        del before[bisect_left(before, waba.since)]
        waba.known, waba.since = Known(waba.status, _time(since)), since
        insort(self._since[waits(waba.status)], since)

    def _count(self, at: float) -> None:
        counts = {}
        for waiting, since in self._since.items():
            older = [bisect_right(since, at - age.total_seconds()) for age in AGES]
            for age, (past, next_past) in enumerate(pairwise([*older, 0])):
                counts[Group(waiting, age)] = past - next_past
        self._load, self._counted_at = Load(counts, SETTLED_EVERY), at


def _time(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
