"""Keeps calls from a CAMS that does not answer, and from one that does not accept our key.

closed -- failures in a row, for a while --> open -- one probe now and then --> closed by its success
"""

import math
from collections import defaultdict
from collections.abc import Callable

from bot.cams.credentials import Credentials
from bot.cams.errors import (
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
    CamsNotSentError,
)

# So many failures in a row, over so many seconds at least: a single hiccup is what retries are for.
FAILURES = 10
FAILING_SECONDS = 10.0
PROBE_SECONDS = 5.0
KEY_PROBE_SECONDS = 30.0


class Circuit:
    """One way to CAMS. While it is open only a probe passes, every PROBE_SECONDS."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin closed. ``clock`` counts in seconds."""
        self._clock = clock
        self._failures = 0
        self._failing = set[str]()
        self._failing_since = math.inf
        self._next_probe = math.inf
        self.cause = ""

    @property
    def is_open(self) -> bool:
        """Whether calls are kept back."""
        return not math.isinf(self._next_probe)

    @property
    def seconds(self) -> float:
        """For how long there has been no success, 0 where nothing failed since the last."""
        return max(0.0, self._clock() - self._failing_since)

    def admit(self, operation: str) -> None:
        """Let a call through, else raise CamsDownError. Who is let through while it is open is the probe."""
        self.check(operation)
        self.begin_probe()

    def check(self, operation: str) -> None:
        """Raise CamsDownError where a call would not be let through."""
        now = self._clock()
        if self.is_open and now < self._next_probe:
            raise CamsDownError(
                operation,
                f"CAMS has not answered for {self.seconds:.0f} s ({self.cause}), so this was not sent. "
                f"It is tried again in {max(1.0, self._next_probe - now):.0f} s",
            )

    def begin_probe(self) -> None:
        """Let nobody else through for a while, if it is open."""
        if self.is_open:
            self._next_probe = self._clock() + PROBE_SECONDS

    def answered(self) -> None:
        """Note an answer, of whatever content."""
        self._failures, self._failing_since, self._next_probe = 0, math.inf, math.inf
        self._failing.clear()

    def failed(self, error: CamsError, *, of_several: bool = False) -> None:
        """Note that no answer came. With ``of_several`` one operation alone, that did leave us, proves nothing yet."""
        now = self._clock()
        self._failures += 1
        self._failing.add("" if isinstance(error, CamsNotSentError) else error.operation)
        self._failing_since = min(self._failing_since, now)
        self.cause = error.message
        proves = not of_several or "" in self._failing or len(self._failing) > 1
        if proves and self._failures >= FAILURES and now - self._failing_since >= FAILING_SECONDS:
            self._next_probe = now + PROBE_SECONDS


class Circuits:
    """The way to CAMS as a whole, and to each of its operations: one may be broken while the others work."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin closed. ``clock`` counts in seconds."""
        self.whole = Circuit(clock)
        self._operations: defaultdict[str, Circuit] = defaultdict(lambda: Circuit(clock))
        # Empty as long as all is well, which is what most calls meet.
        self._failing = set[str]()

    def check(self, operation: str) -> None:
        """Raise CamsDownError where a call would not be let through."""
        if self._failing:
            self._operations[operation].check(operation)
            self.whole.check(operation)

    def admit(self, operation: str) -> None:
        """Let a call through, else raise CamsDownError."""
        if not self._failing:
            return
        circuits = (self._operations[operation], self.whole)
        # All are asked before any counts a probe: one would be lost where another refuses.
        for circuit in circuits:
            circuit.check(operation)
        for circuit in circuits:
            circuit.begin_probe()

    def answered(self, operation: str) -> None:
        """Note an answer, of whatever content."""
        if self._failing:
            self._operations[operation].answered()
            self.whole.answered()
            self._failing.discard(operation)

    def failed(self, error: CamsError) -> None:
        """Note that no answer came."""
        self._failing.add(error.operation)
        self._operations[error.operation].failed(error)
        self.whole.failed(error, of_several=True)


class KeyCircuit:
    """Remembers a key that was refused, so that it is not tried a hundred times more; another key passes at once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with no opinion. ``clock`` counts in seconds."""
        self._clock = clock
        self._refused: tuple[Credentials, CamsCredentialsRefusedError] | None = None
        self._missing: CamsCredentialsMissingError | None = None
        self._next_probe = 0.0
        self._accepted = False

    @property
    def problem(self) -> CamsError | None:
        """Why there is no key that CAMS accepts, None while nothing speaks against it."""
        return self._missing or (self._refused[1] if self._refused else None)

    @property
    def is_good(self) -> bool:
        """Whether CAMS has accepted a key, and refused none since."""
        return self._accepted and self.problem is None

    def check(self, credentials: Credentials, operation: str) -> None:
        """Raise the CamsCredentialsRefusedError that this key met, where it would not be let through."""
        self._missing = None
        if self._refused is None or self.would_admit(credentials):
            return
        if self._clock() < self._next_probe:
            raise self._refused[1].during(operation, request_id=self._refused[1].request_id)

    def admit(self, credentials: Credentials, operation: str) -> None:
        """Let a call through, else raise as `check` does. Who is let through with a refused key is the probe."""
        self.check(credentials, operation)
        if not self.would_admit(credentials):
            self._next_probe = self._clock() + KEY_PROBE_SECONDS

    def would_admit(self, credentials: Credentials) -> bool:
        """Whether this is another key than the one that was refused."""
        return self._refused is None or credentials != self._refused[0]

    def accepted(self) -> None:
        """Note that CAMS took a key."""
        self._refused, self._accepted = None, True

    def refused(self, credentials: Credentials, error: CamsCredentialsRefusedError) -> None:
        """Note that CAMS did not take this key."""
        self._refused = credentials, error
        self._next_probe = self._clock() + KEY_PROBE_SECONDS

    def missing(self, error: CamsCredentialsMissingError) -> None:
        """Note that there is no key at all."""
        self._missing = error
