"""The local Slack as a whole: one HTTP server with everything behind it."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

import aiohttp
from aiohttp import web

from sandbox.slack.api_files import Uploads
from sandbox.slack.channel_events import channel_events
from sandbox.slack.deliver import Courier
from sandbox.slack.faults import Fault, Faults
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.limits import POST_BURST, post_limit
from sandbox.slack.manifest import Manifest
from sandbox.slack.model import COMMAND_SCOPES, Channel, ChannelChange, Clock, Json, utc_now
from sandbox.slack.notices import Change
from sandbox.slack.objects import message_object
from sandbox.slack.payloads import Payloads
from sandbox.slack.people import Person
from sandbox.slack.replies import ResponseUrlServer
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.web_api import ApiCall, WebApi
from sandbox.slack.workspace import Workspace, furnish

T = TypeVar("T")

# https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
PATIENCE_SECONDS = 3.0
UPLOAD_BYTES = 64 * 1024 * 1024


class LocalSlack:
    """A workspace with one app in it, reachable over HTTP and WebSocket. Make one with `start`."""

    def __init__(
        self, workspace: Workspace, session: aiohttp.ClientSession, patience: float, manifest: Manifest
    ) -> None:
        self.workspace = workspace
        self.manifest = manifest
        self.faults = Faults()
        self.socket = SocketMode(workspace)
        self.http = HttpDelivery(workspace, session)
        self.courier = Courier(workspace, self.socket, self.http, patience)
        self._api = WebApi(workspace, self.faults)
        self._origin = ""
        workspace.notices.listen(self._hear)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock = utc_now,
        scopes: Iterable[str] = COMMAND_SCOPES,
        patience: float = PATIENCE_SECONDS,
        manifest: Manifest | None = None,
    ) -> AsyncIterator["LocalSlack"]:
        """Serve a furnished workspace on a port (0: any free one) until the context ends.

        `scopes` are those of the bot token; `patience` is how many seconds Slack waits for an acknowledgement.
        A manifest gives the app its name, and its scopes take the place of `scopes`.
        """
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            known = manifest or Manifest()
            workspace = furnish(Workspace(clock, known.scopes or scopes, known.name))
            slack = cls(workspace, session, patience, known)
            # Handlers that hang on purpose are not waited for at the end.
            runner = web.AppRunner(slack._application(), access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, port)
            await site.start()
            slack._origin = f"http://{host}:{runner.addresses[0][1]}"
            stack.push_async_callback(slack.socket.close)
            stack.callback(slack.courier.close)
            yield slack

    def _hear(self, change: Change) -> None:
        """Send the app the events that it has subscribed to."""
        if isinstance(change.subject, ChannelChange):
            for event in channel_events(self.workspace, change.subject):
                if event["type"] in self.manifest.events:
                    self.courier.send_event(event)

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=UPLOAD_BYTES)
        uploads, replies = Uploads(self.workspace, self.faults), ResponseUrlServer(self.workspace, self.faults)
        application.router.add_route("*", "/api/{method}", self._api.handle)
        application.router.add_post("/upload/v1/{file}", uploads.handle)
        application.router.add_post("/response/{secret}", replies.handle)
        application.router.add_get("/link/", self.socket.handle)
        return application

    @property
    def api_url(self) -> str:
        """Where the Web API is, with the slash at its end."""
        return f"{self._origin}/api/"

    @property
    def requests(self) -> deque[ApiCall]:
        """The latest Web API calls, oldest first."""
        return self._api.log

    def environment(self) -> dict[str, str]:
        """Return the variables that point an app at this Slack in Socket Mode."""
        app = self.workspace.app
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
        }

    def http_environment(self) -> dict[str, str]:
        """Return the variables that point an app at this Slack in HTTP mode."""
        app = self.workspace.app
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
        }

    def person(self, name: str) -> Person:
        """Return somebody by name: admin, operator, viewer, guest, stranger. Raises KeyError."""
        user = self.workspace.user_named(name)
        return Person(self.workspace, user.id, self.courier, Payloads(self.workspace, self._origin))

    def channel(self, name: str) -> Channel:
        """Return a channel by name: #shop, #elsewhere, #secret, #old. Raises KeyError."""
        return self.workspace.channel_named(name)

    def transcript(self, channel: str, after: str = "", most: int | None = None) -> list[Json]:
        """Return what a channel (by name or ID) shows to all, oldest first, replies among the others.

        Messages are as on Slack's wire, metadata included; only those that came later than the ts `after`, and no
        more than `most` of them. Raises KeyError.
        """
        messages = self.workspace.shown_to_all(self.channel(channel), after)
        return [message_object(self.workspace, message) for message in messages[:most]]

    def deliver_to(self, url: str) -> None:
        """Deliver over HTTP to this request URL from now on; an empty one goes back to Socket Mode."""
        self.http.url = url
        self.workspace.notices.tell("request_url", url)

    def limit_posts(self, burst: int = POST_BURST) -> Fault:
        """Let chat.postMessage have the limit that it has in Slack, from now on; the fault says how often it hit."""
        return self.faults.add(post_limit(self.workspace.clock, burst))

    async def connected(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - the caller's patience, not a second way to cancel
        """Wait until an app has a connection open, or a request URL is set."""
        await self.wait_for(lambda: self.http.url or self.socket.connections, timeout)

    async def wait_for(self, found: Callable[[], T | None], timeout: float = 10.0) -> T:  # noqa: ASYNC109 - the caller's patience, not a second way to cancel
        """Return what `found` finds as soon as it is neither None nor empty; asked again at every change.

        Raises TimeoutError with the latest state in its text.
        """
        return await self.workspace.notices.wait_for(found, timeout, self.picture)

    def picture(self) -> str:
        """Return the latest state in words, for people who look for what went wrong."""
        calls = [f"{call.method} {call.error or 'ok'} {call.fault}".rstrip() for call in list(self.requests)[-10:]]
        lines = [f"connections: {len(self.socket.connections)}, request URL: {self.http.url or 'none'}"]
        return "\n".join([*lines, self.workspace.picture(), "last calls:", *calls])
