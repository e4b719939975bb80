"""Who waits for work is woken by whoever makes it, in the same process and in others."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from bot.store import Store, WakeKind, create_engine, open_store
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON
from tests.fixtures.databases import fresh_schema
from tests.fixtures.delivery import owe

SECONDS = 10


async def woken(store: Store, kind: WakeKind) -> bool:
    async with asyncio.timeout(SECONDS):
        await store.woken.wait(kind)
    return True


def is_awake(store: Store, kind: WakeKind) -> bool:
    return store.woken._events[kind].is_set()


async def quiet(store: Store) -> None:
    """Take what a listener that has just begun wakes everybody with."""
    for kind in ("watches", "alerts"):
        await woken(store, kind)


async def test_a_new_subscription_wakes_the_poll_of_its_own_process(store: Store) -> None:
    await store.subscribe("a", "C1", "U1", NOON)

    assert await woken(store, "watches")
    assert not is_awake(store, "alerts")


async def test_an_alert_that_is_owed_wakes_the_delivery(store: Store) -> None:
    await store.subscribe("a", "C1", "U1", NOON)
    await record_change(store, "a", NOON)

    assert await woken(store, "alerts")


async def test_a_message_of_no_alert_wakes_the_delivery(store: Store) -> None:
    await owe(store, "C1")

    assert await woken(store, "alerts")


async def test_what_is_rolled_back_wakes_nobody(store: Store, database_url: str) -> None:
    await store.subscribe("a", "C1", "U1", NOON)
    await woken(store, "watches")
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE callbacks"))
    await engine.dispose()
    with pytest.raises(Exception, match="callbacks"):
        await store.push_hint(["waba"])
    await store.begin_watching(["b"])

    assert not is_awake(store, "watches")


async def test_another_process_is_woken_too() -> None:
    async with fresh_schema() as url, AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(open_store(url)) for _ in range(2)]
        await stack.enter_async_context(other.listening())
        await quiet(other)
        await one.subscribe("a", "C1", "U1", NOON)
        await woken(other, "watches")
        await record_change(one, "a", NOON)

        assert await woken(other, "alerts")


async def test_a_listener_whose_connection_was_cut_listens_again() -> None:
    async with fresh_schema() as url, AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(open_store(named)) for named in (url, _named(url, "other"))]
        await stack.enter_async_context(other.listening())
        await quiet(other)
        cut = await _of_listeners(_named(url, "other"), "pg_terminate_backend(pid)")
        # It wakes everybody when it listens again, for what it has missed.
        await quiet(other)
        await one.subscribe("a", "C1", "U1", NOON)

        assert cut == [True]
        assert await woken(other, "watches")


async def test_a_listener_is_in_no_transaction_and_so_holds_no_lock() -> None:
    async with fresh_schema() as url, open_store(_named(url, "one")) as store, store.listening():
        await quiet(store)

        assert await _of_listeners(_named(url, "one"), "state") == ["idle"]


def _named(url: str, name: str) -> str:
    """Return the address with a name that no other test's connections have."""
    return f"{url}&application_name={url.rpartition('=')[2]}_{name}"


async def _of_listeners(url: str, shown: str) -> list[object]:
    """Return something of each connection of this name that listens."""
    engine = create_engine(url.rpartition("&")[0])
    query = text(f"SELECT {shown} FROM pg_stat_activity WHERE application_name = :name AND query LIKE 'LISTEN%'")
    async with engine.begin() as connection:
        found = list(await connection.scalars(query, {"name": url.rpartition("=")[2]}))
    await engine.dispose()
    return found
