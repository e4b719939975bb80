from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.polling import (
    AGES,
    FAILING_AT_MOST,
    FLOOR,
    OLDEST,
    QUOTA,
    SETTLED,
    Group,
    Known,
    Load,
    group,
    interval,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROUNDED = 1 + 1e-6
"""An interval is told in whole microseconds."""
DAY = timedelta(days=1)

ages = st.timedeltas(min_value=-timedelta(minutes=1), max_value=timedelta(days=1000))
words = st.sampled_from(["PENDING", "DEFERRED", "", "approved", "ON_HOLD", *sorted(SETTLED)]) | st.text(max_size=5)
groups = st.builds(Group, st.booleans(), st.integers(0, len(AGES) - 1))
counts = st.dictionaries(groups, st.integers(0, 100_000))
settled_every = st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=3))
loads = st.builds(Load, counts, settled_every, st.floats(0.01, 1000))
knowns = st.builds(
    Known, words, st.none() | ages.map(lambda age: NOON - age), st.none() | ages.map(lambda age: NOON - age)
)


def of_age(status: str, age: timedelta) -> Known:
    return Known(status, NOON - age)


@given(st.lists(knowns), settled_every, st.floats(0.001, 20))
def test_what_is_asked_for_together_is_never_more_than_the_quota(
    watched: list[Known], every: timedelta, quota: float
) -> None:
    load = Load.of(watched, NOON, every, quota)

    demand = sum(1 / interval(known, NOON, load).total_seconds() for known in watched)

    assert demand <= quota * ROUNDED
    assert load.demand <= quota * ROUNDED


@given(loads)
def test_no_mix_of_groups_takes_more_than_the_quota(load: Load) -> None:
    demand = sum(count / load.intervals[one].total_seconds() for one, count in load.counts.items())

    assert demand <= load.quota * ROUNDED


@given(st.integers(1, 1000), st.integers(1, 100_000))
def test_the_quota_is_spent_where_there_is_enough_to_look_at(waiting: int, settled: int) -> None:
    load = Load({Group(True, 0): waiting, Group(False, 14): settled}, timedelta(minutes=5))

    of_use = waiting + settled / 300

    assert load.demand == pytest.approx(min(of_use, QUOTA))


@given(loads, words, st.sampled_from(sorted(SETTLED)), ages)
def test_a_waiting_one_is_looked_at_no_less_often_than_a_settled_one_of_its_age(
    load: Load, waiting: str, settled: str, age: timedelta
) -> None:
    other = interval(of_age(settled, age), NOON, load)

    assert interval(of_age(waiting, age), NOON, load) <= other


@given(loads, words, ages, ages)
def test_the_longer_nothing_changed_the_later_is_the_next_look(
    load: Load, status: str, age: timedelta, other_age: timedelta
) -> None:
    younger, older = sorted([age, other_age])

    assert interval(of_age(status, younger), NOON, load) <= interval(of_age(status, older), NOON, load)


@given(counts.filter(lambda found: sum(found.values()) > 0), st.floats(1, 4), settled_every, knowns)
def test_nobody_is_left_alone_for_more_than_a_day_where_the_quota_can_do_that(
    found: dict[Group, int], room: float, every: timedelta, known: Known
) -> None:
    load = Load(found, every, room * ROUNDED * sum(found.values()) / DAY.total_seconds())

    assert interval(known, NOON, load) <= OLDEST


def test_however_many_wait_the_settled_ones_are_looked_at_once_a_day() -> None:
    load = Load({Group(True, 0): 300_000, Group(False, 14): 300_000}, timedelta(minutes=5), 9.0)

    assert load.intervals[Group(False, 14)] == timedelta(hours=23)
    assert load.intervals[Group(True, 0)] < timedelta(hours=16)


@pytest.mark.parametrize("settled", [777_599, 777_600])
def test_the_last_account_that_can_be_looked_at_in_a_day_is(settled: int) -> None:
    load = Load({Group(False, 14): settled}, timedelta(minutes=5), 9.0)

    assert load.intervals[Group(False, 14)] <= OLDEST
    assert load.demand == pytest.approx(9.0)


