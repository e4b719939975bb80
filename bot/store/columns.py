"""Column types: what may go into a row, and what comes back, the same on SQLite and PostgreSQL."""

import re
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

# PostgreSQL's text takes no NUL, and UTF-8 no surrogate; JSON from outside may carry both as escapes.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

# SQLite gives an automatic key only to a column that is an INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")


def storable(text: str) -> str:
    """Return `text` as the database gives it back: what no database takes stands as U+FFFD.

    Compare with a stored text only after this, or an odd character looks like a change for ever.
    """
    return _UNSTORABLE.sub("\ufffd", text)


class ForeignText(TypeDecorator[str]):
    """Text of any length from people, Slack or CAMS."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface
        return None if value is None else storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused with ValueError before it is stored or compared."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime has no place in the database; give it a time zone.")
        utc = value.astimezone(UTC)
        # SQLite keeps text. Without an offset, and always in UTC, text sorts as time does.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
