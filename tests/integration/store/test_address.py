from pathlib import Path

import pytest

from bot.store import Schema, create_engine, open_store, read_schema


async def test_a_relative_sqlite_address_is_a_file_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async with open_store("sqlite:///cams-bot.db"):
        assert (tmp_path / "cams-bot.db").exists()


async def test_four_slashes_make_an_absolute_sqlite_address(tmp_path: Path) -> None:
    async with open_store(f"sqlite:////{str(tmp_path).lstrip('/')}/a%20b.db"):
        assert (tmp_path / "a%20b.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cams-bot.db",
        "mysql://u:hunter2@host/db",
        "sqlite://",
        "sqlite:///",
        "sqlite://cams-bot.db",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "postgresql://u:hun/ter2@host/db",
        "postgresql://u:hunter2@x@host/db",
        "postgresql://u:hunter2@[::1/db",
        "postgresql://u:hunter2@host:port/db",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_what_is_accepted_and_no_password(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL accepts sqlite:///file") as caught:
        create_engine(url)

    assert "hun" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p%2F@host/db?sslmode=require",
        "postgres://host",
        "postgresql:///db?host=/var/run/postgresql",
        "postgresql://u@[::1]:5432/db",
        "postgresql://a:5432,b:5433/db",
    ],
)
def test_postgresql_addresses_are_taken_as_users_write_them(url: str) -> None:
    assert create_engine(url).dialect.name == "postgresql"


async def test_postgres_and_postgresql_name_the_same_database(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgres://"))
    try:
        assert await read_schema(engine) == Schema(None, "0004")
    finally:
        await engine.dispose()


async def test_sqlite_is_opened_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/cams-bot.db")
    names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    async with engine.connect() as connection:
        found = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]
    await engine.dispose()

    assert found == ["wal", 2, 30000, 1]
