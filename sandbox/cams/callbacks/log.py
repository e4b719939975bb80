"""What was pushed: a bounded log, in which a push is written down before it leaves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from sandbox.cams.callbacks.faults import Forgery, PushFaultKind
from sandbox.cams.callbacks.items import Item
from sandbox.cams.calls import Log

T = TypeVar("T")
Outcome = Literal["waiting", "taken", "dropped", "lost"]


@dataclass(frozen=True)
class Attempt:
    """One time that a push was tried. `http_status` is 0 where no answer came; `error` says why."""

    at: datetime
    http_status: int
    answer: str
    error: str = ""


@dataclass(eq=False)
class Push:
    """One body on its way to an address.

    `faults` are the kinds that struck it; `forgery` says what somebody else made up who pushed it, "" for CAMS.
    `outcome` is "taken" once it was accepted, "dropped" after its last attempt, "lost" where it never left.
    """

    id: int
    at: datetime
    url: str = field(repr=False)
    items: tuple[Item, ...]
    body: bytes = field(repr=False)
    faults: tuple[PushFaultKind, ...] = ()
    forgery: Forgery | Literal[""] = ""
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome = "waiting"


class PushLog(Log[Push]):
    """The latest pushes, oldest first. Who listens is told of a push each time that there is more to say of it."""

    def changed(self, push: Push) -> None:
        """Tell who listens that there is more in an entry."""
        self._listeners.tell(push)

    async def wait_for(self, found: Callable[[], T | None], seconds: float = 10.0) -> T:
        """Return what `found` finds as soon as it is neither None nor empty; asked again at every change.

        Raises TimeoutError with the log in its text.
        """
        bell = asyncio.Event()
        stop = self.listen(lambda _: bell.set())
        try:
            async with asyncio.timeout(seconds):
                while not (value := found()):
                    await bell.wait()
                    bell.clear()
                return value
        except TimeoutError as exc:
            raise TimeoutError(f"It did not happen within {seconds:g} s. The pushes: {list(self)}") from exc
        finally:
            stop()
