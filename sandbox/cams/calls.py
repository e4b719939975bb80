"""What was called: a bounded log that others may listen to."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

KEPT = 1000


@dataclass(frozen=True)
class CamsCall:
    """One call, as far as it may be shown: no signature, no token, no verification code.

    `http_status` is 0 where the connection was cut instead of an answer; `code` is then what CAMS would have
    said, or "" where it had done nothing yet. `seconds` runs from the request's arrival until the answer is
    ready to leave. `fault` names the kind that struck, or is "".
    """

    at: datetime
    operation: str
    parameters: Mapping[str, str]
    http_status: int
    code: str
    request_id: str
    seconds: float
    fault: str


class CallLog:
    """The latest calls, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep this many."""
        self._calls: deque[CamsCall] = deque(maxlen=kept)
        self._listeners: list[Callable[[CamsCall], None]] = []

    def __iter__(self) -> Iterator[CamsCall]:
        """Go through the calls that are kept."""
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        """Count the calls that are kept."""
        return len(self._calls)

    def of(self, operation: str) -> list[CamsCall]:
        """Return the calls of one operation."""
        return [call for call in self._calls if call.operation == operation]

    def add(self, call: CamsCall) -> None:
        """Write a call down and tell who listens."""
        self._calls.append(call)
        for listener in tuple(self._listeners):
            listener(call)

    def listen(self, listener: Callable[[CamsCall], None]) -> Callable[[], None]:
        """Tell `listener` of each call from now on; the function returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
