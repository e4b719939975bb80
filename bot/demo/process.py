"""The bot as a process, as an operating system would run it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError

STOP_SECONDS = 30.0
# What of our own environment a child needs; the rest, tokens of a real workspace among it, stays out.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


class BotStoppedError(BotError):
    """The bot ended by itself; the text is the end of its log."""


@dataclass(frozen=True)
class BotProcess:
    """A running bot and the file that its log goes to."""

    process: asyncio.subprocess.Process
    log: Path

    @classmethod
    async def start(cls, environment: Mapping[str, str], log: Path) -> "BotProcess":
        """Start `cams-bot run` with this environment and nothing else but a path and a locale."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}  # settings.py does not read these
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env={**kept, **environment, "PYTHONUNBUFFERED": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return cls(process, log)

    async def stop(self) -> int:
        """Ask it to end as a supervisor does, and return its exit status."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """End it and what it started at once, with SIGKILL."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return await self.process.wait()

    async def fails_early(self) -> None:
        """Wait until the process has ended, which it should not.

        Raises:
            BotStoppedError: always.
        """
        status = await self.process.wait()
        raise BotStoppedError(f"The bot ended with status {status}:\n{self.tail()}")

    def tail(self, lines: int = 15) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@asynccontextmanager
async def running_bot(environment: Mapping[str, str], log: Path) -> AsyncIterator[BotProcess]:
    """Run the bot until the end of the block, which may have ended it already."""
    bot = await BotProcess.start(environment, log)
    try:
        yield bot
    finally:
        if bot.process.returncode is None:
            await bot.stop()
        # The process that draws must not outlive a bot that was killed.
        await bot.kill()
