"""Run by Alembic for each command, on the connection and in the transaction that bot.store.migrate opened."""

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
