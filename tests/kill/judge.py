"""Compares what was made with what the channels show."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

from bot.statuses import is_well
from tests.kill import reader
from tests.kill.reader import Index, Told
from tests.kill.reviews import Made

Json = Mapping[str, Any]
DETAILS = 12


@dataclass
class Verdict:
    """How many changes were owed to channels, in how many messages they stand, and what is wrong with that."""

    owed: int = 0
    messages: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    # Told, but never made, or with another before or after.
    strange: int = 0
    # Cards that show another state than the last, or stand twice.
    stale: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every change was told exactly once and in order, and the cards show how things are."""
        return not (self.lost or self.doubled or self.disordered or self.strange or self.stale)

    def add(self, other: "Verdict") -> None:
        """Count another's too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        del self.details[DETAILS:]

    def wrong(self, kind: str, names: Iterable[str]) -> None:
        """Count what is wrong, and name the first few."""
        found = list(names)
        setattr(self, kind, getattr(self, kind) + len(found))
        self.details += [f"{kind}: {name}" for name in found[: max(0, DETAILS - len(self.details))]]


def judge(
    channel: str, expected: Sequence[Made], messages: Sequence[Json], index: Index, *, marks_allowed: bool = False
) -> Verdict:
    """Compare what one channel should be told, in this order within each space, with its messages, oldest first.

    A message that the bot marks as a possible repeat is a double, unless marks are allowed: then it may repeat.
    """
    marks = {str(message["ts"]) for message in messages if reader.is_marked_as_repeat(message)}
    shown = _shown(messages, index, marks if marks_allowed else set())
    verdict = Verdict(len(expected), len(messages))
    known = {Told(made.name, made.before, made.after): made for made in expected}
    times = Counter(told for _, told in shown)
    verdict.wrong("lost", (f"{told} in {channel}" for told in known if told not in times))
    verdict.wrong("strange", (f"{told} in {channel}" for told in times if told not in known))
    repeats = (told for told, count in times.items() for _ in range(count - 1))
    verdict.wrong("doubled", (f"{told} in {channel} at {_when(told, shown)}" for told in repeats))
    if not marks_allowed:
        verdict.wrong("doubled", (f"marked as a repeat in {channel} at {ts}" for ts in sorted(marks)))
    verdict.wrong("disordered", (f"{told} in {channel}" for told in _disordered(known, shown)))
    verdict.wrong("stale", (f"the card of {told} in {channel}" for told in _stale(expected, messages)))
    return verdict


def _stale(expected: Iterable[Made], messages: Iterable[Json]) -> list[Told]:
    """Return what the open cards show that is no more so, and what more than one shows."""
    last = {made.space_id: Told(made.name, made.before, made.after) for made in expected}
    cards = Counter(filter(None, map(reader.open_card, messages)))
    current = {told for told in last.values() if not is_well(told.after)}
    return sorted(told for told, count in cards.items() if told not in current or count > 1)


def _shown(messages: Iterable[Json], index: Index, may_repeat: AbstractSet[str]) -> list[tuple[str, Told]]:
    """Return when each change was told; what a message that may repeat tells again is left out."""
    shown: list[tuple[str, Told]] = []
    known: set[Told] = set()
    for message in messages:
        ts, tolds = str(message["ts"]), reader.told(message, index)
        shown += [(ts, told) for told in tolds if ts not in may_repeat or told not in known]
        known.update(tolds)
    return shown


def _when(told: Told, shown: Iterable[tuple[str, Told]]) -> list[str]:
    return [ts for ts, one in shown if one == told]


def _disordered(known: Mapping[Told, Made], shown: Iterable[tuple[str, Told]]) -> list[Told]:
    """Return what was first told later than a later change of the same space. Within one message there is no order."""
    first: dict[Told, str] = {}
    for ts, told in shown:
        first.setdefault(told, ts)
    of_space: defaultdict[str, list[Told]] = defaultdict(list)
    for told, made in known.items():
        if told in first:
            of_space[made.space_id].append(told)
    return [late for tolds in of_space.values() for late, later in pairwise(tolds) if first[late] > first[later]]
