"""What the bot remembers, in SQLite or PostgreSQL.

    DATABASE_URL -> engine -> migrate -> Store ( spaces | alerts | audit ) -> rows

Every method is one transaction and gives frozen values back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.alerts import AlertQueries
from bot.store.audit import AuditQueries
from bot.store.columns import storable
from bot.store.engine import create_engine
from bot.store.migrate import NewerDatabaseError, Schema, migrate, read_schema
from bot.store.rows import Alert, AuditEntry, Change, Kind, Subscription, Transition, Watch
from bot.store.spaces import SpaceQueries

__all__ = [
    "Alert",
    "AuditEntry",
    "Change",
    "Kind",
    "NewerDatabaseError",
    "Schema",
    "Store",
    "Subscription",
    "Transition",
    "Watch",
    "create_engine",
    "migrate",
    "open_store",
    "read_schema",
    "storable",
]


class Store(SpaceQueries, AlertQueries, AuditQueries):
    """All that the bot remembers."""


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open the database of a DATABASE_URL at this program's schema, and close it at the end.

    Raises ValueError for an address that cannot be used (without the address) and NewerDatabaseError for a database
    that a newer version has migrated.
    """
    engine = create_engine(url)
    try:
        await migrate(engine)
        yield Store(engine)
    finally:
        await engine.dispose()
