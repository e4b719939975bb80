"""Servers with a quota, one a port: prints their ports, and at the end of its standard input what they counted.

bytes of a request are read -> counted -> 400 | jitter -> answer; one that counts late: jitter -> counted -> answer
"""

import asyncio
import gc
import json
import os
import random
import sys
import time
from contextlib import suppress
from typing import TypedDict

from benchmarks.stub import ANSWER
from benchmarks.sweeping.windows import WINDOWS, least_span, most_in_a_second

JITTER = 0.3
"""Seconds that an answer takes at most, all lengths being as likely."""
REFUSAL = {"Code": "System.LimitControl", "Message": "over the limit", "RequestId": ANSWER["RequestId"]}
PULSE = 0.005


class Account(TypedDict):
    """How one account is counted: by which of WINDOWS, and whether only when its jitter is over."""

    window: str
    late: bool


class Count(TypedDict):
    """What was counted by the clock of the server: calls, those refused, and the most in any second.

    ``span`` is the shortest time in which one more than the limit came, in seconds.
    """

    calls: int
    refused: int
    most: int
    span: float


class Report(TypedDict):
    """All counts, in the order of the accounts; what the server cost in processor seconds, and its longest stall."""

    counts: list[Count]
    cpu: float
    stall: float


class Counter:
    """The quota of one account."""

    def __init__(self, account: Account) -> None:
        self._window = WINDOWS[account["window"]](random.random())  # noqa: S311 - a phase
        self._late = account["late"]
        self._arrivals: list[float] = []
        self._refused = 0

    def request(self, transport: asyncio.Transport) -> None:
        """Take a request whose bytes were read just now."""
        later = asyncio.get_running_loop().call_later
        jitter = random.uniform(0, JITTER)  # noqa: S311 - no secret
        if self._late:
            later(jitter, lambda: _answer(transport, admitted=self._admits()))
        elif self._admits():
            later(jitter, lambda: _answer(transport, admitted=True))
        else:
            _answer(transport, admitted=False)

    def _admits(self) -> bool:
        now = time.monotonic()
        self._arrivals.append(now)
        admitted = self._window.admits(now)
        self._refused += not admitted
        return admitted

    def count(self) -> Count:
        """Return what was counted."""
        times = self._arrivals
        most, span = most_in_a_second(times), least_span(times)
        return Count(calls=len(times), refused=self._refused, most=most, span=span)


class Connection(asyncio.Protocol):
    """As much of HTTP as a client needs that sends no body and one request at a time."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._read += data
        if self._read.endswith(b"\r\n\r\n"):
            self._read = b""
            self._counter.request(self._transport)


def _response(status: str, fields: object) -> bytes:
    body = json.dumps(fields).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_OK, _REFUSED = _response("200 OK", ANSWER), _response("400 Bad Request", REFUSAL)


def _answer(transport: asyncio.Transport, *, admitted: bool) -> None:
    if not transport.is_closing():
        transport.write(_OK if admitted else _REFUSED)


class Pulse:
    """Looks how late a timer may come: what waits for a stalled server is counted late."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Look for as long as there is."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(PULSE)
            self.longest = max(self.longest, time.monotonic() - before - PULSE)


async def _main(accounts: list[Account]) -> None:
    counters = [Counter(account) for account in accounts]
    ports = [await _listen(counter) for counter in counters]
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    gc.freeze()
    gc.disable()
    with suppress(OSError):
        # Where it may, ahead of whatever else runs here: it stands for another machine.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    _say(ports)
    await asyncio.to_thread(sys.stdin.read)
    beating.cancel()
    cpu = time.process_time()
    # Whoever failed over there does not listen any more.
    with suppress(BrokenPipeError):
        _say(Report(counts=[counter.count() for counter in counters], cpu=cpu, stall=pulse.longest))


async def _listen(counter: Counter) -> int:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counter), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
