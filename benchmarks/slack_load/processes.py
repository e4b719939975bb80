"""Processes: starting them with an environment of their own, what they and their children cost."""

import asyncio
import json
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.process import KEPT, BotProcess

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 10**6
PORTS = range(20_000, 30_000)


@dataclass(frozen=True)
class Cost:
    """What a process and all its children hold and have spent: seconds of CPU, resident megabytes."""

    cpu: float
    memory: float


def cost(child: BotProcess) -> Cost:
    """Read what proc(5) tells; memory that is shared counts in each process."""
    family = list(_family(child.process.pid))
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in family)
    return Cost(ticks / TICKS, sum(int(fields[21]) for fields in family) * PAGE / MEGABYTE)


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel gives to outgoing connections."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


@asynccontextmanager
async def running(arguments: list[str], environment: Mapping[str, str], log: Path) -> AsyncIterator[BotProcess]:
    """Run `python -m …` until the end of the block, with nothing of our own environment but a path and a locale."""
    with log.open("ab") as out:
        process = await _start(arguments, environment, out.fileno(), out.fileno())
    child = BotProcess(process, log)
    try:
        yield child
    finally:
        await child.stop()
        await child.kill()


@asynccontextmanager
async def helping(arguments: list[str]) -> AsyncIterator[dict[str, Any]]:
    """Run a helper, and give back the line of JSON that it prints when it is ready."""
    process = await _start(arguments, {}, asyncio.subprocess.PIPE, None)
    try:
        line = await process.stdout.readline() if process.stdout else b""
        yield json.loads(line)
    finally:
        process.kill()
        await process.wait()


async def _start(
    arguments: list[str], environment: Mapping[str, str], out: int, errors: int | None
) -> asyncio.subprocess.Process:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        env={**kept, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=out,
        stderr=errors,
        start_new_session=True,
    )


def _family(session: int) -> Iterator[list[str]]:
    """Yield what proc(5) tells of each process of a session, from its state on."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended since
            # The name in brackets may hold blanks.
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield fields
