from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review import FAILING_AFTER, changes, failed, outage, seen, spaces_to_poll
from bot.store import Subscription, Watch
from tests.fixtures.changes import waba

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
NEW = Watch("space-1")
PENDING = replace(
    NEW,
    waba_id="waba-1",
    waba_name="Acme",
    review_status="PENDING",
    status_since=NOON,
    first_seen_at=NOON,
    looked_at=NOON,
)
OUT = replace(PENDING, failing_since=NOON, failure="timed out", failure_told=True)

STATUS = st.sampled_from(["PENDING", "APPROVED", "REJECTED", "DISABLED", "approved", "DEFERRED "]) | st.text()


def test_the_first_sight_of_a_waba_sets_the_baseline() -> None:
    after, news = seen(NEW, waba("REJECTED"), NOON, NEW)

    assert news == []
    assert after == replace(PENDING, review_status="REJECTED")


def test_another_waba_in_the_same_space_is_a_new_baseline() -> None:
    after, news = seen(PENDING, waba("REJECTED", key="waba-2", name="Other"), LATER, PENDING)

    assert news == []
    assert after == Watch("space-1", "waba-2", "Other", "REJECTED", LATER, LATER, LATER)


def test_a_moved_status_is_a_change_with_what_is_known_of_the_old_one() -> None:
    [change] = changes(PENDING, waba("APPROVED", name="Acme Ltd"))

    assert (change.kind, change.waba_id, change.waba_name) == ("review", "waba-1", "Acme Ltd")
    assert (change.before, change.after, change.before_since) == ("PENDING", "APPROVED", NOON)


def test_a_status_that_was_there_at_the_first_sight_has_lasted_at_least_since_then() -> None:
    [first] = changes(PENDING, waba("APPROVED"))
    [second] = changes(replace(PENDING, status_since=LATER), waba("APPROVED"))

    assert (first.at_least, second.at_least) == (True, False)


def test_a_change_is_remembered_with_the_time_it_was_seen() -> None:
    after, _ = seen(PENDING, waba("APPROVED"), LATER, PENDING)

    assert after == replace(PENDING, review_status="APPROVED", status_since=LATER, looked_at=LATER)


def test_a_look_that_sees_nothing_new_keeps_since_when() -> None:
    after, news = seen(PENDING, waba("PENDING"), LATER, PENDING)

    assert (after, news) == (replace(PENDING, looked_at=LATER), [])


def test_a_new_name_alone_is_no_news() -> None:
    after, news = seen(PENDING, waba("PENDING", name="Acme Ltd"), NOON, PENDING)

    assert (after, news) == (replace(PENDING, waba_name="Acme Ltd"), [])


def test_an_empty_status_says_nothing_and_the_last_one_stays() -> None:
    after, news = seen(PENDING, waba(""), LATER, PENDING)

    assert (after, news) == (replace(PENDING, looked_at=LATER), [])


def test_an_answer_without_a_waba_leaves_the_one_that_was_seen() -> None:
    after, news = seen(PENDING, waba("REJECTED", key=""), LATER, PENDING)

    assert (after, news) == (replace(PENDING, looked_at=LATER), [])


def test_an_answer_older_than_the_last_recorded_move_moves_nothing() -> None:
    approved = replace(PENDING, review_status="APPROVED", status_since=LATER)
    after, news = seen(PENDING, waba("REJECTED"), LATER, approved)

    assert (after, news) == (replace(approved, looked_at=LATER), [])


@given(before=STATUS, after=STATUS)
def test_a_known_waba_changes_exactly_when_two_given_statuses_differ(before: str, after: str) -> None:
    found = changes(replace(PENDING, review_status=before), waba(after))

    assert [(change.before, change.after) for change in found] == (
        [(before, after)] if before and after and before != after else []
    )


@given(statuses=st.lists(STATUS.filter(bool)))
def test_the_changes_of_any_history_join_into_a_chain_from_first_to_last(statuses: list[str]) -> None:
    watch, chain = NEW, list[tuple[str, str]]()
    for minute, status in enumerate(statuses):
        watch, news = seen(watch, waba(status), NOON + timedelta(minutes=minute), watch)
        chain += [(change.before, change.after) for change in news]
    ends = [statuses[0], *(after for _, after in chain)] if statuses else []

    assert [before for before, _ in chain] == ends[:-1]
    assert watch.review_status == (statuses[-1] if statuses else "")


@given(before=STATUS, status=STATUS, key=st.text().filter(lambda key: key != "waba-1"))
def test_no_waba_in_place_of_another_is_ever_a_change(before: str, status: str, key: str) -> None:
    assert changes(replace(PENDING, review_status=before), waba(status, key=key)) == []


def test_the_first_failure_is_remembered_and_not_told() -> None:
    after, news = failed("timed out", NOON, PENDING)

    assert (after, news) == (replace(PENDING, failing_since=NOON, failure="timed out"), [])


@pytest.mark.parametrize(("later", "told"), [(-1, 0), (0, 1), (1, 1)])
def test_a_failure_is_told_once_it_has_lasted(later: int, told: int) -> None:
    failing = replace(PENDING, failing_since=NOON)

    assert len(outage(failing, "timed out", NOON + FAILING_AFTER + timedelta(seconds=later))) == told


def test_a_failure_that_was_told_is_not_told_again() -> None:
    after, news = failed("refused", LATER, OUT)

    assert (after, news) == (replace(OUT, failure="refused"), [])


def test_the_news_of_a_failure_says_since_when_and_why() -> None:
    after, [change] = failed("refused", LATER, replace(PENDING, failing_since=NOON))

    assert (change.kind, change.before_since, change.detail) == ("poll_failing", NOON, "refused")
    assert after.failure_told


def test_the_end_of_a_failure_that_was_told_is_told_before_what_was_missed() -> None:
    after, news = seen(OUT, waba("APPROVED"), LATER, OUT)

    assert [change.kind for change in news] == ["poll_recovered", "review"]
    assert (news[0].before_since, news[0].detail) == (NOON, "timed out")
    assert (after.failing_since, after.failure, after.failure_told) == (None, "", False)


def test_the_end_of_a_failure_that_was_not_told_is_no_news() -> None:
    failing = replace(OUT, failure_told=False)
    after, news = seen(failing, waba("PENDING"), NOON, failing)

    assert (after, news) == (PENDING, [])


@pytest.mark.parametrize(
    ("default_space", "fallback_channel", "polled"),
    [
        ("space-0", "C0", {"space-0", "space-1"}),
        ("space-0", "", {"space-1"}),
        ("", "C0", {"space-1"}),
        ("space-1", "C0", {"space-1"}),
    ],
)
def test_spaces_are_polled_that_somebody_is_told_about(
    default_space: str, fallback_channel: str, polled: set[str]
) -> None:
    subscriptions = [Subscription("space-1", channel, "U1", NOON) for channel in ("C1", "C2")]

    assert spaces_to_poll(subscriptions, default_space, fallback_channel) == polled
