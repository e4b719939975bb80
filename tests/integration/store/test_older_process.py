"""A process of the version before goes on beside a database that a newer one has migrated: its statements still work.

They stand here as that version sends them, with the columns of its tables.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import Store, create_engine
from bot.store.upgrade import alembic_config, upgrade

T = TypeVar("T")

NOON = "'2026-11-20 12:00:00'"
NEW_WATCH = """
    INSERT INTO watches (space_id, waba_id, waba_name, review_status, failure, failure_told)
    VALUES ('a', 'waba', 'Acme', 'PENDING', '', false) ON CONFLICT DO NOTHING
"""
SUBSCRIBE = f"INSERT INTO subscriptions (space_id, channel_id, created_by, created_at) VALUES ('a', 'C1', 'U1', {NOON})"
CHANGE = f"""
    INSERT INTO transitions
        (kind, space_id, waba_id, waba_name, before, after, before_since, at_least, seen_at, detail)
    VALUES ('review', 'a', 'waba', 'Acme', 'PENDING', 'APPROVED', NULL, false, {NOON}, '') RETURNING id
"""
OWE = f"""
    INSERT INTO alerts (transition_id, channel_id, state, due_at, attempts, error)
    VALUES (:transition, 'C1', 'owed', {NOON}, 0, '')
"""
RECORD = f"""
    UPDATE watches SET space_id = 'a', waba_id = 'waba', waba_name = 'Acme', review_status = 'APPROVED',
        status_since = {NOON}, first_seen_at = {NOON}, looked_at = {NOON}, failing_since = NULL, failure = '',
        failure_told = false
    WHERE space_id = 'a'
"""
CLAIM = f"UPDATE alerts SET lease_until = {NOON}, attempts = attempts + 1 WHERE state = 'owed' RETURNING id"
CLOSE = f"""
    UPDATE alerts SET lease_until = NULL, state = 'delivered', message_ts = '1.0', delivered_at = {NOON}, error = ''
    WHERE state = 'owed' AND attempts = 1 AND lease_until IS NOT NULL
"""


async def as_before(connection: AsyncConnection) -> tuple[int, int]:
    """Watch, see a change, owe an alert and deliver it; return how many were claimed and closed."""
    for statement in (NEW_WATCH, SUBSCRIBE):
        await connection.execute(text(statement))
    key = (await connection.execute(text(CHANGE))).scalar_one()
    await connection.execute(text(OWE), {"transition": key})
    await connection.execute(text(RECORD))
    claimed = len((await connection.execute(text(CLAIM))).all())
    return claimed, (await connection.execute(text(CLOSE))).rowcount


async def test_the_statements_of_the_version_before_work_on_this_schema(store: Store, database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.execution_options(writes=True).begin() as connection:
        done = await as_before(connection)
    await engine.dispose()
    [watch] = await store.watches()
    [change] = await store.transitions("a", 10)

    assert done == (1, 1)
    assert (watch.review_status, watch.due_at, watch.fence) == ("APPROVED", None, 0)
    assert (change.source, change.pushed_at) == ("poll", None)


async def test_each_revision_only_adds_what_an_older_process_may_leave_out(database_url: str) -> None:
    def steps(connection: Connection) -> list[str]:
        script = ScriptDirectory.from_config(alembic_config(connection))
        return [one.revision for one in reversed(list(script.walk_revisions()))]

    def demanded(connection: Connection) -> dict[str, bool]:
        """Whether each column has to be given, by `table.column`."""
        tables = inspect(connection)
        return {
            f"{table}.{column['name']}": not column["nullable"] and column["default"] is None
            for table in tables.get_table_names()
            for column in tables.get_columns(table)
        }

    engine = create_engine(database_url)
    before: dict[str, bool] = {}
    for revision in await _run(engine, steps):
        await _run(engine, partial(upgrade, revision=revision))
        after = await _run(engine, demanded)
        tables = {name.split(".")[0] for name in before}
        new = {name for name in after.keys() - before.keys() if name.split(".")[0] in tables}

        assert before.keys() <= after.keys()
        assert [name for name in new if after[name]] == []
        before = after
    await engine.dispose()


async def _run(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    async with engine.execution_options(writes=True).begin() as connection:
        return await connection.run_sync(work)
