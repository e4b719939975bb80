"""The weather: what goes wrong between a caller and CAMS, on demand."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from sandbox.cams.errors import RefusalError
from sandbox.listeners import Listeners

FaultKind = Literal[
    "latency",
    "throttled",
    "error",
    "unavailable",
    "refusal",
    "garbage",
    "hang",
    "cut_before",
    "cut_after",
    "truncated",
    "drip",
]


@dataclass(eq=False, kw_only=True)
class Strike:
    """What is true of everything that goes wrong: it does so for the next `count` times (None: until cleared).

    `hits` counts what it has spoilt; `latest` is the name of the last of them.
    """

    count: int | None = None
    hits: int = field(default=0, init=False)
    latest: str = field(default="", init=False)

    @property
    def target(self) -> str:
        """The one operation that it is for; "" for all."""
        return ""

    @property
    def spent(self) -> bool:
        """Whether it has spoilt as many calls as it was meant to."""
        return self.count is not None and self.hits >= self.count

    def plant(self) -> None:
        """Come into force."""

    def lift(self) -> None:
        """Be taken away."""


@dataclass(eq=False)
class Fault(Strike):
    """One thing that goes wrong, for `operation` ("" for all), for the next `count` calls (None: until cleared).

    Before the work, so that nothing happens:
        throttled   HTTP 400 System.LimitControl
        error       HTTP 500 InternalError
        unavailable HTTP 503 ServiceUnavailable
        refusal     `code`, at `http_status` 400 (the gateway says no) or 200 (the product does)
        garbage     HTTP 200 with a page of HTML
        hang        no answer, until the fault is taken away; then the connection is closed
        cut_before  the connection is closed without an answer
    After the work, so that it has happened:
        latency     the right answer, late
        cut_after   the connection is closed without an answer
        truncated   Content-Length promises the whole answer, half of it comes, the connection is closed
        drip        the whole answer, a few bytes at a time

    Every kind first waits for `seconds`; only a drip answers at once and takes that long to do so.
    """

    kind: FaultKind
    operation: str = ""
    seconds: float = 0.0
    code: str = ""
    http_status: int = 400
    _lifted: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not be served."""
        if self.kind == "refusal" and not self.code:
            raise ValueError("a refusal needs the code that it answers with")

    @property
    def target(self) -> str:
        """The operation that was named."""
        return self.operation

    async def hold(self) -> None:
        """Keep a call waiting for as long as this kind does before anything else."""
        await asyncio.sleep(0.0 if self.kind == "drip" else self.seconds)
        if self.kind == "hang":
            await self._lifted.wait()

    def plant(self) -> None:
        """Come into force."""
        self._lifted.clear()

    def lift(self) -> None:
        """Let go of the calls that hang."""
        self._lifted.set()

    @property
    def prevents_work(self) -> bool:
        """Whether the world stays as it was."""
        return self.kind in {"throttled", "error", "unavailable", "refusal", "garbage", "hang", "cut_before"}

    @property
    def cuts(self) -> bool:
        """Whether the connection is closed without an answer."""
        return self.kind in {"hang", "cut_before", "cut_after"}

    def refusal(self) -> RefusalError | None:
        """The refusal that takes the place of an answer, where this kind is one."""
        match self.kind:
            case "throttled":
                return RefusalError("System.LimitControl")
            case "error":
                return RefusalError("InternalError", http_status=500)
            case "unavailable":
                return RefusalError("ServiceUnavailable", http_status=503)
            case "refusal":
                return RefusalError(self.code, http_status=self.http_status)
            case _:
                return None


StrikeT = TypeVar("StrikeT", bound=Strike)


class FaultBook(Generic[StrikeT]):
    """The faults in force, oldest first: that order is the order in which they strike."""

    def __init__(self) -> None:
        """Begin with fair weather."""
        self.planted: list[StrikeT] = []
        self._listeners: Listeners[None] = Listeners()

    def listen(self, listener: Callable[[None], None]) -> Callable[[], None]:
        """Tell `listener` when a fault comes, goes or strikes; the function returned ends that."""
        return self._listeners.add(listener)

    def add(self, fault: StrikeT) -> StrikeT:
        """Put a fault in force and return it, so that its hits can be read."""
        fault.plant()
        self.planted.append(fault)
        self._listeners.tell(None)
        return fault

    def remove(self, fault: StrikeT) -> None:
        """Take away one fault, if it is in force."""
        self._lift({fault})

    def clear(self, operation: str | None = None) -> None:
        """Take away the faults of one operation, or all of them."""
        self._lift({fault for fault in self.planted if operation in {None, fault.target}})

    def take(self, operation: str) -> StrikeT | None:
        """Return the fault that strikes this call, and count it."""
        return next(self._strikes(operation), None)

    def take_all(self, operation: str) -> list[StrikeT]:
        """Return all faults that strike this call at once, and count them."""
        return list(self._strikes(operation))

    def _strikes(self, operation: str) -> Iterator[StrikeT]:
        for fault in tuple(self.planted):
            if fault.target in {"", operation} and not fault.spent:
                fault.hits += 1
                fault.latest = operation
                self._listeners.tell(None)
                yield fault

    def _lift(self, faults: set[StrikeT]) -> None:
        self.planted = [fault for fault in self.planted if fault not in faults]
        for fault in faults:
            fault.lift()
        self._listeners.tell(None)


class Faults(FaultBook[Fault]):
    """The faults of the calls."""
