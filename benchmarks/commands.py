"""How many commands a second are answered, and what one costs the processor, beside a Bolt app that replies the same.

envelope -> app -> reply at its response_url, then the next; so many people at once
"""

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.rows import Row, alternate_async
from benchmarks.slack_load.apps import NAMES, App, Measured, Mode, bot, rival, started
from benchmarks.slack_load.payloads import COMMAND, command
from benchmarks.slack_load.processes import cost

MODES: tuple[Mode, ...] = ("socket", "http")
PEOPLE = 10
SECONDS, WARM_UP_SECONDS = 2.0, 1.0
LEAST_SPEED, MOST_CPU = 0.8, 1.25
AGAINST = "a default Bolt app, replying the same once"


@dataclass(frozen=True)
class Speed:
    """Commands a second, and seconds of CPU for each."""

    per_second: float
    cpu: float


class Asking:
    """People who type `/cams help`, read the answer, and type it again."""

    def __init__(self) -> None:
        self.last_reply = b""
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._names = map(str, itertools.count())

    def replied(self, name: str, body: bytes) -> None:
        """Note a reply; one that comes twice raises KeyError."""
        self.last_reply = body
        self._waiting.pop(name).set_result(None)

    async def speed(self, measured: Measured, seconds: float) -> Speed:
        """Let all of them ask for so long."""
        before, began = cost(measured.process).cpu, perf_counter()
        counts = await asyncio.gather(*(self._ask(measured, began + seconds) for _ in range(PEOPLE)))
        took = perf_counter() - began
        return Speed(sum(counts) / took, (cost(measured.process).cpu - before) / sum(counts))

    async def _ask(self, measured: Measured, until: float) -> int:
        for number in itertools.count():
            if perf_counter() >= until:
                return number
            name = next(self._names)
            answered = self._waiting[name] = asyncio.get_running_loop().create_future()
            await measured.way.ack(COMMAND, command("help", measured.response_url + name))
            await answered
        raise AssertionError


def rows() -> list[Row]:
    """Measure both ways in, two rows each."""
    return [row for mode in MODES for row in _rows(mode, *asyncio.run(_rounds(mode)))]


async def _rounds(mode: Mode) -> tuple[list[Speed], list[Speed]]:
    async with AsyncExitStack() as stack:
        our_people, their_people = Asking(), Asking()
        ours = await stack.enter_async_context(_warm(await stack.enter_async_context(bot()), mode, our_people))
        reply = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "reply.json"
        said = json.loads(our_people.last_reply)
        reply.write_text(json.dumps({"text": said["text"], "blocks": said["blocks"]}), encoding="utf-8")
        theirs = await stack.enter_async_context(_warm(rival(mode, reply), mode, their_people))
        return await alternate_async(
            lambda: our_people.speed(ours, SECONDS), lambda: their_people.speed(theirs, SECONDS)
        )


@asynccontextmanager
async def _warm(app: App, mode: Mode, people: Asking) -> AsyncIterator[Measured]:
    async with started(app, mode, people.replied) as measured:
        await people.speed(measured, WARM_UP_SECONDS)
        yield measured


def _rows(mode: Mode, ours: list[Speed], theirs: list[Speed]) -> list[Row]:
    mine, other = median(one.per_second for one in ours), median(one.per_second for one in theirs)
    my_cpu, other_cpu = median(one.cpu for one in ours), median(one.cpu for one in theirs)
    return [
        Row(
            f"commands per second, reply included, {NAMES[mode]}",
            AGAINST,
            f"{mine:.0f} /s",
            f"{other:.0f} /s",
            mine / other,
            LEAST_SPEED,
            at_least=True,
            note=f"{PEOPLE} at once",
        ),
        Row(
            f"CPU per command, reply included, {NAMES[mode]}",
            AGAINST,
            f"{my_cpu * 1000:.2f} ms",
            f"{other_cpu * 1000:.2f} ms",
            my_cpu / other_cpu,
            MOST_CPU,
            at_least=False,
        ),
    ]
