"""The composition root: opens everything in order, closes it in the other.

settings -> session -> database -> Slack (who are we?) -> CAMS -> routes -> HTTP, sockets -> jobs
"""

import asyncio
import gc
import logging
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
import stamina
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import account, channels, http, jobs
from bot.callback_route import add_callbacks
from bot.cams.arrival import ArrivalConnector
from bot.drawing import Drawer
from bot.errors import BotError, SlackRefusesError
from bot.people import People
from bot.pushes import Pushes
from bot.register import Register
from bot.services import Services
from bot.settings import Settings
from bot.slack import Identity, Slack, error_code
from bot.slack_errors import is_hiccup
from bot.socket_mode import open_sockets
from bot.store import AuditEntry, Store, open_store
from bot.tasks import Begin, Tasks
from handlers import ROUTES
from handlers.acts import Acts
from handlers.router import connect

log = structlog.get_logger()
SLACK_SECONDS = 20.0
# Whoever floods us with forgeries shall not fill the disk too: so many rows and lines of log, and no more.
FORGERIES_A_MINUTE = 60
IDLE_SECONDS = 10.0
START_SECONDS = 300.0
# For how long the database's thread may keep the loop from going on. Python's own 5 ms are longer than an ack takes.
SWITCH_SECONDS = 0.0005
# Slack waits 3 seconds for an ack, people longer for an answer; Kubernetes kills after 30.
DRAIN_SECONDS = 20.0
# What auth.test says of a token that will not work however often it is tried.
BAD_TOKEN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
}


def now() -> datetime:
    """The clock that is handed to everybody."""
    return datetime.now(UTC)


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or Ctrl-C, then finish what was begun."""
    stop, ready, main = asyncio.Event(), asyncio.Event(), asyncio.current_task()

    def end() -> None:
        stop.set()
        if main and not ready.is_set():
            # Slack may be out of reach for minutes; nobody wants to wait for that in order to stop.
            main.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        async with opened(settings):
            ready.set()
            log.info("the bot is ready")
            await stop.wait()
            log.info("the bot is stopping; what was begun is finished first")
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        log.info("the bot was stopped before it was ready")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """Everything, open and at work."""
    async with AsyncExitStack() as stack:
        timeout = aiohttp.ClientTimeout(total=SLACK_SECONDS)
        # A connection that was idle for longer may be closed by the other side just as a write goes out on it, and then
        # nobody knows whether the write was done.
        connector = ArrivalConnector(keepalive_timeout=IDLE_SECONDS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout, connector=connector))
        store = await stack.enter_async_context(open_store(settings.database_url.get_secret_value()))
        await stack.enter_async_context(store.alone())
        register = Register(settings.default_space)
        await register.load(store)
        await _take_over(store)
        token = settings.slack_bot_token.get_secret_value()
        client = _slack_client(settings, session, token)
        slack = Slack(client, await _identity(client, settings))
        services = Services(
            cams=account.client(settings, session, store, now),
            store=store,
            register=register,
            slack=slack,
            people=People(slack, _groups(settings), now),
            drawer=stack.enter_context(Drawer()),
            settings=settings,
            clock=now,
        )
        await channels.hand_over(services)
        tasks = Tasks()
        bolt = _bolt(_slack_client(settings, session), slack.me, token)
        begin = connect(bolt, Acts(ROUTES, services), tasks)
        ready = await _reachable(stack, services, bolt, begin, tasks)
        stack.push_async_callback(_drain, tasks)
        await stack.enter_async_context(_at_work(services, tasks))
        _settle()
        await _until(ready)
        yield


async def _take_over(store: Store) -> None:
    """Free what the process before this one held, where there was no other."""
    if store.is_alone:
        await store.release_writes(now())
        await store.release_posts(now())
        await store.release_watches()


@asynccontextmanager
async def _at_work(services: Services, tasks: Tasks) -> AsyncIterator[None]:
    """Run the jobs, on time and when there is work for them."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    jobs.schedule(scheduler, services, tasks)
    scheduler.start()
    try:
        async with jobs.waking(scheduler, services):
            yield
    finally:
        scheduler.shutdown(wait=False)


