"""The page's addresses."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.helpers import content_disposition_header

from sandbox.page import slack_side, stream
from sandbox.page.acts import Act, Acts
from sandbox.page.asked import Asked, BadAskError
from sandbox.page.console import Console
from sandbox.page.desk import Desk
from sandbox.page.guard import Handler, add_headers, local_only
from sandbox.page.keeping import Keeping
from sandbox.slack.errors import CannotActError

STATIC = Path(__file__).parent / "static"
# Anything else might run as a page of this origin.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHUTDOWN_SECONDS = 0.1
TRANSCRIPT_LIMIT = 1000


def application(desk: Desk) -> web.Application:
    """Make the application that serves a desk."""
    app = web.Application(middlewares=[local_only])
    app.on_response_prepare.append(add_headers)
    routes = _Routes(desk)
    app.router.add_get("/", routes.index)
    app.router.add_static("/static", STATIC)
    app.router.add_get("/api/stream", routes.stream)
    app.router.add_get("/api/files/{id}", routes.file)
    app.router.add_get("/api/transcript", routes.transcript)
    acts = {**Acts(desk).by_name(), **Keeping(desk).by_name(), **Console(desk).by_name()}
    for name, act in acts.items():
        app.router.add_post(f"/api/{name}", _posted(act))
    return app


@asynccontextmanager
async def serving(desk: Desk, port: int) -> AsyncIterator[str]:
    """Serve on loopback, and give the address back; port 0 takes any free one."""
    runner = web.AppRunner(application(desk), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        with desk.listening():
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


class _Routes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._desk.slack.workspace.user_named(request.query.get("person", "operator"))
        except KeyError as exc:
            return _refused(f"There is nobody named {exc}.")
        if user.is_bot:
            return _refused(f"{user.name} is an app and looks at no page.")
        return await stream.serve(request, self._desk, user)

    async def transcript(self, request: web.Request) -> web.StreamResponse:
        """?channel=&after=&limit= -> {messages, has_more}: what a channel shows to all, for who looks from outside."""
        channel, limit = request.query.get("channel", ""), request.query.get("limit", str(TRANSCRIPT_LIMIT))
        if not re.fullmatch(r"[1-9]\d{0,3}", limit, re.ASCII) or int(limit) > TRANSCRIPT_LIMIT:
            return _refused(f"The limit is a whole number from 1 to {TRANSCRIPT_LIMIT}.")
        try:
            messages = self._desk.slack.transcript(channel, request.query.get("after", ""), int(limit) + 1)
        except KeyError as exc:
            return _refused(f"There is no channel {exc}.")
        page = {"messages": messages[: int(limit)], "has_more": len(messages) > int(limit)}
        return web.json_response({"ok": True, **page})

    async def file(self, request: web.Request) -> web.StreamResponse:
        file = self._desk.slack.workspace.files.get(request.match_info["id"])
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        media_type = slack_side.media_type(file)
        inline = media_type in SHOWN_INLINE and "download" not in request.query
        disposition = content_disposition_header("inline" if inline else "attachment", filename=file.name)
        return web.Response(
            body=file.content,
            content_type=media_type if media_type in SHOWN_INLINE else "application/octet-stream",
            headers={"Content-Disposition": disposition},
        )


def _posted(act: Act) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await act(await Asked.of(request)))
        except (BadAskError, CannotActError) as exc:
            return _refused(str(exc))
        except KeyError as exc:
            return _refused(f"There is no {exc}.")

    return handle


def _refused(sentence: str) -> web.Response:
    return web.json_response({"ok": False, "error": sentence}, status=400)
