"""Tells whoever listens that something has changed, and wakes whoever waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.listeners import Listeners

T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """Something happened: `kind` in a word or two, `subject` the new value."""

    kind: str
    subject: object


class Notices:
    """A list of listeners, and a bell for those who wait."""

    def __init__(self) -> None:
        self._listeners: Listeners[Change] = Listeners()
        self._waiting: set[asyncio.Event] = set()

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` at every change; the function returned ends it."""
        return self._listeners.add(listener)

    def tell(self, kind: str, subject: object) -> None:
        """Say that something has changed."""
        self._listeners.tell(Change(kind, subject))
        for event in self._waiting:
            event.set()

    async def wait_for(self, found: Callable[[], T | None], seconds: float, picture: Callable[[], str]) -> T:
        """Return what `found` finds, as soon as it is neither None nor empty.

        Raises TimeoutError after `seconds`, with `picture()` in its text.
        """
        bell = asyncio.Event()
        self._waiting.add(bell)
        try:
            async with asyncio.timeout(seconds):
                while not (value := found()):
                    await bell.wait()
                    bell.clear()
                return value
        except TimeoutError as exc:
            raise TimeoutError(f"It did not happen within {seconds:g} s. At the end:\n{picture()}") from exc
        finally:
            self._waiting.discard(bell)
