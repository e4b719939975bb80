"""The lines of the benchmarks' table, and how two things are measured side by side.

    rows of a module -> Row … -> table.py

What is measured stands alone in its process: ``in_child`` starts one, and gets back what a function there returned.
"""

import asyncio
import importlib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

ROUNDS = 5
"""How often each of two is measured, in turns, so that what disturbs the machine disturbs both."""
TIMES = "×"  # noqa: RUF001 - the sign itself
"""The unit of a row that is a ratio."""
LONGEST = 300.0
"""How long a child may take, in seconds."""

_A = TypeVar("_A")
_B = TypeVar("_B")


@dataclass(frozen=True)
class Row:
    """One line of the table: a ratio, measured side by side in one run."""

    what: str
    against: str
    # With their units, as they are printed.
    ours: str
    theirs: str
    ratio: float
    target: float
    # Whether the ratio should be no less than the target, or no more.
    at_least: bool
    # Of the ratio and the target. Anything but a multiple is a difference: ms, MB or s.
    unit: str = TIMES
    # Why it is missed, or what must be known.
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


@dataclass(frozen=True)
class StrictRow(Row):
    """A row that is met only if nothing happened that must not: ``spoilt`` counts it, as calls refused or failed."""

    spoilt: int = 0

    @property
    def met(self) -> bool:
        """Whether the target is reached, with nothing spoilt."""
        return super().met and not self.spoilt


def alternate(a: Callable[[], _A], b: Callable[[], _B], rounds: int = ROUNDS) -> tuple[list[_A], list[_B]]:
    """Measure two in turns, A B A B, and return what each said."""
    pairs = [(a(), b()) for _ in range(rounds)]
    return [first for first, _ in pairs], [second for _, second in pairs]


async def alternate_async(
    a: Callable[[], Awaitable[_A]], b: Callable[[], Awaitable[_B]], rounds: int = ROUNDS
) -> tuple[list[_A], list[_B]]:
    """Measure two in turns, as ``alternate`` does, in one event loop."""
    pairs = [(await a(), await b()) for _ in range(rounds)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def in_child(
    function: str, *arguments: Any, timeout: float = LONGEST, environment: Mapping[str, str] | None = None
) -> Any:
    """Call ``package.module:name`` in a new interpreter and return what it returned, by way of JSON.

    A coroutine function is run to its end. ``environment`` is added to this process's own. The child's logs are
    dropped unless it fails: then RuntimeError carries them. Raises subprocess.TimeoutExpired after ``timeout`` seconds.
    """
    command = [sys.executable, "-m", "benchmarks.rows", function, json.dumps(arguments)]
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run(  # noqa: S603 - our own
        command, capture_output=True, check=False, env=variables, text=True, timeout=timeout
    )
    if done.returncode:
        raise RuntimeError(f"{function} failed: {done.stderr.strip()[-2000:]}")
    # A library may have printed something before.
    return json.loads(done.stdout.splitlines()[-1])


def _main(function: str, arguments: str) -> None:
    module, name = function.split(":")
    result = getattr(importlib.import_module(module), name)(*json.loads(arguments))
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    sys.stdout.write(f"\n{json.dumps(result)}\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
