"""Transactions that meet in PostgreSQL wait for each other where they must, and never in a circle."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.outbox import LEASE
from bot.store import Post, Store, open_store
from bot.store.owing import owe as owe_change
from bot.store.tables import watches
from bot.store.watching import lock_watches
from tests.fixtures.changes import REJECTED
from tests.fixtures.clock import NOON
from tests.fixtures.databases import fresh_schema
from tests.fixtures.delivery import owe, said

# Those that wait for this transaction, and those that wait for them.
IN_LINE = text("""
    WITH RECURSIVE line(pid) AS (
        SELECT pg_backend_pid()
        UNION SELECT waits.pid FROM pg_locks waits JOIN line ON line.pid = ANY(pg_blocking_pids(waits.pid))
        WHERE NOT waits.granted
    ) SELECT count(*) - 1 FROM line
""")


async def in_line(tx: AsyncConnection, count: int, unless: asyncio.Task[bool] | None = None) -> None:
    """Wait until so many wait for a transaction, or until what would be one of them is done."""
    async with asyncio.timeout(10):
        while not (unless and unless.done()) and await tx.scalar(IN_LINE) < count:
            pass


async def test_a_channel_that_is_back_and_a_post_that_arrives_there_do_not_wait_for_each_other() -> None:
    async with fresh_schema() as url, open_store(url) as store:
        post = await _under_way_in_a_lost_channel(store)
        async with store._writing() as tx:
            # Whichever the other takes first, it has to wait for one of those that are not under way.
            await tx.execute(text("SELECT id FROM posts WHERE id != :id FOR UPDATE"), {"id": post.id})
            back = asyncio.create_task(store.channel_back("C1", [], NOON))
            await in_line(tx, 1)
            sent = asyncio.create_task(store.sent(post, "1900000000.000001", NOON))
            await in_line(tx, 2, unless=sent)
        ends = await asyncio.gather(back, sent, return_exceptions=True)

        assert [end for end in ends if isinstance(end, Exception)] == []
        assert (await store.channel("C1")).broken_because == ""


async def test_who_subscribes_while_a_look_is_recorded_is_told_what_it_saw() -> None:
    async with fresh_schema() as url, open_store(url) as store:
        await store.begin_watching(["space-1"])
        async with store._writing() as tx:
            await lock_watches(tx, watches.c.space_id == "space-1")
            await owe_change(tx, REJECTED, "space-1", ["C9"], NOON)
            subscribed = asyncio.create_task(store.subscribe("space-1", "C1", "U1", NOON))
            await in_line(tx, 1, unless=subscribed)
        await subscribed
        [moment] = await store.history("space-1", 1)

        assert [told.channel_id for told in moment.told] == ["C1"]


async def _under_way_in_a_lost_channel(store: Store) -> Post:
    """Return a post that is under way in C1, where one that is older and one that is newer wait."""
    await owe(store, "C0", "C1", "C1")
    older, post = await store.claim_posts(NOON, LEASE, 2)
    await store.reroute(older, "C1", said("a message"))
    await store.channel_broke("C1", "is_archived", [], NOON)
    return post
