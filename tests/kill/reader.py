"""Which changes a message tells. The one module to adapt when the bot's messages look otherwise.

A message with metadata tells the changes that its payload names, by the IDs of their transitions: a card is edited
later, and its text with it. One without metadata tells what stands in its text: a WABA's name, then "before → after".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
CHANGE = re.compile(r"(Kiosk \d+ change \d+)\b[^→\n]*?(\w+) → (\w+)")
OPEN_CARD = re.compile(r"^(Kiosk \d+ change \d+): (\w+) → (\w+) since ")
SHOWN = ("text", "alt_text")
REPEAT = re.compile(r"may be a repeat", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Told:
    """A change as a message tells it: the WABA's name at that change, before and after."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        """Show it as the bot does."""
        return f"{self.name}: {self.before} → {self.after}"


@dataclass(frozen=True)
class Index:
    """What the IDs in metadata stand for."""

    transitions: Mapping[int, Told] = field(default_factory=dict)


def has_ids(message: Json) -> bool:
    """Say whether an index is needed to read it."""
    return bool(message.get("metadata"))


def told(message: Json, index: Index) -> list[Told]:
    """Return the changes that a message tells, each once. Raises LookupError for an ID that nobody knows."""
    metadata = message.get("metadata")
    if not metadata:
        return sorted({Told(*found) for text in texts(message) for found in CHANGE.findall(text)})
    keys = [int(key) for key in metadata["event_payload"].get("changes", ())]
    return sorted({index.transitions[key] for key in keys if key in index.transitions})


def open_card(message: Json) -> Told | None:
    """Return the change that a card shows as the last one, None for other messages and where all is well again."""
    found = OPEN_CARD.match(str(message.get("text", "")))
    return Told(*found.groups()) if found else None


def is_marked_as_repeat(message: Json) -> bool:
    """Say whether the bot itself says that it may have told this before."""
    return any(REPEAT.search(text) for text in texts(message))


def texts(message: Json) -> list[str]:
    """Return every text that a message shows."""
    return list(_texts([message.get("text", ""), message.get("blocks", [])]))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, Mapping):
        for name, one in part.items():
            if name in SHOWN or not isinstance(one, str):
                yield from _texts(one)
