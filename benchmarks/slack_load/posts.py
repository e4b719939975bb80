"""Slack's end of HTTP mode: posts signed requests and times their answers.

Bare streams: a client library would take longer than an app that acks at once.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from benchmarks.slack_load.payloads import COMMAND, SIGNING_SECRET, Payload

TRY_AGAIN_SECONDS = 0.005
OK = b"HTTP/1.1 200 "
LENGTH = b"content-length:"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NotAckedError(Exception):
    """The app answered something else than 200; the text is what."""


class Posts:
    """An app that listens at a port of this machine. Connections are kept and used again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []
        self._sign = SignatureVerifier(SIGNING_SECRET).generate_signature

    async def ready(self) -> None:
        """Wait until somebody listens."""
        while not self._idle:
            try:
                self._idle.append(await self._connect())
            except OSError:
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def ack(self, kind: str, payload: Payload) -> float:
        """Post a request and return how many seconds later it was answered. Raises NotAckedError."""
        request = self._request(urlencode(payload if kind == COMMAND else {"payload": json.dumps(payload)}))
        connection = self._idle.pop() if self._idle else await self._connect()
        reader, writer = connection
        sent = perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        took = perf_counter() - sent
        if not head.startswith(OK):
            raise NotAckedError(head.decode())
        await reader.readexactly(_length(head))
        self._idle.append(connection)
        return took

    async def close(self) -> None:
        """Close all connections that are not in use."""
        for _, writer in self._idle:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self._port)

    def _request(self, body: str) -> bytes:
        at = str(int(time.time()))
        return (
            f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"X-Slack-Request-Timestamp: {at}\r\n"
            f"X-Slack-Signature: {self._sign(timestamp=at, body=body)}\r\n\r\n{body}"
        ).encode()


def _length(head: bytes) -> int:
    """Return how long the body is; without a word of it there is none."""
    lines = [line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH)]
    return int(lines[0].removeprefix(LENGTH)) if lines else 0


@asynccontextmanager
async def open_posts(port: int) -> AsyncIterator[Posts]:
    """Post to a port until the end of the block."""
    posts = Posts(port)
    try:
        yield posts
    finally:
        await posts.close()
