"""The register in memory: every space with its WABA and its numbers, found in a moment by what people type.

    database -> load (at start, every minute) -> Register <- learn, note (what this process sees itself)

Nothing but `load` waits for anything, so an answer that rides on an ack may be made of this.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.store import Space, SpaceNumber, Stamp, Store

ROWS_AT_ONCE = 500
"""How many rows are taken between two turns of the event loop."""

_PHONE = re.compile(r"[+()\d\s./-]*\d[+()\d\s./-]*")


@dataclass(frozen=True, slots=True)
class Known:
    """A space with its numbers. `text` is what is searched: a line each for name, ID, WABA and numbers, folded."""

    space: Space
    numbers: tuple[SpaceNumber, ...]
    text: str

    @property
    def name(self) -> str:
        """What people call it, "" where nobody has told."""
        return self.space.name or self.space.waba_name


class Register:
    """The spaces that are known. The default one always is, whatever CAMS lists.

    `missing` holds the operations that the RAM policy refuses.
    """

    def __init__(self, default_space: str = "") -> None:
        self.default_space = default_space
        self.missing: set[str] = set()
        self._known: dict[str, Known] = {}
        self._space_of: dict[str, str] = {}
        self._ordered: list[str] | None = None
        self._stamp: Stamp = ()
        self._loading = asyncio.Lock()
        # What is learnt while a load is under way, which may have read the rows before.
        self._learnt: list[Callable[[], None]] | None = None
        self._take({}, {})

    def __len__(self) -> int:
        return len(self._known)

    def get(self, space_id: str) -> Known | None:
        """Return a space by its ID."""
        return self._known.get(space_id)

    def space_of(self, phone_number: str) -> str:
        """Return the space of a number (digits only), "" where it is not known."""
        return self._space_of.get(phone_number, "")

    def meant(self, text: str) -> str:
        """Return the ID of the only space that this names, whatever the case; any other text as it is.

        A space's own name comes before its ID, the name or ID of its WABA, and its numbers.
        """
        wanted = _folded(text)
        if not wanted or text in self._known:
            return text
        line = f"\n{_digits(wanted)}\n"
        by_name = [space_id for space_id, known in self._known.items() if known.text.startswith(f"\n{wanted}\n")]
        named = by_name or [space_id for space_id, known in self._known.items() if line in known.text]
        return named[0] if len(named) == 1 else text

    def search(self, text: str) -> list[Known]:
        """Return the spaces with this text in them, whatever the case, by name; best first.

        A name or an ID that is the text comes before one that begins with it, and that before all else.
        """
        wanted = _folded(text)
        ordered = [self._known[space_id] for space_id in self._order()]
        if not wanted:
            return ordered
        digits = _digits(wanted)
        found = [known for known in ordered if wanted in known.text or (digits != wanted and digits in known.text)]
        found.sort(key=partial(_rank, wanted))
        return found

    def learn(self, space: Space, numbers: Sequence[SpaceNumber]) -> None:
        """Take in all that is now known of a space."""
        self._later(lambda: self._learn(space, numbers))

    def note(self, phone_number: str, space_id: str) -> None:
        """Take in that a number belongs to a space."""
        self._later(lambda: self._note(phone_number, space_id))

    async def load(self, store: Store) -> None:
        """Take in what the database has, if it has anything new.

        Raises what the database does; then everything stays as it was.
        """
        async with self._loading:
            stamp = await store.register_stamp()
            if stamp == self._stamp:
                return
            self._learnt = []
            try:
                self._take(*await _read(store))
                for learnt in self._learnt:
                    learnt()
            finally:
                self._learnt = None
            self._stamp = stamp

    def _later(self, learn: Callable[[], None]) -> None:
        learn()
        if self._learnt is not None:
            self._learnt.append(learn)

    def _take(self, known: dict[str, Known], space_of: dict[str, str]) -> None:
        self._known, self._space_of, self._ordered = known, space_of, None
        if self.default_space and self.default_space not in known:
            known[self.default_space] = _known(Space(self.default_space), ())

    def _learn(self, space: Space, numbers: Sequence[SpaceNumber]) -> None:
        before = self._known.get(space.space_id)
        if before is None or before.name != (space.name or space.waba_name):
            self._ordered = None
        for number in before.numbers if before else ():
            if self._space_of.get(number.phone_number) == space.space_id:
                del self._space_of[number.phone_number]
        for number in numbers:
            self._leave(number.phone_number, space.space_id)
            self._space_of[number.phone_number] = space.space_id
        self._known[space.space_id] = _known(space, numbers)

    def _note(self, phone_number: str, space_id: str) -> None:
        if self._space_of.get(phone_number) == space_id:
            return
        known = self._known.get(space_id) or _known(Space(space_id), ())
        self._learn(known.space, (*known.numbers, SpaceNumber(phone_number, space_id)))

    def _leave(self, phone_number: str, space_id: str) -> None:
        """Take a number away from the space that it was in, if that is another."""
        before = self._known.get(self._space_of.get(phone_number, ""))
        if before and before.space.space_id != space_id:
            left = [number for number in before.numbers if number.phone_number != phone_number]
            self._known[before.space.space_id] = _known(before.space, left)

    def _order(self) -> list[str]:
        if self._ordered is None:
            names = {space_id: known.name.casefold() for space_id, known in self._known.items()}
            # Those without a name at the end.
            self._ordered = sorted(names, key=lambda space_id: (not names[space_id], names[space_id], space_id))
        return self._ordered


async def _read(store: Store) -> tuple[dict[str, Known], dict[str, str]]:
    space_of: dict[str, str] = {}
    numbers: defaultdict[str, list[SpaceNumber]] = defaultdict(list)
    last = ""
    while rows := await store.numbers_after(last, ROWS_AT_ONCE):
        for number in rows:
            space_of[number.phone_number] = number.space_id
            numbers[number.space_id].append(number)
        last = rows[-1].phone_number
    known: dict[str, Known] = {}
    last = ""
    while spaces := await store.spaces_after(last, ROWS_AT_ONCE):
        known |= {one.space_id: _known(one, numbers.pop(one.space_id, ())) for one in spaces}
        last = spaces[-1].space_id
    # Somebody named the rest themselves, and CAMS found the number there.
    known |= {space_id: _known(Space(space_id), rest) for space_id, rest in numbers.items()}
    return known, space_of


def _known(space: Space, numbers: Iterable[SpaceNumber]) -> Known:
    held = tuple(numbers)
    lines = (space.name, space.space_id, space.waba_name, space.waba_id, *(number.phone_number for number in held))
    return Known(space, held, "\n".join(["", *map(_folded, lines), ""]))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _digits(folded: str) -> str:
    """A number as it is stored where this is one, else the text as it is."""
    return "".join(filter(str.isdigit, folded)) if _PHONE.fullmatch(folded) else folded


def _rank(wanted: str, known: Known) -> int:
    name, space_id = f"\n{wanted}", known.space.space_id.casefold()
    if not known.text.startswith(name) and not space_id.startswith(wanted):
        return 2
    return 0 if space_id == wanted or known.text.startswith(f"{name}\n") else 1
