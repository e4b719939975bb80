"""What happens on a stage whoever is killed there: waiting, changing, settling."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic
from typing import Any

from tests.kill.stage import Stage

LOOK_SECONDS = 0.2
BASELINE_SECONDS = 60.0
# How much may wait to be told, in changes and channels, before no more changes are made.
BACKLOG = 60
STIRRED_AT_WORK = 0.1
# How many lives in a row may tell nothing more at the end, and how long each of these may take.
IN_VAIN = 3
ENDING_SECONDS = 15.0
QUIET_SECONDS = 4.0
# More than any wait of the bot, and than a clock may have jumped back.
LONG_AWAY_SECONDS = 3700.0


async def until(holds: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Ask again and again, and say whether it held within so many seconds."""
    ends = monotonic() + seconds
    while True:
        asked = monotonic()
        if await holds():
            return True
        if monotonic() >= ends:
            return False
        await _leave_room(monotonic() - asked)


async def _leave_room(took: float) -> None:
    # Both services run in this process: whoever looks at thousands of messages all the time holds them up.
    await asyncio.sleep(max(LOOK_SECONDS, 5 * took))


async def untold(stage: Stage) -> int:
    """Count the changes so far that do not stand in a channel where they should."""
    await stage.look()
    return (await stage.judge(stage.reviews.made)).lost


async def all_told(stage: Stage) -> bool:
    """Say whether every change so far stands in its channels."""
    return not await untold(stage)


async def await_baseline(stage: Stage, seconds: float = BASELINE_SECONDS) -> None:
    """Wait until the bot has seen every WABA as it is. Raises TimeoutError."""

    async def seen() -> bool:
        return stage.reviews.baseline(await stage.ledger.recorded())

    if not await until(seen, seconds):
        raise TimeoutError(f"the bot has not seen all WABAs within {seconds:g} s; its logs are in {stage.folder}")


async def make_changes(stage: Stage) -> None:
    """Change what was seen, for ever, as long as not too much waits to be told."""
    while True:
        began = monotonic()
        await stage.look()
        if (await stage.judge(stage.reviews.seen)).lost < BACKLOG:
            stage.reviews.stir(STIRRED_AT_WORK)
        await _leave_room(monotonic() - began)


@asynccontextmanager
async def meanwhile(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let the works go on until the end of the block; one that fails ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


async def settle(stage: Stage) -> bool:
    """Let the bots live until all is told, and once more when all that they may still owe is due; say whether it is.

    Where several lives in a row tell nothing more, what is left counts as lost.
    """
    left, in_vain = await untold(stage), 0
    while in_vain < IN_VAIN:
        before = left
        stage.clock.pass_by(LONG_AWAY_SECONDS)
        for victim in stage.victims:
            await victim.start()
        if before:
            await until(partial(all_told, stage), ENDING_SECONDS)
        await asyncio.sleep(QUIET_SECONDS)
        for victim in stage.victims:
            await victim.stop()
        left = await untold(stage)
        if not before:
            return not left
        in_vain = in_vain + 1 if left >= before else 0
    return False
