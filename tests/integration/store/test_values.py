from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from bot.store import Store, create_engine, storable

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


async def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        await store.subscribe("space-1", "C1", "U1", NOON.replace(tzinfo=None))


async def test_a_time_comes_back_in_utc_to_the_microsecond(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON.astimezone(timezone(timedelta(hours=8))))
    [subscription] = await store.subscriptions()

    assert (subscription.created_at, subscription.created_at.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("value", ["NUL \0 inside", "lone \ud800 surrogate", "\udfff"])
async def test_text_that_no_database_takes_is_stored_with_a_mark_in_its_place(store: Store, value: str) -> None:
    await store.remember_number("8613800001234", value, NOON)

    assert await store.space_of("8613800001234") == storable(value)


@pytest.mark.parametrize("value", ["", "😀 العربية <&*>", "'; DROP TABLE numbers; --", "x" * 100_000])
async def test_any_other_text_comes_back_as_it_was(store: Store, value: str) -> None:
    await store.remember_number("8613800001234", value, NOON)

    assert await store.space_of("8613800001234") == value


async def test_a_key_is_found_by_the_text_that_it_was_stored_with(store: Store) -> None:
    await store.subscribe("space\0", "C1", "U1", NOON)

    assert len(await store.subscriptions(space_id="space\0")) == 1


async def test_an_error_of_the_database_does_not_tell_the_values(store: Store, database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE subscriptions RENAME TO gone"))
    await engine.dispose()
    with pytest.raises(DBAPIError) as caught:
        await store.subscribe("space-1", "C1", "a private matter", NOON)

    assert "a private matter" not in str(caught.value)
