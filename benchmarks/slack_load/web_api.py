"""A Slack Web API that says yes at once to whatever is asked, so that what is measured is who asks.

`python -m benchmarks.slack_load.web_api ws://…` serves it in a process of its own, and prints its address.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from benchmarks.slack_load.payloads import CHANNEL, PEOPLE, TEAM

Replied = Callable[[str, bytes], None]
BODY_MAX = 16 * 1024**2
BOT = "U0BENCHBOT"


@asynccontextmanager
async def serving(socket_url: str, replied: Replied | None = None) -> AsyncIterator[str]:
    """Serve on a free port, and give the origin back.

    Args:
        socket_url: what apps.connections.open answers.
        replied: told of each reply at /response/<name>: the name and the body.
    """
    app = web.Application(client_max_size=BODY_MAX)

    async def method(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True, **_answer(request.match_info["method"], origin, socket_url)})

    async def upload(request: web.Request) -> web.Response:
        return web.Response(text=f"OK - {len(await request.read())}")

    async def response(request: web.Request) -> web.Response:
        body = await request.read()
        if replied:
            replied(request.match_info["name"], body)
        return web.Response(text="ok")

    app.router.add_post("/response/{name}", response)
    app.router.add_route("*", "/api/{method}", method)
    app.router.add_post("/upload", upload)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield origin
    finally:
        await runner.cleanup()


def _answer(method: str, origin: str, socket_url: str) -> dict[str, Any]:
    """What a method answers besides `ok`."""
    facts: dict[str, dict[str, Any]] = {
        "auth.test": {"team": "bench", "user": "cams-bot", "team_id": TEAM, "user_id": BOT, "bot_id": "B0BENCH"},
        "apps.connections.open": {"url": socket_url},
        "users.info": {"user": {"team_id": TEAM, "is_restricted": False, "is_ultra_restricted": False}},
        "usergroups.users.list": {"users": list(PEOPLE)},
        "conversations.info": {"channel": {"id": CHANNEL, "is_member": True}},
        "files.getUploadURLExternal": {"upload_url": f"{origin}/upload", "file_id": "F0BENCH"},
        "files.completeUploadExternal": {"files": [{"id": "F0BENCH"}]},
    }
    return facts.get(method, {"ts": "1.2", "channel": CHANNEL})


async def _main(socket_url: str) -> None:
    async with serving(socket_url) as origin:
        sys.stdout.write(json.dumps({"origin": origin}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
