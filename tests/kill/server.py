"""A PostgreSQL server of a trial's own, which ends and is started again while bots are at work."""

import asyncio
import os
import pwd
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import asyncpg
import stamina

# Where Debian keeps them: initdb and postgres are for nobody's PATH.
DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"
# What a process has told the system outlives that process; only the system's own end would need more.
OPTIONS = ("-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "max_connections=200")
ANSWERS_SECONDS, WAIT_MAX = 30.0, 0.2
# The one throws everybody out first, as when its package is upgraded; the other is a crash, and recovers at its start.
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT


class Server:
    """Make one with `open`."""

    def __init__(self, programs: Path, data: Path, port: int) -> None:
        self._programs = programs
        self._data = data
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    @staticmethod
    def programs() -> Path | None:
        """Return the folder of PostgreSQL's programs, None where they are not installed."""
        found = shutil.which("initdb")
        folders = [Path(found).resolve().parent] if found else sorted(DEBIAN.glob("*/bin"), reverse=True)
        return next((folder for folder in folders if (folder / "postgres").exists()), None)

    @classmethod
    @asynccontextmanager
    async def open(cls, programs: Path) -> AsyncIterator[Self]:
        """Start one that is empty; it goes at the end, with all that is in it."""
        with tempfile.TemporaryDirectory(prefix="cams-bot-postgresql-", ignore_cleanup_errors=True) as folder:
            if os.geteuid() == 0:
                shutil.chown(folder, USER, USER)
            server = cls(programs, Path(folder, "data"), free_port())
            await server._prepare()
            await server._start()
            try:
                yield server
            finally:
                await server._stop(IMMEDIATE)

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    async def restart(self, seconds: float, rng: random.Random) -> None:
        """End it, in one way or the other, and start it again after a while."""
        await self._stop(rng.choice((FAST, IMMEDIATE)))
        await asyncio.sleep(seconds)
        await self._start()

    async def _prepare(self) -> None:
        process = await self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "--no-sync")
        if await process.wait():
            raise RuntimeError(f"initdb failed; what it said is in {self._log}")

    async def _start(self) -> None:
        where = ("-D", str(self._data), "-p", str(self._port), "-c", "listen_addresses=127.0.0.1")
        self._process = await self._run("postgres", *where, *OPTIONS)
        await self._answers()

    async def _stop(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()

    @stamina.retry(on=(OSError, asyncpg.PostgresError), timeout=ANSWERS_SECONDS, attempts=None, wait_max=WAIT_MAX)
    async def _answers(self) -> None:
        await (await asyncpg.connect(self.url)).close()

    @property
    def _log(self) -> Path:
        return self._data.parent / "log"

    async def _run(self, program: str, *arguments: str) -> asyncio.subprocess.Process:
        with self._log.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                str(self._programs / program),
                *arguments,
                cwd=self._data.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                # What interrupts the harness from a terminal shall not end this before the bots.
                start_new_session=True,
                **_as_user(),
            )


def _as_user() -> Mapping[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": ()}


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
