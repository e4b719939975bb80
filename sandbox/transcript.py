"""What a channel shows, read from another process through the address of the sandbox's page."""

import aiohttp

from sandbox.slack.model import Json


class TranscriptError(Exception):
    """The sandbox refused; the text is its sentence."""


async def read_transcript(session: aiohttp.ClientSession, page_url: str, channel: str, after: str = "") -> list[Json]:
    """Return what LocalSlack.transcript does, page by page, as often as needed.

    Raises TranscriptError, aiohttp.ClientError.
    """
    found: list[Json] = []
    while True:
        latest = found[-1]["ts"] if found else after
        query = {"channel": channel, "after": latest}
        async with session.get(f"{page_url}api/transcript", params=query) as answer:
            page = await answer.json()
        if not page["ok"]:
            raise TranscriptError(page["error"])
        found += page["messages"]
        if not page["has_more"]:
            return found
