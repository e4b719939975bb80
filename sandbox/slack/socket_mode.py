"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

import asyncio
import itertools
import json
import uuid
from dataclasses import dataclass
from typing import Literal

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.slack.model import Json
from sandbox.slack.parcels import TIMED_OUT, Parcel, Receipt
from sandbox.slack.workspace import Workspace

CONNECTION_LIMIT = 10
PING_SECONDS = 10.0
# A connection that was told to go is closed from here when its client has not done so.
GRACE_SECONDS = 10.0

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False)
class Connection:
    """One WebSocket; a leaving one was told to go and gets parcels only where there is no other."""

    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False

    async def send(self, message: Json) -> None:
        await self.socket.send_str(json.dumps(message))

    def abort(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()


class SocketMode:
    """The connections of the app. A parcel goes to one of them; its answer may come back on any."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turn = itertools.count()
        self._awaited: dict[str, asyncio.Future[Json]] = {}
        self._farewells: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection, which a ticket of apps.connections.open lets in."""
        if not self._workspace.socket_tickets.redeem(request.query.get("ticket", "")):
            return web.Response(status=403, text="invalid ticket")
        socket = web.WebSocketResponse(heartbeat=PING_SECONDS, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= CONNECTION_LIMIT:
            await connection.send(self._farewell("too_many_websockets"))
            await socket.close()
            return socket
        self.connections.append(connection)
        try:
            await self._serve(connection)
        finally:
            self.connections.remove(connection)
            self._workspace.notices.tell("socket_closed", connection)
        return socket

    async def _serve(self, connection: Connection) -> None:
        await connection.send(self._hello())
        self._workspace.notices.tell("socket_opened", connection)
        async for message in connection.socket:
            if message.type is WSMsgType.TEXT:
                self._take(message.data)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "local", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app.id},
        }

    def _farewell(self, reason: Reason) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        answer = self._awaited.get(str(message.get("envelope_id"))) if isinstance(message, dict) else None
        if answer is not None and not answer.done():
            payload = message.get("payload")
            answer.set_result(payload if isinstance(payload, dict) else {})

    async def deliver(self, parcel: Parcel, patience: float) -> Receipt:
        """Send a parcel and wait for its acknowledgement; without a connection there is no use in waiting."""
        connection = self._next_connection()
        if connection is None:
            return Receipt(TIMED_OUT)
        envelope_id = str(uuid.uuid4())
        answer = asyncio.get_running_loop().create_future()
        self._awaited[envelope_id] = answer
        try:
            await connection.send(_envelope(envelope_id, parcel))
            return Receipt(payload=await asyncio.wait_for(answer, patience))
        except (TimeoutError, ConnectionError):
            return Receipt(TIMED_OUT)
        finally:
            del self._awaited[envelope_id]

    def _next_connection(self) -> Connection | None:
        staying = [connection for connection in self.connections if not connection.leaving]
        able = staying or self.connections
        return able[next(self._turn) % len(able)] if able else None

    async def disconnect(self, reason: Reason = "refresh_requested", only: Connection | None = None) -> None:
        """Tell connections (all, or one) to go, as Slack does every few hours; close them after a while."""
        for connection in [only] if only else list(self.connections):
            connection.leaving = True
            await connection.send(self._farewell(reason))
            task = asyncio.create_task(self._close_later(connection))
            self._farewells.add(task)
            task.add_done_callback(self._farewells.discard)

    async def _close_later(self, connection: Connection) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        await connection.socket.close(code=WSCloseCode.GOING_AWAY)

    def drop(self, only: Connection | None = None) -> None:
        """Cut connections (all, or one) without a word, as a broken line does."""
        for connection in [only] if only else list(self.connections):
            connection.abort()

    async def close(self) -> None:
        """End everything: the local Slack stops."""
        for task in self._farewells:
            task.cancel()
        for connection in list(self.connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    envelope = {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.may_answer,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.retry_attempt, "retry_reason": parcel.retry_reason}
    return envelope