def test_where_a_day_is_too_short_for_all_half_of_the_quota_goes_where_somebody_waits() -> None:
    load = Load({Group(True, 0): 100, Group(False, 14): 2_000_000}, timedelta(minutes=5), 9.0)

    assert load.intervals[Group(False, 14)] <= timedelta(seconds=2 * 2_000_100 / 9 + 1)
    assert load.intervals[Group(True, 0)] < timedelta(minutes=5)


@given(loads, knowns)
def test_nobody_is_looked_at_more_often_than_the_floor(load: Load, known: Known) -> None:
    assert interval(known, NOON, load) >= FLOOR


@given(loads, st.text().filter(lambda word: word not in SETTLED), ages)
def test_a_status_that_nobody_knows_is_looked_at_like_a_pending_one(load: Load, status: str, age: timedelta) -> None:
    assert interval(of_age(status, age), NOON, load) == interval(of_age("PENDING", age), NOON, load)


@given(knowns, loads)
def test_a_failing_one_is_never_looked_at_more_often_and_has_not_long_to_wait(known: Known, load: Load) -> None:
    healthy = interval(Known(known.status, known.since), NOON, load)

    assert healthy <= interval(known, NOON, load) <= max(healthy, FAILING_AT_MOST)


def test_the_longer_it_fails_the_later_it_is_tried_again() -> None:
    load = Load({Group(True, 0): 1}, timedelta(minutes=5))
    minutes = (0, 1, 10, 19, 20, 1000)

    waits = [interval(Known("PENDING", NOON, NOON - timedelta(minutes=since)), NOON, load) for since in minutes]

    assert [wait.total_seconds() for wait in waits] == [1, 15, 150, 285, 300, 300]


@pytest.mark.parametrize("seconds", [1, 60, 300, 86_400])
def test_a_settled_one_is_looked_at_as_often_as_wished_where_there_is_room(seconds: int) -> None:
    every = timedelta(seconds=seconds)
    load = Load({Group(False, 14): 8}, every)

    assert load.intervals[Group(False, 14)] == min(every, timedelta(hours=23))


def test_a_settled_one_is_not_looked_at_more_often_than_wished_however_much_room_there_is() -> None:
    load = Load({Group(False, 14): 1}, timedelta(minutes=5), 1000)

    assert load.intervals[Group(False, 14)] == timedelta(minutes=5)


def test_one_that_has_just_been_decided_is_looked_at_more_often_for_a_while() -> None:
    load = Load({Group(False, 14): 100}, timedelta(minutes=5))

    after = [interval(of_age("APPROVED", timedelta(minutes=age)), NOON, load) for age in (0, 5, 10, 20, 40, 80)]

    assert [seconds.total_seconds() for seconds in after] == [30, 60, 120, 240, 300, 300]


def test_one_that_waits_for_weeks_is_not_asked_for_every_second_for_ever() -> None:
    load = Load({Group(True, 14): 1}, timedelta(minutes=5))

    assert load.intervals[Group(True, 14)] > timedelta(seconds=30)


def test_a_status_of_unknown_age_is_an_old_one() -> None:
    assert group(Known("PENDING", None), NOON) == Group(True, len(AGES) - 1)


@pytest.mark.parametrize("place", range(len(AGES)))
def test_a_group_begins_at_its_age(place: int) -> None:
    just_before = AGES[place] - timedelta(microseconds=1)

    assert group(of_age("PENDING", AGES[place]), NOON).age == place
    assert group(of_age("PENDING", just_before), NOON).age == max(place - 1, 0)


@given(st.lists(knowns))
def test_a_load_counts_everybody_once(watched: list[Known]) -> None:
    load = Load.of(watched, NOON, timedelta(minutes=5))

    assert Counter(load.counts) == Counter(group(known, NOON) for known in watched)
    assert sum(load.counts.values()) == len(watched)


@pytest.mark.parametrize(("every", "quota"), [(timedelta(0), 1.0), (timedelta(1), 0.0), (timedelta(1), float("nan"))])
def test_a_load_that_cannot_be_planned_is_refused(every: timedelta, quota: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Load({}, every, quota)
