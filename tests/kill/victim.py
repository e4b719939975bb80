"""The real bot, `cams-bot run`, as a process that counts the callbacks of its event loop and dies at one of them, or
while it waits at a chosen await.

KILL_CONTROL and KILL_CLOCK name the files of `control`; KILL_AWAITS one to which is added where the bot has waited;
KILL_MOMENTS one with the moments to die at; KILL_CAMS_QUOTA, if it is set, is how often each operation may be called in
a second.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Self, TextIO, cast

import apscheduler.schedulers.base
import apscheduler.triggers.interval

import bot.app
import bot.cli
import bot.outbox
import bot.polling
import bot.showing
import bot.slack_errors
import bot.watching
from bot.alerts import bundle
from bot.cams import quota
from bot.polling import Load
from tests.kill.awaits import Await, frames, read_moments, waiting_task
from tests.kill.control import Control, StageClock


class Watcher:
    """Sees every callback of the loop, and ends the process and its children where `control` says."""

    def __init__(self, control: Control, met: TextIO, moments: Collection[int] = ()) -> None:
        self._control = control
        self._met = met
        self._moments = moments
        self._known: dict[tuple[tuple[int, int], ...], Await] = {}

    def before(self, handle: asyncio.Handle) -> None:
        """Die, or count it."""
        place = self._place(handle)
        if self._control.tick() and not self._moments:
            _die()
        self._reach(place.over if place else 0)

    def after(self, handle: asyncio.Handle) -> None:
        """Die, or note where it waits now."""
        place = self._place(handle)
        self._reach(place.begun if place else 0)

    def _reach(self, moment: int) -> None:
        if moment in self._moments and self._control.due:
            self._control.struck = moment
            _die()

    def _place(self, handle: asyncio.Handle) -> Await | None:
        task = waiting_task(handle) if self._control.armed else None
        if task is None:
            return None
        key = tuple((id(frame.f_code), frame.f_lineno) for frame in frames(task))
        if key not in self._known:
            self._known[key] = Await.of(task)
            self._met.write(f"{self._known[key].name}\n")
        return self._known[key]


def _die() -> None:
    os.killpg(os.getpgrp(), signal.SIGKILL)


def watch_callbacks(watcher: Watcher) -> None:
    """Let the watcher see every callback of every loop."""
    run: Callable[[asyncio.Handle], None] = asyncio.Handle._run

    def watched(handle: asyncio.Handle) -> None:
        watcher.before(handle)
        run(handle)
        watcher.after(handle)

    # The loop knows no hook: https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle
    asyncio.Handle._run = watched  # type: ignore[assignment,method-assign]


def follow(clock: StageClock) -> None:
    """Let the bot and its scheduler read the stage's clock; what measures how long something takes stays right."""
    seconds = time.time

    class Skewed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(seconds() + clock.ahead, tz)

    apscheduler.schedulers.base.datetime = Skewed
    apscheduler.triggers.interval.datetime = Skewed
    bot.app.now = clock.bots_now


def hurry() -> None:
    """Shorten the waits that only cost time here: for a lease to end, for another attempt, for more changes."""
    bot.outbox.POST_TIMEOUT, bot.outbox.LEASE = timedelta(seconds=3), timedelta(seconds=5)
    bot.showing.UPDATE_TIMEOUT, bot.showing.LEASE = timedelta(seconds=2), timedelta(seconds=4)
    bot.watching.LEASE, bot.watching.HOLD_AFTER = timedelta(seconds=3), 1.0
    # The stage's clock says that a look has failed for hours, which it then waits out by the machine's.
    bot.polling.FAILING_AT_MOST = timedelta(seconds=2)
    bot.slack_errors.WAITS = (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4))
    bundle.FLOOD_PAUSE = timedelta(seconds=3)
    bundle.SETTLED_AFTER, bundle.HELD_AT_MOST = timedelta(seconds=4), timedelta(seconds=10)


def main() -> None:
    """Run the bot until it dies."""
    hurry()
    if per_second := os.environ.pop("KILL_CAMS_QUOTA", ""):
        cast(dict[str, int], quota.QUOTAS).update(dict.fromkeys(quota.QUOTAS, int(per_second)))
        bot.watching.Load = partial(Load, quota=0.9 * int(per_second))  # type: ignore[attr-defined,assignment]
    with ExitStack() as stack:
        control = stack.enter_context(Control.open(Path(os.environ.pop("KILL_CONTROL"))))
        # By the line: what is noted outlives the process.
        met = stack.enter_context(Path(os.environ.pop("KILL_AWAITS")).open("a", buffering=1))
        watch_callbacks(Watcher(control, met, read_moments(Path(os.environ.pop("KILL_MOMENTS")))))
        follow(stack.enter_context(StageClock.open(Path(os.environ.pop("KILL_CLOCK")))))
        sys.argv = ["cams-bot", "run"]
        bot.cli.main()


if __name__ == "__main__":
    main()