async def _reachable(
    stack: AsyncExitStack, services: Services, bolt: AsyncApp, begin: Begin, tasks: Tasks
) -> Callable[[], Awaitable[bool]]:
    """Open the way that Slack reaches us, and say how to tell whether it is open."""
    settings = services.settings
    if settings.slack_app_token:
        token = settings.slack_app_token.get_secret_value()
        sockets = await stack.enter_async_context(open_sockets(bolt, token, begin))
        connected = sockets.connected
    else:
        connected = _always

    async def ready() -> bool:
        return not tasks.draining and await connected()

    web = http.application(ready)
    if settings.slack_app_token is None and settings.slack_signing_secret:
        http.add_slack(web, bolt, settings.slack_signing_secret.get_secret_value(), _refusal(services), begin)
    if settings.callback_secret:
        pushes = Pushes(services.store, tasks)
        add_callbacks(web, settings.callback_secret.get_secret_value(), pushes.take, monotonic)
    await stack.enter_async_context(http.serving(web, settings.http_host, settings.http_port))
    return ready


def _settle() -> None:
    """Set the interpreter up for a loop that has to be quick at any moment.

    What is there by now stays: each full collection would walk through all of it, and nothing is acked meanwhile.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    gc.enable()


async def _always() -> bool:
    return True


async def _until(ready: Callable[[], Awaitable[bool]]) -> None:
    while not await ready():  # noqa: ASYNC110 - the SDK has no event for it
        await asyncio.sleep(0.05)


async def _drain(tasks: Tasks) -> None:
    if late := await tasks.drain(DRAIN_SECONDS):
        log.warning("work was cut off by the stop", tasks=late)


def _slack_client(settings: Settings, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    client = AsyncWebClient(
        token=token,
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
    )
    if urlsplit(settings.slack_api_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        # The SDK takes a proxy from the environment and knows no exceptions from it.
        client.proxy = None
    return client


async def _identity(client: AsyncWebClient, settings: Settings) -> Identity:
    try:
        return await _who_we_are(client)
    except (aiohttp.ClientError, TimeoutError, SlackApiError) as exc:
        raise BotError(
            f"Slack does not answer at {settings.slack_api_url} ({type(exc).__name__}), tried for {START_SECONDS:.0f} "
            "seconds. Check this machine's way to it, its proxy (HTTPS_PROXY) and SLACK_API_URL."
        ) from exc


@stamina.retry(on=is_hiccup, attempts=None, timeout=START_SECONDS)
async def _who_we_are(client: AsyncWebClient) -> Identity:
    try:
        found = await client.auth_test()
    except SlackApiError as exc:
        if error_code(exc) not in BAD_TOKEN:
            raise
        raise SlackRefusesError(
            f"Slack refuses SLACK_BOT_TOKEN ({error_code(exc)}). It takes the bot token of an app that is installed, "
            "which begins with xoxb-. It is at api.slack.com/apis, your app, OAuth & Permissions, Bot User OAuth Token."
        ) from exc
    return Identity(
        team_id=str(found["team_id"]),
        enterprise_id=str(found.get("enterprise_id") or ""),
        user_id=str(found["user_id"]),
        bot_id=str(found.get("bot_id") or ""),
        name=str(found.get("user") or "cams-bot"),
    )


def _bolt(client: AsyncWebClient, me: Identity, token: str) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        # Without this Bolt asks auth.test itself, once for each of the first requests.
        return AuthorizeResult(
            enterprise_id=me.enterprise_id,
            team_id=me.team_id,
            bot_user_id=me.user_id,
            bot_id=me.bot_id,
            bot_token=token,
        )

    app = AsyncApp(
        # Without a name Bolt looks for its caller's through all the modules there are.
        name="cams-bot",
        # Of its own accord Bolt gives its loggers the root's level, and at DEBUG they write down whole payloads.
        logger=logging.getLogger("slack_bolt"),
        client=client,
        authorize=authorize,
        process_before_response=True,
        # bot.http verifies before Bolt sees the request, and writes down what it refuses.
        request_verification_enabled=False,
    )

    @app.error
    async def last_net(error: Exception) -> None:
        log.error("a listener raised, which none may", exc_info=error)

    return app


def _groups(settings: Settings) -> frozenset[str]:
    return frozenset(one for one in settings.operators | settings.admins if one.startswith("S"))


def _refusal(services: Services) -> http.Refused:
    noted: deque[float] = deque(maxlen=FORGERIES_A_MINUTE)

    async def refused(address: str) -> None:
        if len(noted) == FORGERIES_A_MINUTE and monotonic() - noted[0] < 60:
            return
        noted.append(monotonic())
        log.warning("a request without Slack's signature was refused", address=address)
        row = AuditEntry(
            at=services.clock(),
            user_id="",
            team_id="",
            channel_id="",
            entry="http",
            act="signature",
            target=f"from={address}",
            allowed=False,
            outcome="401",
            request_id="",
            duration_ms=0,
        )
        await services.store.audit(row)

    return refused
