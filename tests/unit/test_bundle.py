from datetime import timedelta

import pytest

from bot.alerts.acting import acknowledge, snooze
from tests.fixtures.clock import NOON
from tests.fixtures.place import Place
from tests.fixtures.shown import shown

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_the_first_bad_change_is_a_card() -> None:
    place = Place()
    place.moves("REJECTED")
    [made] = place.tick()

    assert (made.kind, made.changes) == ("card", [1])
    assert "Acme: PENDING → REJECTED" in shown(list(made.message.blocks))
    assert (place.card.state, place.card.shown) == ("open", place.card.version)


def test_a_change_to_good_without_a_card_is_a_message_of_its_own() -> None:
    place = Place()
    place.moves("APPROVED")
    place.tick()

    assert (place.kinds, place.cards) == (["change"], {})


@pytest.mark.parametrize(
    ("status", "kind"), [("DISABLED", "news"), ("NEW_ONE", "news"), ("PENDING", "line"), ("DEFERRED", "line")]
)
def test_a_later_change_is_told_in_the_thread_and_the_card_is_edited(status: str, kind: str) -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.moves(status)
    [made] = place.tick()

    assert (made.kind, made.card_id) == (kind, 1)
    assert (place.card.status, place.card.before, place.card.changes) == (status, "REJECTED", 2)
    assert place.card.version > place.card.shown


def test_when_all_is_well_the_card_closes_and_the_channel_hears_of_it() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.now += MINUTE
    place.moves("APPROVED")
    [made] = place.tick()

    assert made.kind == "news"
    assert (place.card.state, place.card.closed_at) == ("closed", place.now)
    assert place.card.version > place.card.shown


def test_after_a_card_has_closed_the_next_bad_change_is_a_new_one() -> None:
    place = Place()
    for status in ("REJECTED", "APPROVED", "REJECTED"):
        place.moves(status)
        place.tick()

    assert place.kinds == ["card", "news", "card"]
    assert [one.state for one in place.cards.values()] == ["closed", "open"]


def test_changes_of_one_waba_at_once_are_one_card_and_its_thread() -> None:
    place = Place()
    place.moves("REJECTED", "DISABLED")
    place.tick()

    assert (place.kinds, len(place.cards)) == (["card", "news"], 1)
    assert (place.card.status, place.card.changes) == ("DISABLED", 2)


def test_a_card_that_opens_closes_and_opens_at_once_is_two_cards() -> None:
    place = Place()
    place.moves("REJECTED", "APPROVED", "DISABLED")
    place.tick()

    assert place.kinds == ["card", "news", "card"]
    assert [(one.state, one.status) for one in place.cards.values()] == [("closed", "APPROVED"), ("open", "DISABLED")]


def test_another_waba_in_the_space_closes_the_card_of_the_old_one() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.moves("DISABLED", waba="waba-2")
    place.tick()

    assert place.kinds == ["card", "card"]
    assert [(one.waba_id, one.state) for one in place.cards.values()] == [("waba-1", "closed"), ("waba-2", "open")]


def test_a_new_bad_change_takes_an_acknowledgement_back() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.card = acknowledge("U1", place.now, place.card)
    place.moves("DISABLED")
    place.tick()

    assert (place.card.acked_by, place.card.acked_at) == ("", None)


def test_that_all_is_well_keeps_who_acknowledged_it() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.card = acknowledge("U1", place.now, place.card)
    place.moves("APPROVED")
    place.tick()

    assert place.card.acked_by == "U1"


def test_a_snooze_until_the_next_change_ends_with_it() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.card = snooze("U1", None, place.card)
    place.moves("DISABLED")
    [made] = place.tick()

    assert (place.card.snoozed_by, place.card.snoozed_to_change, made.kind) == ("", False, "news")


@pytest.mark.parametrize(("after", "kind"), [(30 * MINUTE, "line"), (HOUR, "news"), (2 * HOUR, "news")])
def test_a_snoozed_card_that_gets_no_worse_is_quiet_until_its_time(after: timedelta, kind: str) -> None:
    place = Place()
    place.moves("DISABLED")
    place.tick()
    place.card = snooze("U1", NOON + HOUR, place.card)
    place.now += after
    place.moves("REJECTED")
    [made] = place.tick()

    assert made.kind == kind


def test_that_a_space_cannot_be_read_is_a_message_of_its_own_and_moves_no_card() -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    before = place.card
    place.moves("REJECTED", kind="poll_failing")
    place.tick()

    assert (place.kinds, place.card) == (["card", "change"], before)


def test_a_channel_that_wants_each_change_gets_no_cards() -> None:
    place = Place(mode="each")
    place.moves("REJECTED", "DISABLED", "APPROVED")
    place.tick()

    assert (place.kinds, place.cards) == (["change"] * 3, {})
