from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.attend import attention, moved
from bot.alerts.hours import digest_due, is_quiet
from bot.store import Channel
from tests.fixtures.alert_samples import card
from tests.fixtures.clock import NOON

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


def channel(**more: Any) -> Channel:
    return Channel(channel_id="C012ABC", **more)


def step(after: timedelta, in_channel: Channel | None = None, **changes: Any) -> str:
    due = attention(card(**changes), in_channel or channel(), NOON + after)
    return due.step if due else ""


@pytest.mark.parametrize(
    ("after", "says"), [(HOUR - timedelta(seconds=1), ""), (HOUR, "reminder")], ids=["before", "after an hour"]
)
def test_a_card_that_nobody_acknowledges_is_reminded_of(after: timedelta, says: str) -> None:
    assert step(after) == says


def test_reminders_come_at_growing_intervals_a_day_at_most() -> None:
    waits = []
    for reminders in range(8):
        minutes = range(1, 3000)
        told: dict[str, Any] = {"reminders": reminders, "reminded_at": NOON}
        waits.append(next(one for one in minutes if step(timedelta(minutes=one), **told)))

    assert waits == [60, 120, 240, 480, 960, 1440, 1440, 1440]


def test_a_card_that_was_reminded_of_for_ever_still_has_a_next_time() -> None:
    assert step(timedelta(days=1), reminders=10_000_000, reminded_at=NOON) == "reminder"


def test_a_channel_that_wants_rare_reminders_gets_no_more_of_them_than_it_wants() -> None:
    rare = channel(remind_after=3 * 1440)

    assert step(timedelta(days=2), rare, reminders=3, reminded_at=NOON) == ""
    assert step(timedelta(days=3), rare, reminders=3, reminded_at=NOON) == "reminder"


@pytest.mark.parametrize(
    "changes",
    [
        {"acked_by": "U1", "acked_at": NOON},
        {"snoozed_by": "U1", "snoozed_to_change": True},
        {"snoozed_by": "U1", "snoozed_until": NOON + timedelta(days=9)},
        {"state": "closed"},
    ],
    ids=["acknowledged", "snoozed to the next change", "snoozed", "closed"],
)
def test_nobody_is_reminded_of_what_is_held_or_over(changes: dict[str, Any]) -> None:
    called = channel(escalate_to="S1")

    assert step(timedelta(days=8), called, **changes) == ""


@pytest.mark.parametrize("held", [{}, {"acked_by": "U1", "acked_at": NOON}], ids=["open", "acknowledged"])
@pytest.mark.parametrize("remind_after", [0, 60])
def test_the_end_of_a_snooze_is_told_to_whoever_asked_for_it(held: dict[str, Any], remind_after: int) -> None:
    snoozed: dict[str, Any] = {"snoozed_by": "U1", "snoozed_until": NOON + HOUR / 2, **held}
    wanted = channel(remind_after=remind_after)

    assert step(HOUR / 2 - timedelta(seconds=1), wanted, **snoozed) == ""
    assert step(HOUR / 2, wanted, **snoozed) == "snooze_over"


def test_a_snooze_that_is_over_holds_nothing_back() -> None:
    calls = channel(escalate_to="S1")

    assert step(timedelta(hours=4), calls, snoozed_by="U1", snoozed_until=NOON + HOUR) == "escalation"


@pytest.mark.parametrize("setting", [{"remind_after": 0}, {"remind_after": 0, "escalate_after": 0}])
def test_a_channel_that_wants_no_reminders_gets_none(setting: dict[str, int]) -> None:
    assert step(timedelta(days=30), channel(**setting)) == ""


def test_a_channel_that_gets_digests_only_is_not_reminded() -> None:
    assert step(timedelta(days=8), channel(mode="digest", escalate_to="S1")) == ""


def test_others_are_called_once_when_nobody_acknowledges() -> None:
    called = channel(escalate_to="S1", remind_after=0)

    assert step(timedelta(minutes=239), called) == ""
    assert step(timedelta(minutes=240), called) == "escalation"
    assert step(timedelta(days=9), called, escalated_at=NOON) == ""


def test_nobody_is_called_where_nobody_is_named() -> None:
    assert step(timedelta(days=9), channel(remind_after=0)) == ""


@pytest.mark.parametrize("status", ["PENDING", "DEFERRED"])
def test_a_review_that_is_stuck_for_a_day_gets_a_checklist_once(status: str) -> None:
    silent = channel(remind_after=0)
    day = timedelta(hours=24)

    assert step(day - timedelta(seconds=1), silent, status=status) == ""
    assert step(day, silent, status=status) == "stuck"
    assert step(day * 2, silent, status=status, stuck_told_at=NOON) == ""


def test_a_rejected_account_is_not_stuck_in_review() -> None:
    assert step(timedelta(days=9), channel(remind_after=0)) == ""


def test_that_a_review_is_stuck_is_news_to_whoever_acknowledged_it() -> None:
    assert step(timedelta(days=1), status="PENDING", acked_by="U1") == "stuck"


