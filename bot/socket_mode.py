"""Socket Mode on two connections, so that one serves while Slack renews the other.

Slack does not repeat a slash command, and the SDK closes a connection before it opens the next: with one connection
every renewal is a gap that people see.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp
import stamina
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.errors import SlackRefusesError
from bot.slack import error_code
from bot.slack_errors import is_hiccup
from bot.tasks import Begin

log = structlog.get_logger()
CONNECTIONS = 2


@dataclass(frozen=True)
class Pace:
    """How often and how long, in seconds."""

    ping: float = 3.0
    watch: float = 2.0
    # The SDK tries the same address again and again, even one that is spent. After this long it gets a new one.
    dead: float = 8.0
    # Slack may leave the closing handshake unanswered, and then the SDK waits for ten seconds.
    close: float = 3.0


PACE = Pace()


class _Handler(AsyncSocketModeHandler):
    """Acks a slash command as soon as it arrives.

    The SDK puts each envelope into a queue and Bolt each request through its middleware; meanwhile other work runs.
    """

    def __init__(self, app: AsyncApp, app_token: str, begin: Begin, ping: float) -> None:
        super().__init__(app, app_token, ping_interval=ping)
        self._begin = begin
        # The envelopes that are still in the SDK's queue though their work has begun, and whether each is acked.
        self._begun: dict[str, bool] = {}
        self.client.on_message_listeners.append(self._arrived)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt's own
        acked = self._begun.pop(req.envelope_id, None)
        if acked is None:
            await super().handle(client, req)
        elif not acked:
            # This waits for the next connection if need be.
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))

    async def _arrived(self, message: aiohttp.WSMessage) -> None:
        """Begin and ack what is a slash command. May not raise: the SDK would sleep before it reads on."""
        request, session = _slash_command(message.data), self.client.current_session
        if request is None or session is None or not self._begin(request.payload):
            return
        name = request.envelope_id
        self._begun[name] = False
        with suppress(ConnectionError):
            await session.send_str(json.dumps({"envelope_id": name}))
            if name in self._begun:
                self._begun[name] = True


def _slash_command(text: str) -> SocketModeRequest | None:
    # The first check spares all other envelopes a second reading.
    if '"slash_commands"' not in text:
        return None
    with suppress(ValueError):
        request = SocketModeRequest.from_dict(json.loads(text))
        if request and request.type == "slash_commands":
            return request
    return None


class Sockets:
    """The open connections."""

    def __init__(self, handlers: list[_Handler]) -> None:
        self._handlers = handlers

    async def connected(self) -> bool:
        """Whether at least one connection is up."""
        return any([await handler.client.is_connected() for handler in self._handlers])


@asynccontextmanager
async def open_sockets(app: AsyncApp, app_token: str, begin: Begin, pace: Pace = PACE) -> AsyncIterator[Sockets]:
    """Connect, keep connected, and close. A slash command that `begin` takes is acked without Bolt.

    Raises:
        SlackRefusesError: Slack does not take the app token; the SDK itself would try for ever.
    """
    await _check(app, app_token)
    handlers = [_Handler(app, app_token, begin, pace.ping) for _ in range(CONNECTIONS)]
    keepers = [asyncio.create_task(_keep(handler, pace)) for handler in handlers]
    try:
        yield Sockets(handlers)
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, *(_close(handler, pace) for handler in handlers), return_exceptions=True)


@stamina.retry(on=is_hiccup, attempts=10)
async def _check(app: AsyncApp, app_token: str) -> None:
    try:
        await app.client.apps_connections_open(app_token=app_token)
    except SlackApiError as exc:
        if is_hiccup(exc):
            raise
        raise SlackRefusesError(
            f"Slack refuses SLACK_APP_TOKEN ({error_code(exc)}). It takes an app-level token of this app with the "
            "scope connections:write, and Socket Mode has to be on. Both are at api.slack.com/apis, your app."
        ) from exc


async def _keep(handler: _Handler, pace: Pace) -> None:
    connecting = asyncio.create_task(handler.client.connect())
    down_for = 0.0
    try:
        while True:
            await asyncio.sleep(pace.watch)
            down_for = 0.0 if await handler.client.is_connected() else down_for + pace.watch
            if down_for >= pace.dead:
                log.warning("a Socket Mode connection is down; asking for a new address", seconds=down_for)
                handler.client.wss_uri = None
                down_for = 0.0
    finally:
        connecting.cancel()
        with suppress(asyncio.CancelledError, aiohttp.ClientError):
            await connecting


async def _close(handler: _Handler, pace: Pace) -> None:
    try:
        await asyncio.wait_for(handler.client.close(), pace.close)
    except TimeoutError:
        # Without the connection that does not answer, the SDK closes all the rest.
        handler.client.current_session = None
        await handler.client.close()
