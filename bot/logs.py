"""Logs: a sentence and its facts, coloured on a terminal and JSON elsewhere; no secret, no whole telephone number."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot import phones

# Digits in a row as in a telephone number, but not a part of an ID, a time stamp or a decimal.
NUMBER = re.compile(r"(?<![\w.:-])\+?(\d{8,15})(?![\w-]|[.:]\d)")
WRITTEN_NUMBER = re.compile(r"\+\d[\d ().-]{6,18}\d")
# What each library says below this is noise (a line for every tick) or a leak (whole payloads, tokens and all).
LIBRARIES = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "aiohttp": logging.INFO,
}
HIDDEN = "•••"


def configure(level: str, style: str, secrets: Iterable[str]) -> None:
    """Send our logs and the libraries' to standard error. `style` is console, json, or "" for what fits."""
    style = style or ("console" if sys.stderr.isatty() else "json")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _Redactor(secrets),
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if style == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))
    structlog.configure(
        # Most lines are below the level: what nobody will see is not even stamped with the time.
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide secrets and all but the last digits of telephone numbers."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    text = WRITTEN_NUMBER.sub(lambda found: phones.mask(re.sub(r"\D", "", found.group())), text)
    return NUMBER.sub(lambda found: phones.mask(found.group(1)), text)


class _Redactor:
    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [secret for secret in secrets if secret]

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {key: value if key == "timestamp" else self._redacted(value) for key, value in event.items()}

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, bool | int | float) or value is None:
            return value
        return redact(value if isinstance(value, str) else repr(value), self._secrets)
