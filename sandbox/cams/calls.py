"""What was called: a bounded log that others may listen to."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sandbox.listeners import Listeners

KEPT = 1000


@dataclass(frozen=True)
class CamsCall:
    """One call, as far as it may be shown: no signature, no token, no verification code.

    `http_status` is 0 where the connection was cut instead of an answer; `code` is then what CAMS would have
    said, or "" where it had done nothing yet. `seconds` runs from the request's arrival until the answer is
    ready to leave. `fault` names the kind that struck, or is "". `id` counts the calls from 1; `caller` is the
    AccessKey ID of a call whose signature is right, else "".
    """

    id: int
    at: datetime
    caller: str
    operation: str
    parameters: Mapping[str, str]
    http_status: int
    code: str
    request_id: str
    seconds: float
    fault: str


EntryT = TypeVar("EntryT")


class Log(Generic[EntryT]):
    """The latest entries, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep this many."""
        self._entries: deque[EntryT] = deque(maxlen=kept)
        self._listeners: Listeners[EntryT] = Listeners()

    def __iter__(self) -> Iterator[EntryT]:
        """Go through the entries that are kept."""
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        """Count the entries that are kept."""
        return len(self._entries)

    def add(self, entry: EntryT) -> None:
        """Write an entry down and tell who listens."""
        self._entries.append(entry)
        self._listeners.tell(entry)

    def listen(self, listener: Callable[[EntryT], None]) -> Callable[[], None]:
        """Tell `listener` of each entry from now on; the function returned ends that."""
        return self._listeners.add(listener)


class CallLog(Log[CamsCall]):
    """The latest calls, oldest first."""

    def of(self, operation: str) -> list[CamsCall]:
        """Return the calls of one operation."""
        return [call for call in self if call.operation == operation]
