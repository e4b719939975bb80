"""What the bot remembers, in SQLite or PostgreSQL.

    DATABASE_URL -> engine -> migrate -> Store ( spaces | register | alerts | cards | channels | audit … ) -> rows

Every method is one transaction and gives frozen values back.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import stamina
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cams.line import Priority
from bot.cams.quota import MakePermits
from bot.errors import DatabaseError
from bot.store.alarms import AlarmQueries
from bot.store.alone import alone
from bot.store.audit import AuditQueries
from bot.store.bundling import BundleQueries, Situation, Telling
from bot.store.cards import CardChange, CardQueries, Say
from bot.store.channels import ChannelQueries
from bot.store.columns import storable
from bot.store.delivery import Alert, Card, CardAct, Channel, Mode, NewPost, Post
from bot.store.engine import cannot_open, create_engine, is_away, reason, try_file
from bot.store.floods import FloodQueries, Swept
from bot.store.history import HistoryQueries, Moment, Told
from bot.store.journal import JournalQueries, LostLeaseError
from bot.store.migrate import NewerDatabaseError, Schema, migrate, read_schema
from bot.store.outlook import Outlook, OutlookQueries
from bot.store.posts import PostQueries
from bot.store.pushes import PushQueries
from bot.store.register import RegisterQueries, Stamp
from bot.store.rows import (
    Alarm,
    AlarmKind,
    AuditEntry,
    Callbacks,
    Change,
    JournalEntry,
    Kind,
    Space,
    SpaceNumber,
    Subscription,
    Transition,
    Wanted,
    Watch,
)
from bot.store.showing import Shown, ShowQueries
from bot.store.spaces import SpaceQueries
from bot.store.wake import Wake, WakeKind, listening
from bot.store.watching import Decide, Rest, WatchQueries

__all__ = [
    "Alarm",
    "AlarmKind",
    "Alert",
    "AuditEntry",
    "Callbacks",
    "Card",
    "CardAct",
    "CardChange",
    "Change",
    "Channel",
    "Decide",
    "JournalEntry",
    "Kind",
    "LostLeaseError",
    "Mode",
    "Moment",
    "NewPost",
    "NewerDatabaseError",
    "Outlook",
    "Post",
    "Rest",
    "Say",
    "Schema",
    "Shown",
    "Situation",
    "Space",
    "SpaceNumber",
    "Stamp",
    "Store",
    "Subscription",
    "Swept",
    "Telling",
    "Told",
    "Transition",
    "Wake",
    "WakeKind",
    "Wanted",
    "Watch",
    "create_engine",
    "migrate",
    "open_store",
    "read_schema",
    "storable",
]

# For so long a server that does not answer is waited for at the start.
START_SECONDS = 15.0


class Store(
    AlarmQueries,
    JournalQueries,
    SpaceQueries,
    RegisterQueries,
    BundleQueries,
    PostQueries,
    ShowQueries,
    AuditQueries,
    CardQueries,
    FloodQueries,
    ChannelQueries,
    HistoryQueries,
    OutlookQueries,
    WatchQueries,
    PushQueries,
):
    """All that the bot remembers."""

    @property
    def is_alone(self) -> bool:
        """Whether no other process may use this database."""
        return self._engine.dialect.name == "sqlite"

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Have the database for this process where no other may use it. Raises DatabaseError if another one does."""
        return alone(self._engine)

    def listening(self) -> AbstractAsyncContextManager[None]:
        """Have `woken` told what other processes make, too."""
        return listening(self._engine, self.woken)

    def shared_permits(self, *, lease: float) -> MakePermits | None:
        """Return what makes the permits of the account where processes share this database, None where none may.

        A permit held longer than ``lease`` seconds counts as lost.
        """
        if self.is_alone:
            return None
        from bot.store.permits import SharedPermits  # noqa: PLC0415 - imports the driver of PostgreSQL

        return lambda operation, limit: SharedPermits(
            self._engine, operation, limit, paced_from=Priority.POLL, lease=lease
        )


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open the database of a DATABASE_URL at this program's schema, and close it at the end.

    A server that does not answer is waited for a while: it may just be started again. Raises ValueError for an
    address that cannot be used (without the address), NewerDatabaseError for a database that a newer version has
    migrated, and DatabaseError for one that does not open.
    """
    engine = create_engine(url)
    try:
        try:
            try_file(engine)
            await _migrate_soon(engine)
        except cannot_open() as exc:
            tried = f", tried for {START_SECONDS:.0f} seconds" if is_away(exc) else ""
            raise DatabaseError(f"The database of DATABASE_URL cannot be opened: {reason(exc)}{tried}.") from exc
        yield Store(engine)
    finally:
        await engine.dispose()


async def _migrate_soon(engine: AsyncEngine) -> None:
    async for turn in stamina.retry_context(on=is_away, attempts=None, timeout=START_SECONDS, wait_max=1.0):
        with turn:
            await migrate(engine)
