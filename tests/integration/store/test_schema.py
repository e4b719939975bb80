import asyncio
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.store import NewerDatabaseError, Store, create_engine, migrate, open_store, read_schema
from bot.store.migrate import HEAD
from bot.store.tables import metadata
from bot.store.upgrade import alembic_config

OPENING = """
import asyncio, sys
from bot.store import open_store

async def main():
    async with open_store(sys.argv[1]):
        print("opened", "with" if "alembic" in sys.modules else "without")

asyncio.run(main())
"""


async def test_the_migrations_make_the_tables_that_the_program_knows(store: Store, database_url: str) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


async def test_the_revision_that_the_program_needs_is_the_newest_that_it_has(store: Store, database_url: str) -> None:
    def newest(connection: Connection) -> str | None:
        return ScriptDirectory.from_config(alembic_config(connection)).get_current_head()

    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(newest)
    schema = await read_schema(engine)
    await engine.dispose()

    assert (schema.current, schema.head) == (found, found)


async def test_a_database_at_its_schema_is_opened_without_alembic(database_url: str) -> None:
    async with open_store(database_url):
        pass
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPENING, database_url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()

    assert said.decode().split() == ["opened", "without"]


async def test_the_index_of_owed_alerts_is_partial(store: Store, database_url: str) -> None:
    def where(connection: Connection) -> object:
        found = {index["name"]: index["dialect_options"] for index in inspect(connection).get_indexes("alerts")}
        return found["ix_alerts_owed"].get(f"{connection.dialect.name}_where")

    engine = create_engine(database_url)
    async with engine.connect() as connection:
        condition = await connection.run_sync(where)
    await engine.dispose()

    assert "owed" in str(condition)


async def test_programs_that_start_at_once_migrate_once(database_url: str) -> None:
    engines = [create_engine(database_url) for _ in range(6)]
    await asyncio.gather(*(migrate(engine) for engine in engines))
    schemas = [await read_schema(engine) for engine in engines]
    for engine in engines:
        await engine.dispose()

    assert {schema.current for schema in schemas} == {HEAD}


async def test_a_migration_that_fails_leaves_an_empty_database(database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE numbers (in_the_way INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        await migrate(engine)
    schema = await read_schema(engine)
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()

    assert (schema.current, tables) == (None, ["numbers"])


async def test_what_was_stored_is_there_after_a_restart(database_url: str) -> None:
    async with open_store(database_url) as store:
        await store.begin_watching(["space-1"])
    async with open_store(database_url) as store:
        watches = await store.watches()

    assert [watch.space_id for watch in watches] == ["space-1"]


async def test_a_database_of_a_newer_version_is_refused(store: Store, database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()

    with pytest.raises(NewerDatabaseError, match="revision 9999, which this version of cams-bot does not know"):
        async with open_store(database_url):
            pass


async def test_the_schema_can_be_taken_back(database_url: str) -> None:
    engine = create_engine(database_url)
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()

    assert tables == ["alembic_version"]
