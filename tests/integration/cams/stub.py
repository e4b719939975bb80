"""A server that behaves as a test's script says: HTTP at its barest, so that it can also break it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Stub:
    """Counts what it is asked, and behaves by its script; the last entry goes on for ever."""

    def __init__(self, *script: Behaviour) -> None:
        self.script = list(script)
        self.requests: list[str] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.endpoint = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Stub"]:
        talks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            talks.add(asyncio.create_task(self._talk(reader, writer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.endpoint = f"http://{host}:{port}"
        try:
            yield self
        finally:
            server.close()
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                self.asked.set()
                behave = self.script[min(len(self.requests), len(self.script)) - 1]
                await behave(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(fields: Any, status: int = 200, headers: str = "", *, kind: str = "application/json") -> Behaviour:
    """Answer whole. Text and bytes are sent as they are."""
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()

    async def behave(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} Any\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return behave


def ok(data: Any = None) -> Behaviour:
    return answer({"Code": "OK", "RequestId": "REQ-1"} | ({} if data is None else {"Data": data}))


async def cut(writer: asyncio.StreamWriter) -> None:
    """Close without a word."""
    writer.close()


async def cut_body(writer: asyncio.StreamWriter) -> None:
    """Promise more than comes."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"Code": "OK", "Data":')
    await writer.drain()
    writer.close()


async def cut_json(writer: asyncio.StreamWriter) -> None:
    """End early, without having said how long it would be."""
    writer.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"Code": "OK", "Data":')
    await writer.drain()
    writer.close()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Never end, and never pause long enough for a time-out between bytes."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.005)


async def hang(writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.Event().wait()


async def flood(writer: asyncio.StreamWriter) -> None:
    """Send as much as is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" " * 65536)
        await writer.drain()


async def nonsense(writer: asyncio.StreamWriter) -> None:
    """Speak no HTTP."""
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    await writer.drain()
    writer.close()
