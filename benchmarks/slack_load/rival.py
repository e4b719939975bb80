"""What a user would write instead: a Bolt app as its documentation shows it, with default settings.

    python -m benchmarks.slack_load.rival socket|http [reply.json]

Without a reply the handler only acks; with one it replies that once. The environment is the bot's own.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient


def _app(reply: dict[str, Any] | None) -> AsyncApp:
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ.get("SLACK_SIGNING_SECRET"))

    async def only_ack(ack: AsyncAck) -> None:
        await ack()

    async def ack_and_reply(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(**reply or {})

    app.command("/cams")(ack_and_reply if reply else only_ack)
    return app


def main(mode: str, reply_file: str = "") -> None:
    """Run it until it is killed."""
    reply = json.loads(Path(reply_file).read_text(encoding="utf-8")) if reply_file else None
    if mode == "http":
        _app(reply).start(port=int(os.environ["BOT_HTTP_PORT"]))
        return

    async def connect() -> None:
        await AsyncSocketModeHandler(_app(reply), os.environ["SLACK_APP_TOKEN"]).start_async()

    asyncio.run(connect())


if __name__ == "__main__":
    main(*sys.argv[1:])
