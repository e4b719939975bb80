from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.bundle import next_digest
from bot.store import Channel
from tests.fixtures.place import Place

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-11-20T08:00", "2026-11-20T08:00"),
        ("2026-11-20T07:59", "2026-11-20T08:00"),
        ("2026-11-20T08:01", "2026-11-21T08:00"),
    ],
)
def test_a_digest_comes_at_its_time_of_day_where_its_readers_are(after: str, due: str) -> None:
    channel = Channel(channel_id="C1", mode="digest", digest_at="09:00", time_zone="Europe/Berlin")
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC) - timedelta(microseconds=1)

    assert next_digest(channel, moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # 29 March 2026: 02:00 becomes 03:00, and 02:30 is not.
        ("2026-03-29T00:00", "2026-03-29T01:30"),
        ("2026-03-29T01:10", "2026-03-29T01:30"),
        ("2026-03-29T02:00", "2026-03-30T00:30"),
        # 25 October 2026: 03:00 becomes 02:00, and 02:30 is twice.
        ("2026-10-25T00:00", "2026-10-25T00:30"),
        ("2026-10-25T00:45", "2026-10-26T01:30"),
        ("2026-10-25T01:15", "2026-10-26T01:30"),
    ],
)
def test_a_digest_comes_once_a_day_where_clocks_are_set(after: str, due: str) -> None:
    channel = Channel(channel_id="C1", mode="digest", digest_at="02:30", time_zone="Europe/Berlin")
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert next_digest(channel, moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - its zone is beside it
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Singapore", "Australia/Lord_Howe", "Asia/Gaza"]),
)
def test_a_digest_is_always_to_come_and_never_far_off(after: datetime, at: Any, zone: str) -> None:
    channel = Channel(channel_id="C1", mode="digest", digest_at=f"{at:%H:%M}", time_zone=zone)

    assert timedelta(0) < next_digest(channel, after) - after <= 26 * HOUR


def test_a_digest_waits_for_its_time_and_then_names_every_change() -> None:
    place = Place(mode="digest", digest_at="18:00")
    place.moves("REJECTED", "APPROVED")
    place.moves("REJECTED", space="cams-2")
    early = place.tick()
    place.now += 6 * HOUR
    place.tick()

    assert early == []
    assert (place.kinds, sorted(place.told)) == (["digest", "part"], [1, 2, 3])
    assert [one.space_id for one in place.open] == ["cams-2"]
