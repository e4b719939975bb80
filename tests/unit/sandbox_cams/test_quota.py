import random

import pytest

from sandbox.cams.quota import BusiestSecond, FixedWindow, Quotas, SlidingLog, TokenBucket, Window

LIMIT = 5


def arrivals(seed: int) -> list[float]:
    """Make ten seconds of calls that come in bursts, at four times the limit."""
    source = random.Random(seed)
    bursts = sorted(source.uniform(0, 10) for _ in range(10 * LIMIT))
    return sorted(at + source.uniform(0, 0.05) for at in bursts for _ in range(4))


@pytest.mark.parametrize("seed", range(20))
def test_a_fixed_window_lets_no_more_than_the_limit_through_in_a_second_of_the_clock(seed: int) -> None:
    window = FixedWindow(LIMIT)
    passed = [int(at) for at in arrivals(seed) if window.admit(at)]

    assert max(passed.count(second) for second in range(11)) == LIMIT


@pytest.mark.parametrize("seed", range(20))
def test_a_sliding_log_lets_no_more_than_the_limit_through_in_any_second(seed: int) -> None:
    window = SlidingLog(LIMIT)
    passed = [at for at in arrivals(seed) if window.admit(at)]

    assert max(sum(start <= at < start + 1 for at in passed) for start in passed) == LIMIT


@pytest.mark.parametrize("seed", range(20))
def test_a_token_bucket_lets_no_more_than_a_full_bucket_and_its_refill_through(seed: int) -> None:
    window = TokenBucket(LIMIT)
    passed = [at for at in arrivals(seed) if window.admit(at)]

    assert all(number <= LIMIT + LIMIT * (at - passed[0]) + 1e-6 for number, at in enumerate(passed, start=1))


def test_a_fixed_window_lets_twice_the_limit_through_across_the_turn_of_a_second() -> None:
    window = FixedWindow(LIMIT)
    passed = [at for at in [0.9] * 10 + [1.1] * 10 if window.admit(at)]

    assert len(passed) == 2 * LIMIT


def test_a_refused_call_does_not_count_against_the_next() -> None:
    window = SlidingLog(1)
    first, refused, after = (window.admit(at) for at in (0.0, 0.5, 1.0))

    assert (first, refused, after) == (True, False, True)


@pytest.mark.parametrize("window", ["fixed", "sliding", "bucket"])
def test_each_operation_has_a_quota_of_its_own(window: Window) -> None:
    quota = Quotas({"A": 1, "B": 1}, window)
    quota.admit("A", 100.0)

    assert quota.admit("B", 100.0)


@pytest.mark.parametrize("window", ["fixed", "sliding", "bucket"])
def test_calls_are_counted_by_operation(window: Window) -> None:
    quota = Quotas({"A": 2, "B": 2}, window)
    for _ in range(3):
        quota.admit("A", 100.0)

    assert (quota.seen["A"], quota.refused["A"], quota.seen["B"]) == (3, 1, 0)


@pytest.mark.parametrize("window", ["fixed", "sliding", "bucket"])
def test_what_is_used_of_a_quota_comes_back_within_a_second(window: Window) -> None:
    quota = Quotas({"A": 2, "B": 2}, window)
    for _ in range(3):
        quota.admit("A", 100.0)

    assert quota.used(100.0) == {"A": 2, "B": 0}
    assert quota.used(101.0) == {"A": 0, "B": 0}


def test_a_token_that_is_half_back_is_still_used() -> None:
    bucket = TokenBucket(2)
    bucket.admit(100.0)

    assert bucket.used(100.25) == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_busiest_second_is_found_wherever_it_begins(seed: int) -> None:
    quota, came = Quotas({"A": LIMIT}), arrivals(seed)
    for at in came:
        quota.admit("A", at)

    assert quota.busiest["A"] == max(sum(start <= at < start + 1 for at in came) for start in came)


def test_the_busiest_second_counts_across_the_turn_of_a_second() -> None:
    quota = Quotas({"A": LIMIT}, "fixed")
    for at in [0.9] * LIMIT + [1.1] * LIMIT:
        quota.admit("A", at)

    assert (quota.busiest["A"], quota.refused["A"]) == (2 * LIMIT, 0)


def test_calls_one_second_apart_are_not_in_one_second() -> None:
    quota = Quotas({"A": 1, "B": 1})
    for at in (100.0, 101.0, 102.0):
        quota.admit("A", at)

    assert (quota.busiest["A"], quota.busiest["B"], quota.refused["A"]) == (1, 0, 0)


def test_the_busiest_second_stays_the_busiest_and_counts_refused_calls() -> None:
    quota = Quotas({"A": 1})
    for at in (100.0, 100.1, 100.2, 200.0):
        quota.admit("A", at)

    assert (quota.busiest["A"], quota.refused["A"]) == (3, 2)


def test_only_the_latest_second_is_kept() -> None:
    second = BusiestSecond()
    for number in range(100_000):
        second.saw(number / 8)

    assert (second.calls, len(second._latest)) == (8, 8)
