"""The part of a migration that takes Alembic: imported only where a database is not at this program's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import bot.migrations


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic's commands need to work on an open connection, in its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent).replace("%", "%%"))
    return config


def known_revisions(connection: Connection) -> frozenset[str]:
    """Return all the revisions that this program was installed with."""
    script = ScriptDirectory.from_config(alembic_config(connection))
    return frozenset(known.revision for known in script.walk_revisions())


def upgrade(connection: Connection, revision: str) -> None:
    """Bring a database to a revision, in the transaction of its connection."""
    command.upgrade(alembic_config(connection), revision)
