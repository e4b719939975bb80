"""When a request has arrived: as soon as the other side's kernel has acknowledged its last byte.

    connector hands the connection out -> aiohttp writes the request -> poll until all that was written is acknowledged

https://man7.org/linux/man-pages/man7/tcp.7.html (SIOCOUTQ). On other systems nobody is told anything.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import aiohttp

# Seconds. A distant server's acknowledgement takes a round trip; a delayed one takes 40 ms more.
FIRST_LOOK = 0.005
LOOK_EVERY = 0.005
GIVE_UP = 3.0

_departing: ContextVar["Arrival | None"] = ContextVar("departing", default=None)


class ArrivalConnector(aiohttp.TCPConnector):
    """A connector that tells the Arrival of the request at hand which connection it got."""

    async def connect(self, *args: Any, **kwargs: Any) -> aiohttp.connector.Connection:
        """Hand out a connection, as every connector does."""
        connection = await super().connect(*args, **kwargs)
        arrival = _departing.get()
        if arrival is not None and connection.transport is not None:
            arrival.departs(connection.transport)
        return connection


class Arrival:
    """Watches one request. Use it as a context around the request, in the task that makes it."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        """Call ``arrived`` once, if it is ever known and the context is still open."""
        self._arrived = arrived
        self._transport: asyncio.Transport | None = None
        self._looks: asyncio.TimerHandle | None = None
        self._until = 0.0

    def __enter__(self) -> None:
        self._token = _departing.set(self)

    def __exit__(self, *_: object) -> None:
        _departing.reset(self._token)
        if self._looks is not None:
            self._looks.cancel()

    def departs(self, transport: asyncio.Transport) -> None:
        """Take the connection on which the request is about to be written."""
        found = transport.get_extra_info("socket")
        if sys.platform != "linux" or found is None:
            return
        loop = asyncio.get_running_loop()
        self._transport, self._socket = transport, found
        self._until = loop.time() + GIVE_UP
        # A request without a body is written before its task waits for anything, so before the first look.
        self._looks = loop.call_later(FIRST_LOOK, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing() or loop.time() > self._until:
            return
        if self._transport.get_write_buffer_size() == 0 and _unacknowledged(self._socket) == 0:
            self._arrived()
            return
        self._looks = loop.call_later(LOOK_EVERY, self._look)


def _unacknowledged(sock: socket.socket) -> int:
    import fcntl  # noqa: PLC0415 - Windows has none, and never comes here
    import termios  # noqa: PLC0415 - the same

    # SIOCOUTQ has the number of TIOCOUTQ.
    return int(struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0])
