"""A wire between the bots and their database, which can be cut.

    bot -> wire -> server

Whoever loses a COMMIT's answer does not know whether it was done, and meanwhile nobody may answer at all, as when the
server is started again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self
from urllib.parse import urlsplit

BYTES = 65536
POSTGRESQL_PORT = 5432
HOST = "127.0.0.1"


class Wire:
    """Passes on what comes, both ways. Make one with `open`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_deaf = False
        self._server: asyncio.Server | None = None
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Listen for those who look for the server of a postgresql:// address."""
        parts = urlsplit(url)
        wire = cls(parts.hostname or HOST, parts.port or POSTGRESQL_PORT)
        await wire._listen()
        try:
            yield wire
        finally:
            wire._cut()

    def address(self, url: str) -> str:
        """Return an address of the server as one that goes over the wire."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{HOST}:{self.port}").geturl()

    async def away(self, seconds: float) -> None:
        """Cut every connection, and refuse new ones for a while."""
        self._cut()
        await asyncio.sleep(seconds)
        await self._listen()

    async def deaf(self, seconds: float) -> None:
        """Lose for a while what the server answers, then cut every connection."""
        self._is_deaf = True
        await asyncio.sleep(seconds)
        self._is_deaf = False
        self._hang_up()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _cut(self) -> None:
        if self._server:
            self._server.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A server that is away itself is no other than one that refuses.
        with suppress(OSError):
            answers, asks = await asyncio.open_connection(*self._target)
            ends = {writer, asks}
            self._writers |= ends
            try:
                await asyncio.gather(self._pass_on(reader, asks), self._pass_on(answers, writer, back=True))
            finally:
                self._writers -= ends
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool = False) -> None:
        try:
            while data := await reader.read(BYTES):
                if not (back and self._is_deaf):
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()
