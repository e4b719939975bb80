"""Acting in the sandbox from outside, with curl or any other HTTP client: type as somebody, look, change a review.

Loopback only. Pages of other origins are refused: a browser must not be made to act here by any page it shows.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.cams import LocalCams
from sandbox.slack import LocalSlack

LOCAL_NAMES = {"127.0.0.1", "localhost", "[::1]"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """The routes below /control."""

    def __init__(self, slack: LocalSlack, cams: LocalCams) -> None:
        self._slack = slack
        self._cams = cams

    def application(self) -> web.Application:
        """Make the application that serves them."""
        app = web.Application(middlewares=[_local_only])
        app.router.add_post("/control/command", self._command)
        app.router.add_get("/control/messages", self._messages)
        app.router.add_post("/control/review", self._review)
        return app

    async def _command(self, request: web.Request) -> web.Response:
        """Take {"person": "operator", "line": "/cams help", "channel": "#shop"}; the channel may be left out."""
        asked = await _body(request, "person", "line")
        channel = asked.get("channel", "#shop")
        try:
            ack = await self._slack.person(asked["person"]).command(asked["line"], channel)
        except KeyError as exc:
            raise _bad(f"There is no {exc}.") from exc
        return web.json_response(asdict(ack))

    async def _messages(self, request: web.Request) -> web.Response:
        """Take ?person=operator&channel=%23shop; both may be left out."""
        try:
            person = self._slack.person(request.query.get("person", "operator"))
            messages = person.messages(request.query.get("channel", "#shop"))
        except KeyError as exc:
            raise _bad(f"There is no {exc}.") from exc
        return web.json_response([asdict(message) for message in messages])

    async def _review(self, request: web.Request) -> web.Response:
        """Take {"space": "cams-demo2", "status": "REJECTED"}."""
        asked = await _body(request, "space", "status")
        try:
            self._cams.world.review(asked["space"], asked["status"])
        except (KeyError, ValueError) as exc:
            raise _bad(f"There is no {exc}.") from exc
        return web.json_response({"ok": True})


@asynccontextmanager
async def serving(control: Control, port: int) -> AsyncIterator[str]:
    """Serve on loopback, and give the address back; port 0 takes any free one."""
    runner = web.AppRunner(control.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    name = request.host.rpartition(":")[0] or request.host
    if name not in LOCAL_NAMES or "Origin" in request.headers:
        raise web.HTTPForbidden(text="Only local programs may act here, and no page of another origin.")
    return await handler(request)


async def _body(request: web.Request, *needed: str) -> dict[str, Any]:
    try:
        asked = json.loads(await request.text())
    except ValueError as exc:
        raise _bad("The body is not JSON.") from exc
    if not isinstance(asked, dict) or any(not isinstance(asked.get(name), str) for name in needed):
        raise _bad(f"The body needs {' and '.join(needed)}.")
    return asked


def _bad(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"ok": False, "error": text}), content_type="application/json")
