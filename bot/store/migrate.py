"""Brings a database to the schema of this program."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.migrations
from bot.errors import DatabaseError

# Any number will do, as long as all versions of this program take the same one.
_LOCK = 0x63616D73


class NewerDatabaseError(DatabaseError):
    """The database was migrated by a newer version of this program."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database is at (None: empty) and the one that this program needs."""

    current: str | None
    head: str


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic's commands need to work on an open connection, in its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent).replace("%", "%%"))
    return config


async def read_schema(engine: AsyncEngine) -> Schema:
    """Return where the database stands, and change nothing."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: _schema(sync, _script(sync)))


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to this program's schema, in one transaction; several programs may start at once.

    Raises NewerDatabaseError if the database is ahead of this program.
    """
    async with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            # Held until the transaction ends. On SQLite BEGIN IMMEDIATE does the same.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade)


def _script(connection: Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(connection))


def _schema(connection: Connection, script: ScriptDirectory) -> Schema:
    head = script.get_current_head()
    if head is None:
        raise RuntimeError("The program was installed without its migrations.")
    return Schema(MigrationContext.configure(connection).get_current_revision(), head)


def _upgrade(connection: Connection) -> None:
    script = _script(connection)
    schema = _schema(connection, script)
    if schema.current is not None and schema.current not in {known.revision for known in script.walk_revisions()}:
        raise NewerDatabaseError(
            f"The database is at revision {schema.current}, which this version of cams-bot does not know "
            f"(it knows up to {schema.head}). Start the newer version, or restore the backup made before it."
        )
    if schema.current != schema.head:
        command.upgrade(alembic_config(connection), "head")
