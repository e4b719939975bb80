"""The event stream: first all that a person sees, then what changes.

https://html.spec.whatwg.org/multipage/server-sent-events.html: a browser connects anew by itself, and then begins
with a new snapshot, so nothing has to be remembered for those who are away.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Self

from aiohttp import web

from sandbox.page.changes import Key, changes
from sandbox.page.desk import Desk
from sandbox.page.snapshot import snapshot
from sandbox.slack import User
from sandbox.slack.model import ChannelChange, Json
from sandbox.slack.notices import Change

PULSE_SECONDS = 15.0
# So much may wait for one who reads slowly; beyond it a snapshot is the shorter way.
WAITING_LIMIT = 500
PULSE = b":\n\n"


class Feed:
    """What one page has yet to be told."""

    def __init__(self, desk: Desk, user_id: str, limit: int = WAITING_LIMIT, pulse: float = PULSE_SECONDS) -> None:
        self._desk = desk
        self._user_id = user_id
        self._limit = limit
        self._pulse = pulse
        self._waiting: dict[Key, Callable[[], Json]] = {}
        self._is_behind = True
        self._bell = asyncio.Event()
        self._bell.set()

    def __enter__(self) -> Self:
        self._stop = self._desk.listen(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def _user(self) -> User:
        return self._desk.slack.workspace.users[self._user_id]

    def _hear(self, change: Change) -> None:
        if self._is_behind:
            return
        if isinstance(change.subject, ChannelChange) and self._opens_or_closes(change.subject):
            self._begin_anew()
            return
        for key, draw in changes(self._desk, self._user, change):
            self._waiting[key] = draw
            self._bell.set()
        if len(self._waiting) > self._limit:
            self._begin_anew()

    def _opens_or_closes(self, change: ChannelChange) -> bool:
        """Say whether a channel, with all that stands in it, has come into this person's sight or gone out of it."""
        may_see = self._desk.slack.workspace.may_see
        return may_see(self._user, change.before) != may_see(self._user, change.after)

    def _begin_anew(self) -> None:
        self._waiting.clear()
        self._is_behind = True
        self._bell.set()

    async def next(self) -> bytes:
        """Wait for something to tell and return it as it goes over the wire; after a while of silence a comment."""
        try:
            async with asyncio.timeout(self._pulse):
                await self._bell.wait()
        except TimeoutError:
            return PULSE
        self._bell.clear()
        if self._is_behind:
            self._is_behind = False
            return _event("snapshot", snapshot(self._desk, self._user))
        waiting, self._waiting = self._waiting, {}
        return b"".join(_event("change", draw()) for draw in waiting.values())


def _event(name: str, data: Json) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def serve(request: web.Request, desk: Desk, user: User) -> web.StreamResponse:
    """Answer with the stream until the other side goes."""
    # The direct message with the app is there for everybody who looks.
    desk.slack.workspace.direct_channel(user.id)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    with contextlib.suppress(ConnectionError), Feed(desk, user.id) as feed:
        await response.prepare(request)
        while True:
            await response.write(await feed.next())
    return response
