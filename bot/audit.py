"""Which calls of CAMS an act made, without every function handing them up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from bot.cams.client import Call

log = structlog.get_logger()
_level = logging.getLogger(__name__)
_calls: ContextVar[list[Call] | None] = ContextVar("calls", default=None)


def observe(call: Call) -> None:
    """Take note of one attempt at CAMS: in the log, and for the act that it belongs to."""
    level = logging.DEBUG if call.code == "OK" else logging.INFO
    # Asked before the line is put together, for as a rule nobody will see it.
    if _level.isEnabledFor(level):
        _tell(call, level)
    calls = _calls.get()
    if calls is not None:
        calls.append(call)


def _tell(call: Call, level: int) -> None:
    log.log(
        level,
        "CAMS was called",
        operation=call.operation,
        code=call.code,
        http_status=call.http_status,
        request_id=call.request_id,
        seconds=round(call.seconds, 3),
        attempt=call.attempt,
    )


@contextmanager
def recording() -> Iterator[list[Call]]:
    """Collect the calls that are made within."""
    calls: list[Call] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)
