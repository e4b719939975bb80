"""Bad weather on demand: what a Web API method, an upload or a response URL answers instead."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from sandbox.listeners import Listeners

Kind = Literal[
    "rate_limited",
    "server_error",
    "server_error_after",
    "error",
    "hang",
    "hang_after",
    "cut_before",
    "cut_after",
]


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong.

    kind     before the work, so that nothing happens:
                 rate_limited (HTTP 429 with Retry-After: `seconds`), server_error (HTTP 500), error (`ok: false` with
                 `error`), cut_before (the connection is cut), hang (the work waits for `seconds`)
             after the work, so that it has happened:
                 server_error_after (HTTP 500), cut_after (the connection is cut), hang_after (the answer waits for
                 `seconds`)
    method   a Web API method, "upload" or "response_url"; empty for all of them
    channel  the ID of the channel that a call has to name; empty for all, those that name none among them
    count    how many more calls it hits; None until it is cleared
    share    which part of the calls it hits, from 0 to 1, by dice that fall the same way for the same `seed`
    fits     a further condition on method and channel, asked once for each call that the fault could hit
    hits     how many it has hit
    latest   the method of the last call that it has hit
    """

    kind: Kind
    method: str = ""
    count: int | None = None
    seconds: float = 1.0
    error: str = "internal_error"
    channel: str = ""
    share: float = 1.0
    seed: int = 0
    fits: Callable[[str, str], bool] | None = None
    hits: int = 0
    latest: str = ""
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what could hit nothing."""
        if not 0 < self.share <= 1:
            raise ValueError(f"a fault hits a share of the calls above 0 and up to 1, not {self.share:g}")
        self._dice = random.Random(self.seed)  # noqa: S311 - dice for tests, which have to fall the same way again

    def takes(self, method: str, channel: str) -> bool:
        """Say whether it hits a call now."""
        if self.method not in {"", method} or self.channel not in {"", channel}:
            return False
        # Without a share no die is thrown, so that a counted fault hits at once.
        is_chosen = self.share == 1 or self._dice.random() < self.share
        return is_chosen and (self.fits is None or self.fits(method, channel))


class Faults:
    """The faults that are on, oldest first; the first that fits a call hits it."""

    def __init__(self) -> None:
        self.on: list[Fault] = []
        self._listeners: Listeners[None] = Listeners()

    def listen(self, listener: Callable[[None], None]) -> Callable[[], None]:
        """Tell `listener` when a fault is switched or hits; the function returned ends that."""
        return self._listeners.add(listener)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on and return it, so that its hits can be read."""
        self.on.append(fault)
        self._listeners.tell(None)
        return fault

    def clear(self, fault: Fault | None = None) -> None:
        """Switch one fault off, or all."""
        self.on = [] if fault is None else [other for other in self.on if other is not fault]
        self._listeners.tell(None)

    def strike(self, method: str, channel: str = "") -> Fault | None:
        """Return the fault that hits a call of `method` to `channel` (its ID) now, and count it."""
        fault = next((fault for fault in self.on if fault.takes(method, channel)), None)
        if fault is None:
            return None
        fault.hits += 1
        fault.latest = method
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.clear(fault)
        self._listeners.tell(None)
        return fault


async def answer(request: web.Request, fault: Fault | None, work: Callable[[], web.Response]) -> web.Response:
    """Do the work and return its answer, or what the fault makes of it."""
    if fault is None:
        return work()
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
        return work()
    if fault.kind == "hang_after":
        said = work()
        await asyncio.sleep(fault.seconds)
        return said
    if fault.kind == "server_error_after":
        work()
    if fault.kind in {"cut_before", "cut_after"}:
        return _cut(request, work if fault.kind == "cut_after" else None)
    return _refusal(fault)


def _refusal(fault: Fault) -> web.Response:
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(math.ceil(fault.seconds))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind in {"server_error", "server_error_after"}:
        return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
    return web.json_response({"ok": False, "error": fault.error})


def _cut(request: web.Request, work: Callable[[], web.Response] | None) -> web.Response:
    said = work() if work else web.Response()
    if request.transport is not None:
        request.transport.abort()
    return said
