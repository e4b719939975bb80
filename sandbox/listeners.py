"""Who wants to hear of something."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """Functions to call whenever something happens, in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Callable[[T], None]] = []

    def add(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` from now on; the function returned ends that."""
        self._all.append(listener)
        return lambda: self._all.remove(listener)

    def tell(self, happened: T) -> None:
        """Call everybody; one who leaves or comes meanwhile disturbs nobody."""
        for listener in tuple(self._all):
            listener(happened)
