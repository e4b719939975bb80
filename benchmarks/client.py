"""Our client beside the official SDK and beside a bare GET, over TLS, against a stub in C.

a child for each measurement, in turns -> benchmarks.calls -> stub
"""

from functools import partial
from statistics import median
from typing import Any

from benchmarks import stub
from benchmarks.calls.timing import Pace
from benchmarks.rows import ROUNDS, Row, alternate, in_child
from benchmarks.stub import Stub

AT_ONCE = 50
REST = (
    "Most of a call is aiohttp's; of what is ours the signature, the quota, looking for the arrival, and reading and "
    "checking the answer are the parts, none of them large."
)
SDK = "the official SDK, async"


def rows() -> list[Row]:
    """Measure speed, processor time, memory and what a call costs above a GET."""
    with stub.running() as server:
        return [*_pace(server), _memory(server), _above_a_get(server)]


def _pace(server: Stub) -> list[Row]:
    ours, theirs = _in_turns(server, "paced", AT_ONCE)
    return [_per_second(ours, theirs, _cost_of_the_stub(server)), _processor(ours, theirs)]


def _cost_of_the_stub(server: Stub) -> float:
    """Return how many seconds of its processor a call of ours costs the stub."""
    before = server.cpu_seconds()
    calls = _child(server, "ours", "paced", AT_ONCE)["calls"]
    return (server.cpu_seconds() - before) / float(calls)


def _per_second(ours: list[Pace], theirs: list[Pace], stub_seconds: float) -> Row:
    fast, slow = (median(pace["per_second"] for pace in paces) for paces in (ours, theirs))
    return Row(
        what=f"calls per second over TLS, {AT_ONCE} at once",
        against=SDK,
        ours=f"{fast:,.0f} /s",
        theirs=f"{slow:,.1f} /s",
        ratio=fast / slow,
        target=200,
        at_least=True,
        note=f"The stub takes {stub_seconds * 1e6:.0f} us of another core for one of our calls. {REST}",
    )


def _processor(ours: list[Pace], theirs: list[Pace]) -> Row:
    little, much = (median(pace["cpu"] for pace in paces) * 1e3 for paces in (ours, theirs))
    return Row(
        what="processor time per call, one after another",
        against=SDK,
        ours=f"{little:.3f} ms",
        theirs=f"{much:.1f} ms",
        ratio=little / much,
        target=1 / 150,
        at_least=False,
        note=REST,
    )


def _memory(server: Stub) -> Row:
    before = median(in_child("benchmarks.calls.timing:aiohttp_alone") for _ in range(ROUNDS))
    ours, theirs = (median(found) - before for found in _in_turns(server, "remembered"))
    return Row(
        what="memory added by the client, after one call",
        against=SDK,
        ours=f"{ours:.1f} MB",
        theirs=f"{theirs:.1f} MB",
        ratio=ours / theirs,
        target=1 / 4,
        at_least=False,
        note=f"Over a process that has only imported aiohttp ({before:.1f} MB). The bot's log is not counted.",
    )


def _above_a_get(server: Stub) -> Row:
    calls, gets, signed = _child(server, "ours", "beside_a_bare_get")
    least = median(post / get for post, get in zip(signed, gets, strict=True))
    return Row(
        what="time per call, one after another",
        against="a bare aiohttp GET on the same session",
        ours=f"{median(calls) * 1e3:.3f} ms",
        theirs=f"{median(gets) * 1e3:.3f} ms",
        ratio=median(call / get for call, get in zip(calls, gets, strict=True)),
        target=1.3,
        at_least=False,
        note=f"A POST on this session that is only signed, its answer not looked into, takes {least:.2f} x already.",
    )


def _in_turns(server: Stub, what: str, *arguments: Any) -> tuple[list[Any], list[Any]]:
    ours, theirs = (partial(_child, server, who, what, *arguments) for who in ("ours", "sdk"))
    return alternate(ours, theirs)


def _child(server: Stub, who: str, what: str, *arguments: Any) -> Any:
    return in_child(f"benchmarks.calls.{who}:{what}", server.url, *arguments, environment=server.environment)
