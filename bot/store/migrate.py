"""Brings a database to the schema of this program."""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import DatabaseError

HEAD = "0004"
"""The newest revision in bot.migrations, known without Alembic: most starts have nothing to migrate."""
# Any number will do, as long as all versions of this program take the same one.
_LOCK = 0x63616D73


class NewerDatabaseError(DatabaseError):
    """The database was migrated by a newer version of this program."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database is at (None: empty) and the one that this program needs."""

    current: str | None
    head: str


async def read_schema(engine: AsyncEngine) -> Schema:
    """Return where the database stands, and change nothing."""
    async with engine.connect() as connection:
        return Schema(await connection.run_sync(_revision), HEAD)


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to this program's schema, in one transaction; several programs may start at once.

    Raises NewerDatabaseError if the database is ahead of this program.
    """
    if (await read_schema(engine)).current == HEAD:
        return
    async with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            # Held until the transaction ends. On SQLite BEGIN IMMEDIATE does the same.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade)


def _revision(connection: Connection) -> str | None:
    # In PostgreSQL a query of a table that is not there would end the transaction.
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from bot.store import upgrade  # noqa: PLC0415 - imports Alembic, for which a start would wait and pay with memory

    # Read again, now that nobody else migrates.
    current = _revision(connection)
    if current is not None and current not in upgrade.known_revisions(connection):
        raise NewerDatabaseError(
            f"The database is at revision {current}, which this version of cams-bot does not know "
            f"(it knows up to {HEAD}). Start the newer version, or restore the backup made before it."
        )
    if current != HEAD:
        upgrade.upgrade(connection, HEAD)
