"""Which calls of CAMS an act made, without every function handing them up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from bot.cams.client import Call

log = structlog.get_logger()
_calls: ContextVar[list[Call] | None] = ContextVar("calls", default=None)


def observe(call: Call) -> None:
    """Take note of one attempt at CAMS: in the log, and for the act that it belongs to."""
    log.log(
        logging.DEBUG if call.code == "OK" else logging.INFO,
        "CAMS was called",
        operation=call.operation,
        code=call.code,
        http_status=call.http_status,
        request_id=call.request_id,
        seconds=round(call.seconds, 3),
        attempt=call.attempt,
    )
    calls = _calls.get()
    if calls is not None:
        calls.append(call)


@contextmanager
def recording() -> Iterator[list[Call]]:
    """Collect the calls that are made within."""
    calls: list[Call] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)
