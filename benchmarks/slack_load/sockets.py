"""Slack's end of Socket Mode: hands envelopes out and times their acks."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from aiohttp import WSMsgType, web

from benchmarks.slack_load.payloads import Payload

HELLO = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0BENCH"}}


class Sockets:
    """The connections of one app; a dead one is not used any more."""

    def __init__(self) -> None:
        self.url = ""
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._connected = asyncio.Event()
        self._numbers = itertools.count()

    async def ready(self) -> None:
        """Wait until there is a connection."""
        await self._connected.wait()

    async def ack(self, kind: str, payload: Payload) -> float:
        """Send an envelope and return how many seconds later it was acked."""
        number = next(self._numbers)
        name = f"00000000-0000-0000-0000-{number:012}"
        acked: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[name] = acked
        envelope = {"envelope_id": name, "type": kind, "accepts_response_payload": True, "payload": payload}
        text = json.dumps(envelope)
        sent = perf_counter()
        await self._open[number % len(self._open)].send_str(text)
        return await acked - sent

    async def take(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it closes."""
        connection = web.WebSocketResponse(compress=False)
        await connection.prepare(request)
        await connection.send_json(HELLO)
        self._open.append(connection)
        self._connected.set()
        async for message in connection:
            if message.type is WSMsgType.TEXT:
                self._acked(message.data, perf_counter())
        self._open.remove(connection)
        return connection

    def _acked(self, text: str, at: float) -> None:
        waiting = self._waiting.pop(json.loads(text).get("envelope_id"), None)
        if waiting and not waiting.done():
            waiting.set_result(at)


@asynccontextmanager
async def open_sockets() -> AsyncIterator[Sockets]:
    """Listen on a free port until the end of the block."""
    sockets = Sockets()
    app = web.Application()
    app.router.add_get("/link", sockets.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sockets.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/link"
        yield sockets
    finally:
        await runner.cleanup()
