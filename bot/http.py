"""The HTTP server: health for who runs the bot, and Slack's requests where there is no Socket Mode."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.errors import SettingsError
from bot.tasks import Begin

log = structlog.get_logger()
EVENTS_PATH = "/slack/events"
BODY_MAX = 1024**2
# How long a signed body may take to arrive; nobody is known before it is there.
BODY_SECONDS = 5.0
# How long a connection may bring no whole request. Proxies keep idle ones open for a minute.
IDLE_SECONDS = 75.0
# So many at once, for each takes a file descriptor, and without one nothing can be posted either.
CONNECTIONS_MAX = 256
# How long the rest of a refused body is read, so that whoever sends it gets the answer.
LINGER_SECONDS = 2.0

Ready = Callable[[], Awaitable[bool]]
Refused = Callable[[str], Awaitable[None]]


def application(ready: Ready) -> web.Application:
    """Make an application that tells whether the bot lives (/healthz) and whether it can work (/readyz)."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_: web.Request) -> web.Response:
        is_ready = await ready()
        return web.json_response({"status": "ready" if is_ready else "not ready"}, status=200 if is_ready else 503)

    app = web.Application(client_max_size=BODY_MAX)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app


def add_slack(app: web.Application, bolt: AsyncApp, signing_secret: str, refused: Refused, begin: Begin) -> None:
    """Take Slack's requests at EVENTS_PATH; what is not signed, or signed more than five minutes ago, gets a 401.

    A slash command that `begin` takes is acked without Bolt, whose way through its middleware takes longer.
    The signature: https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            late = web.HTTPRequestTimeout()
            late.force_close()
            raise late from None
        if not _is_signed(verifier, body, request):
            await refused(request.remote or "")
            return web.json_response({"error": "the signature is not Slack's, or older than five minutes"}, status=401)
        # The first check spares all other requests the reading of their form.
        if b"command=" in body and begin(dict(parse_qsl(body.decode(), keep_blank_values=True))):
            return web.Response()
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app.router.add_post(EVENTS_PATH, events)


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    try:
        signed_at, signature = map(request.headers.get, ("X-Slack-Request-Timestamp", "X-Slack-Signature"))
        return verifier.is_valid(body, signed_at, signature)
    except (TypeError, ValueError):
        # The SDK stumbles over a time stamp that is no number, and over what is not UTF-8 or ASCII.
        return False


def _server_log() -> logging.Logger:
    """Return a log for aiohttp's server, which quotes the request, and so a secret path, where it is no HTTP."""
    logger = logging.getLogger("aiohttp.server.bot")
    logger.addFilter(_without_the_request)
    return logger


def _without_the_request(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.msg, record.levelno, record.levelname = f"{record.msg}: {type(error).__name__}", logging.INFO, "INFO"
    return True


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, idle_seconds: float = IDLE_SECONDS, most: int = CONNECTIONS_MAX
) -> AsyncIterator[str]:
    """Serve, and give the address back; port 0 takes any free one.

    A connection that brings no whole request for ``idle_seconds`` is closed, and so is each beyond the ``most``.

    Raises:
        SettingsError: this address of BOT_HTTP_HOST and BOT_HTTP_PORT cannot be listened on.
    """
    # No access log: the path of a callback is a secret. Nothing is unpacked: nobody who calls packs anything.
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_server_log(),
        auto_decompress=False,
        lingering_time=LINGER_SECONDS,
        keepalive_timeout=idle_seconds,
    )
    await runner.setup()
    try:
        async with _listening(runner, host, port, most) as taken:
            url = f"http://{host}:{taken}"
            log.info("HTTP is served", url=url)
            yield url
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _listening(runner: web.AppRunner, host: str, port: int, most: int) -> AsyncIterator[int]:
    handlers = cast("web.Server", runner.server)

    def protocol() -> asyncio.Protocol:
        return handlers() if len(handlers.connections) < most else _Closes()

    try:
        server = await asyncio.get_running_loop().create_server(protocol, host, port)
    except OSError as exc:
        raise SettingsError(
            f"BOT_HTTP_HOST and BOT_HTTP_PORT cannot be used: {host}:{port} cannot be listened on "
            f"({errno.errorcode.get(exc.errno or 0, type(exc).__name__)}). Take a port that is free; 0 takes any."
        ) from exc
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class _Closes(asyncio.Protocol):
    """Turns a connection away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
