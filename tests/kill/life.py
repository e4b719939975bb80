"""One victim: started again and again, killed by itself or from here."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.kill.awaits import write_moments
from tests.kill.control import Control

# What of our own environment a child needs.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV")
STOP_SECONDS = 30.0
ARMING_LOOK_SECONDS = 0.005

Kind = Literal["await", "change", "start", "outside"]
Ending = Literal["killed", "ended"]


@dataclass(frozen=True)
class Plan:
    """How a life ends: at a callback, counted from the first change that it is answered, or from its start, or at the
    first of some moments from that callback on; or from outside, so many seconds after that change. After `limit`
    seconds it is killed in any case."""

    kind: Kind
    limit: float
    callback: int = 0
    seconds: float = 0.0
    moments: frozenset[int] = frozenset()


class Victim:
    """A replica's place: one process at a time, each with the same environment and log."""

    def __init__(self, environment: Mapping[str, str], control: Control, folder: Path, number: int) -> None:
        self.control = control
        self.awaits = folder / f"awaits-{number}"
        self._moments = folder / f"moments-{number}"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        files = {"KILL_AWAITS": str(self.awaits), "KILL_MOMENTS": str(self._moments)}
        self._environment = {**kept, **environment, **files}
        self._log = folder / f"bot-{number}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, plan: Plan | None = None) -> None:
        """Start it; without a plan it lives on."""
        chosen = plan or Plan("change", 0)
        self.control.begin(chosen.callback, armed=chosen.kind == "start")
        write_moments(self._moments, chosen.moments)
        with self._log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.kill.victim",
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    async def live(self, plan: Plan) -> Ending:
        """Live one life to its end, and say whether it was killed or ended by itself, as no bot should."""
        await self.start(plan)
        assert self._process is not None
        try:
            async with asyncio.timeout(plan.limit):
                if plan.kind == "outside":
                    await self._outlived(plan.seconds)
                    self.kill()
                await self._process.wait()
        except TimeoutError:
            self.kill()
        status = await self._process.wait()
        # What it had started dies too, where it has ended by itself.
        self.kill()
        return "killed" if status == -signal.SIGKILL else "ended"

    async def _outlived(self, seconds: float) -> None:
        while not self.control.armed:  # noqa: ASYNC110 - shared memory rings no bell
            await asyncio.sleep(ARMING_LOOK_SECONDS)
        await asyncio.sleep(seconds)

    def kill(self) -> None:
        """End it and what it has started at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Wait until its process has ended."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end as a supervisor does."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        self.kill()
        await self._process.wait()