def test_quiet_hours_hold_back_and_do_not_drop() -> None:
    quiet = channel(quiet_from="12:30", quiet_until="14:00")

    assert step(HOUR, quiet) == ""
    assert step(timedelta(hours=2), quiet) == "reminder"


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_may_go_past_midnight(at: str, quiet: bool) -> None:
    now = datetime.combine(date(2026, 11, 20), datetime.strptime(at, "%H:%M").time(), BERLIN)  # noqa: DTZ007 - a time of day
    settings = channel(quiet_from="22:00", quiet_until="07:00", time_zone="Europe/Berlin")

    assert is_quiet(settings, now) is quiet


def test_quiet_hours_follow_the_clocks_of_their_zone() -> None:
    settings = channel(quiet_from="22:00", quiet_until="07:00", time_zone="Europe/Berlin")

    assert is_quiet(settings, datetime(2026, 7, 1, 20, tzinfo=UTC))
    assert not is_quiet(settings, datetime(2026, 12, 1, 20, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Nowhere/At_All", "", "../etc/passwd"])
def test_a_zone_that_is_not_known_counts_as_utc(zone: str) -> None:
    assert is_quiet(channel(quiet_from="11:00", quiet_until="13:00", time_zone=zone), NOON)


def test_a_worse_status_takes_acknowledgement_and_snooze_away() -> None:
    held = card(status="PENDING", acked_by="U1", acked_at=NOON, snoozed_by="U1", snoozed_until=NOON + HOUR)
    after = moved(held, "REJECTED", NOON + HOUR)

    assert (after.acked_by, after.acked_at, after.snoozed_by, after.snoozed_until) == ("", None, "", None)
    assert (after.before, after.status, after.status_since, after.changes) == ("PENDING", "REJECTED", NOON + HOUR, 2)


def test_a_better_status_leaves_the_acknowledgement() -> None:
    after = moved(card(status="REJECTED", acked_by="U1", acked_at=NOON), "PENDING", NOON + HOUR)

    assert (after.acked_by, after.state) == ("U1", "open")


def test_any_change_ends_a_snooze_that_waits_for_one() -> None:
    assert not moved(card(snoozed_by="U1", snoozed_to_change=True), "PENDING", NOON).snoozed_to_change


def test_to_be_well_again_closes_a_card() -> None:
    after = moved(card(), "APPROVED", NOON + HOUR)

    assert (after.state, after.closed_at) == ("closed", NOON + HOUR)


def test_what_is_said_after_a_change_has_a_key_of_its_own() -> None:
    late = NOON + timedelta(days=1)
    first = attention(card(), channel(), late)
    second = attention(moved(card(), "PENDING", NOON), channel(), late)

    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize(
    ("at", "last", "day"),
    [
        (datetime(2026, 11, 20, 8, 59, tzinfo=BERLIN), None, None),
        (datetime(2026, 11, 20, 9, tzinfo=BERLIN), None, date(2026, 11, 20)),
        (datetime(2026, 11, 20, 9, 1, tzinfo=BERLIN), datetime(2026, 11, 20, 9, tzinfo=BERLIN), None),
        (datetime(2026, 11, 21, 8, tzinfo=BERLIN), datetime(2026, 11, 20, 9, tzinfo=BERLIN), None),
        # Sent late, after midnight: the next one is due all the same.
        (datetime(2026, 11, 21, 9, tzinfo=BERLIN), datetime(2026, 11, 21, 0, 5, tzinfo=BERLIN), date(2026, 11, 21)),
        # Days were missed.
        (datetime(2026, 11, 25, 12, tzinfo=BERLIN), datetime(2026, 11, 20, 9, tzinfo=BERLIN), date(2026, 11, 25)),
    ],
)
def test_the_digest_of_a_day_is_due_from_its_time_on(at: datetime, last: datetime | None, day: date | None) -> None:
    assert digest_due(channel(digest_at="09:00", time_zone="Europe/Berlin"), last, at) == day


def test_a_channel_without_a_time_gets_no_digest_unless_it_gets_nothing_else() -> None:
    assert digest_due(channel(), None, NOON) is None
    assert digest_due(channel(mode="digest"), None, NOON - 3 * HOUR) == NOON.date()


def test_the_first_digest_comes_when_it_is_time_for_it_not_when_it_is_asked_for() -> None:
    asked_for = channel(digest_at="09:00")

    assert digest_due(asked_for, None, NOON + 9 * HOUR) is None
    assert digest_due(asked_for, None, NOON + 21 * HOUR) == date(2026, 11, 21)


def test_a_first_digest_that_was_missed_comes_later_where_something_waits_for_it() -> None:
    asked_for, nine = channel(digest_at="09:00"), NOON - 3 * HOUR

    assert digest_due(asked_for, None, NOON, owed_since=nine - HOUR) == NOON.date()
    assert digest_due(asked_for, None, NOON, owed_since=nine + HOUR) is None


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]),
    st.times().map(lambda at: f"{at:%H:%M}"),
    st.sampled_from(
        [datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)]
    ),
)
def test_a_digest_comes_once_on_each_day_also_when_clocks_change(zone: str, at: str, start: datetime) -> None:
    settings = channel(digest_at=at, time_zone=zone)
    sent: list[date] = []
    last: datetime | None = start
    for tick in range(20 * 24 * 4):
        now = start + tick * timedelta(minutes=15)
        if day := digest_due(settings, last, now):
            sent.append(day)
            last = now

    assert sent == [sent[0] + timedelta(days=number) for number in range(len(sent))]
    assert len(sent) in {19, 20, 21}
