"""Bad weather on demand: what a Web API method, an upload or a response URL answers instead."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from sandbox.listeners import Listeners

Kind = Literal["rate_limited", "server_error", "error", "hang", "cut_before", "cut_after"]


@dataclass
class Fault:
    """One thing that goes wrong.

    kind     rate_limited (HTTP 429 with Retry-After: `seconds`), server_error (HTTP 500), error (`ok: false` with
             `error`), hang (the work waits for `seconds`), cut_before / cut_after (the connection is cut before /
             after the work is done)
    method   a Web API method, "upload" or "response_url"; empty for all of them
    count    how many more calls it hits; None until it is cleared
    hits     how many it has hit
    latest   the method of the last call that it has hit
    """

    kind: Kind
    method: str = ""
    count: int | None = None
    seconds: float = 1.0
    error: str = "internal_error"
    hits: int = 0
    latest: str = ""


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

    def strike(self, method: str) -> Fault | None:
        """Return the fault that hits a call of `method` now, and count it."""
        fault = next((fault for fault in self.on if fault.method in {"", method}), None)
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
    if fault.kind in {"cut_before", "cut_after"}:
        return _cut(request, work if fault.kind == "cut_after" else None)
    return _refusal(fault)


def _refusal(fault: Fault) -> web.Response:
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(math.ceil(fault.seconds))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "server_error":
        return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
    return web.json_response({"ok": False, "error": fault.error})


def _cut(request: web.Request, work: Callable[[], web.Response] | None) -> web.Response:
    said = work() if work else web.Response()
    if request.transport is not None:
        request.transport.abort()
    return said
