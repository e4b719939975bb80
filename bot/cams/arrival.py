"""When a request has arrived: as soon as the other side's kernel has acknowledged its last byte.

    connector hands the connection out -> aiohttp writes the request -> poll until all that was written is acknowledged

https://man7.org/linux/man-pages/man7/tcp.7.html (TCP_INFO, SIOCOUTQ). On other systems nobody is told anything.
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
LOOK_EVERY = 0.005
GIVE_UP = 3.0
_MIN_RTT = 148

_departing: ContextVar["Arrival | None"] = ContextVar("departing", default=None)


class ArrivalConnector(aiohttp.TCPConnector):
    """A connector that tells the Arrival of the request at hand which connection it got."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what every connector takes."""
        super().__init__(*args, **kwargs)
        self._watch = _Watch()

    async def connect(self, *args: Any, **kwargs: Any) -> aiohttp.connector.Connection:
        """Hand out a connection, as every connector does."""
        connection = await super().connect(*args, **kwargs)
        arrival = _departing.get()
        if arrival is not None and connection.transport is not None and sys.platform == "linux":
            arrival.departs(connection.transport, self._watch)
        return connection


class Arrival:
    """One request that is watched. Use it as a context around the request, in the task that makes it."""

    __slots__ = ("_arrived", "_token", "_transport", "_until", "_watch")

    def __init__(self, arrived: Callable[[float], None]) -> None:
        """Call ``arrived`` with the connection's least round trip, once, if it is known while the context is open."""
        self._arrived = arrived
        self._watch: _Watch | None = None

    def __enter__(self) -> None:
        self._token = _departing.set(self)

    def __exit__(self, *_: object) -> None:
        _departing.reset(self._token)
        if self._watch is not None:
            self._watch.drop(self)

    def departs(self, transport: asyncio.Transport, watch: "_Watch") -> None:
        """Take the connection on which the request is about to be written."""
        self._transport = transport
        self._watch = watch
        self._until = watch.add(self) + GIVE_UP

    def is_settled(self, now: float) -> bool:
        """Look, tell if it has arrived, and return whether there is nothing more to look for."""
        if self._transport.is_closing() or now > self._until:
            return True
        # A request without a body is written before its task waits for anything, so before anybody looks.
        try:
            if self._transport.get_write_buffer_size() > 0 or _unacknowledged(self._transport) > 0:
                return False
            round_trip = _least_round_trip(self._transport)
        except (AttributeError, OSError, ValueError):
            # The socket is gone, or there never was one.
            return True
        self._arrived(round_trip)
        return True


class _Watch:
    """Looks at all requests under way, while there are any: to most, a timer of their own would be half their cost."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._under_way = set[Arrival]()
        self._is_on = False

    def add(self, arrival: Arrival) -> float:
        """Look at one more from now on, and return what time that is."""
        self._under_way.add(arrival)
        now = self._loop.time()
        if not self._is_on:
            self._is_on = True
            self._loop.call_at(now + LOOK_EVERY, self._look)
        return now

    def drop(self, arrival: Arrival) -> None:
        """Look at this one no longer."""
        self._under_way.discard(arrival)

    def _look(self) -> None:
        now = self._loop.time()
        self._is_on = False
        self._under_way = {arrival for arrival in self._under_way if not arrival.is_settled(now)}
        if self._under_way:
            self._is_on = True
            self._loop.call_at(now + LOOK_EVERY, self._look)


def _least_round_trip(transport: asyncio.Transport) -> float:
    """Return what the kernel has measured, in seconds: tcpi_min_rtt of struct tcp_info, since Linux 4.6."""
    sock: socket.socket = transport.get_extra_info("socket")
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _MIN_RTT + 4)
    return struct.unpack_from("I", info, _MIN_RTT)[0] / 1e6 if len(info) == _MIN_RTT + 4 else 0.0


def _unacknowledged(transport: asyncio.Transport) -> int:
    import fcntl  # noqa: PLC0415 - Windows has none, and never comes here
    import termios  # noqa: PLC0415 - the same

    sock: socket.socket = transport.get_extra_info("socket")
    # SIOCOUTQ has the number of TIOCOUTQ.
    return int(struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0])
