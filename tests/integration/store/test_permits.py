import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cams.line import Priority
from bot.cams.permits import Permit, PermitsUnavailableError
from bot.store import create_engine, migrate
from bot.store.permits import SharedPermits
from tests.fixtures.databases import fresh_schema

OPERATION = "QueryChatappBindWaba"


@pytest.fixture
async def engines() -> AsyncIterator[list[AsyncEngine]]:
    """Those of three programs on one PostgreSQL."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_schema())
        opened = [create_engine(url) for _ in range(3)]
        for engine in opened:
            stack.push_async_callback(engine.dispose)
        await migrate(opened[0])
        yield opened


def shared(engine: AsyncEngine, limit: int = 2, lease: float = 30.0) -> SharedPermits:
    return SharedPermits(engine, OPERATION, limit, paced_from=Priority.POLL, lease=lease)


async def settled(permits: SharedPermits) -> None:
    await asyncio.gather(*permits._writing)


async def taken(permits: SharedPermits, priority: Priority = Priority.PERSON) -> Permit:
    async with asyncio.timeout(20):
        while True:
            found = await permits.take(priority)
            if isinstance(found, Permit):
                await asyncio.sleep(found.wait)
                return found
            await asyncio.sleep(found)


async def test_programs_that_start_at_once_make_the_permits_once(engines: list[AsyncEngine]) -> None:
    found = await asyncio.gather(*(shared(engine).take(Priority.PERSON) for engine in engines))

    permits = [each for each in found if isinstance(each, Permit)]
    assert {each.number for each in permits} == {0, 1}
    assert len(permits) == 2
    async with engines[0].connect() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM permits")) == 2


async def test_no_second_of_the_database_sees_more_than_the_limit(engines: list[AsyncEngine]) -> None:
    moments = list[float]()

    async def spend(engine: AsyncEngine) -> None:
        permits = shared(engine, limit=4)
        for _ in range(4):
            permit = await taken(permits)
            async with engine.connect() as tx:
                moments.append(await tx.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float")))
            permits.give_back(permit, 1.0)
        await settled(permits)

    await asyncio.gather(*(spend(engine) for engine in engines))
    moments.sort()

    assert len(moments) == 12
    assert all(later - earlier >= 1 for earlier, later in zip(moments, moments[4:], strict=False))


async def test_the_permit_of_a_program_that_died_is_free_again_after_its_lease(engines: list[AsyncEngine]) -> None:
    dead, alive = shared(engines[0], limit=1, lease=0.3), shared(engines[1], limit=1, lease=0.3)
    lost = await taken(dead)

    assert isinstance(await alive.take(Priority.PERSON), float)
    again = await taken(alive)
    dead.give_back(lost, 60.0)
    await settled(dead)
    alive.give_back(again, 0.0)
    await settled(alive)
    assert isinstance(await alive.take(Priority.PERSON), Permit)


async def test_a_person_reserves_the_permit_that_others_still_wait_for(engines: list[AsyncEngine]) -> None:
    background, person = shared(engines[0], limit=1), shared(engines[1], limit=1)
    background.give_back(await taken(background, Priority.POLL), 0.5)
    await settled(background)

    waits = await background.take(Priority.POLL)
    reserved = await person.take(Priority.PERSON)
    assert isinstance(waits, float)
    assert isinstance(reserved, Permit)
    assert 0 < reserved.wait <= 0.5


async def test_a_refusal_and_a_pause_count_for_all_programs(engines: list[AsyncEngine]) -> None:
    one, other = shared(engines[0]), shared(engines[1])
    permit = await taken(one)
    one.give_back(permit, 0.0)
    await settled(one)
    one.withhold(permit, 30.0)
    await settled(one)

    assert (await other.use()).withheld == 1
    last = await taken(other)
    assert last.number != permit.number
    assert (await one.use()).used == {Priority.PERSON: 1}
    other.give_back(last, 0.0)
    await settled(other)
    other.pause(60.0)
    await settled(other)
    assert isinstance(await one.take(Priority.PERSON), float)


async def test_who_waits_while_all_are_held_asks_seldom(engines: list[AsyncEngine]) -> None:
    permits = shared(engines[0], limit=1)
    await taken(permits, Priority.POLL)

    wait = await permits.take(Priority.POLL)
    assert isinstance(wait, float)
    assert wait >= 0.2


async def test_without_the_database_nothing_may_be_sent() -> None:
    engine = create_engine("postgresql://127.0.0.1:1/gone")

    with pytest.raises(PermitsUnavailableError):
        await shared(engine).take(Priority.PERSON)
    await engine.dispose()
