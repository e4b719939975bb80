from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.acting import acknowledge, snooze
from bot.alerts.bundle import FLAPS_TOLD, FLOOD_FROM, HELD_AT_MOST, SETTLED_AFTER, next_digest, plan
from bot.alerts.message import Message
from bot.statuses import is_well
from bot.store import Alert, Card, Channel, Kind, Situation, Telling, Transition
from bot.store.bundling import FLAPS_WITHIN
from bot.store.rows import Mode
from tests.fixtures.alert_samples import change
from tests.fixtures.clock import NOON
from tests.fixtures.shown import shown
from tests.unit.hostile import message_problems

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def alert_of(told: Transition) -> Alert:
    known: dict[str, Any] = {"state": "owed", "due_at": NOON, "lease_until": None, "attempts": 0, "error": ""}
    unset: dict[str, Any] = dict.fromkeys(("message_ts", "delivered_at", "post_id"))
    return Alert(id=1000 + told.id, channel_id="C1", transition=told, **known, **unset)


@dataclass
class Made:
    """A message that was made, and what it tells."""

    kind: str
    changes: list[int]
    message: Message
    card_id: int


@dataclass
class Place:
    """What the store keeps of one channel: each `tick` carries a plan out as the store does."""

    mode: Mode = "card"
    digest_at: str = ""
    now: datetime = NOON
    seen: list[Transition] = field(default_factory=list)
    owed: list[Alert] = field(default_factory=list)
    cards: dict[int, Card] = field(default_factory=dict)
    rooted: set[int] = field(default_factory=set)
    made: list[Made] = field(default_factory=list)

    def moves(self, *statuses: str, space: str = "cams-1", kind: Kind = "review", waba: str = "waba-1") -> None:
        """Let the WABA of a space go from one status to the next."""
        for after in statuses:
            before = next((one.after for one in reversed(self.seen) if one.space_id == space), "PENDING")
            known = {"space_id": space, "waba_id": waba, "before": before, "after": after, "seen_at": self.now}
            self.seen.append(change(kind, id=len(self.seen) + 1, **known))
            self.owed.append(alert_of(self.seen[-1]))

    def tick(self) -> list[Made]:
        """Return what is made now."""
        tellings = plan(self.situation()) if self.owed else []
        new: dict[int, int] = {}
        return [one for telling in tellings for one in self._carried_out(telling, new)]

    def situation(self) -> Situation:
        spaces = {alert.transition.space_id for alert in self.owed}
        lately = [one for one in self.seen if one.kind == "review" and one.seen_at > self.now - FLAPS_WITHIN]
        flaps = {space: sum(one.space_id == space for one in lately) for space in spaces}
        channel = Channel(channel_id="C1", mode=self.mode, digest_at=self.digest_at)
        board = {one.space_id: one for one in self.open if one.space_id in spaces}
        return Situation(channel, list(self.owed), board, set(self.rooted), flaps, self.now)

    @property
    def open(self) -> list[Card]:
        return [one for one in self.cards.values() if one.state == "open"]

    @property
    def card(self) -> Card:
        """The latest card."""
        return self.cards[max(self.cards)]

    @card.setter
    def card(self, changed: Card | None) -> None:
        assert changed is not None
        self.cards[changed.id] = changed

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.made]

    @property
    def told(self) -> list[int]:
        return [key for one in self.made for key in one.changes]

    def _carried_out(self, telling: Telling, new: dict[int, int]) -> Iterable[Made]:
        card = telling.card
        if card is not None:
            key = new.get(card.id, card.id)
            key = key if key > 0 else len(self.cards) + 1
            new[card.id] = key
            card = self.cards[key] = replace(card, id=key)
            assert len({one.space_id for one in self.open}) == len(self.open), "two open cards of one space"
        told = [one.transition.id for one in self.owed if one.id in telling.alerts]
        assert len(told) == len(telling.alerts), "an alert was told that was not owed"
        self.owed = [one for one in self.owed if one.id not in telling.alerts]
        if telling.kind is None:
            assert not told, "an alert was passed over in silence"
            return
        if telling.kind == "card":
            assert card is not None
            assert card.id not in self.rooted, "a card has two messages"
            self.rooted.add(card.id)
        if telling.kind in {"line", "news"}:
            assert card is not None
            assert card.id in self.rooted, "a line has no thread"
        made = Made(telling.kind, told, Message.loads(telling.render(card)), card.id if card else 0)
        self.made.append(made)
        yield made


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
def test_a_snoozed_card_is_quiet_until_its_time(after: timedelta, kind: str) -> None:
    place = Place()
    place.moves("REJECTED")
    place.tick()
    place.card = snooze("U1", NOON + HOUR, place.card)
    place.now += after
    place.moves("DISABLED")
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


def test_many_changes_at_once_are_one_message_whose_thread_names_each() -> None:
    place = Place()
    for number in range(FLOOD_FROM):
        place.moves("REJECTED" if number else "APPROVED", space=f"cams-{number}")
    place.tick()

    assert (place.kinds, sorted(place.told)) == (["flood", "part"], list(range(1, FLOOD_FROM + 1)))
    assert sorted(one.space_id for one in place.open) == [f"cams-{number}" for number in range(1, FLOOD_FROM)]
    assert place.rooted == set()


def test_fewer_are_told_one_by_one() -> None:
    place = Place()
    for number in range(FLOOD_FROM - 1):
        place.moves("REJECTED", space=f"cams-{number}")
    place.tick()

    assert place.kinds == ["card"] * (FLOOD_FROM - 1)


def test_a_flood_of_thousands_names_every_change_once() -> None:
    place = Place()
    for number in range(3000):
        place.moves("REJECTED", space=f"cams-{number}")
    place.tick()

    assert sorted(place.told) == list(range(1, 3001))
    assert problems(place) == []


def test_a_card_that_a_flood_opened_gets_its_message_with_the_next_change() -> None:
    place = Place()
    for number in range(FLOOD_FROM):
        place.moves("REJECTED", space=f"cams-{number}")
    place.tick()
    place.moves("DISABLED", "PENDING", space="cams-3")
    made = place.tick()

    assert [one.kind for one in made] == ["card", "line"]
    assert len({one.card_id for one in made}) == 1


def test_a_flood_edits_the_cards_that_have_a_message() -> None:
    place = Place()
    place.moves("REJECTED", space="cams-0")
    place.moves("REJECTED", space="cams-1")
    place.tick()
    place.moves("APPROVED", space="cams-0")
    for number in range(1, FLOOD_FROM):
        place.moves("DISABLED", space=f"cams-{number}")
    place.tick()
    closed, edited = place.cards[1], place.cards[2]

    assert (closed.state, closed.version > closed.shown) == ("closed", True)
    assert (edited.status, edited.version > edited.shown) == ("DISABLED", True)


def test_what_opens_and_closes_within_a_flood_leaves_no_card() -> None:
    place = Place()
    for number in range(FLOOD_FROM):
        place.moves("REJECTED", "APPROVED", space=f"cams-{number}")
    place.tick()

    assert place.cards == {}


def flapping(place: Place, times: int) -> None:
    for number in range(times):
        place.moves("APPROVED" if number % 2 else "REJECTED")
        place.tick()
        place.now += MINUTE


def test_the_first_changes_of_a_waba_that_flaps_are_told_one_by_one_and_the_rest_is_held() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD + 3)

    assert (place.told, len(place.owed)) == ([1, 2, 3, 4], 3)
    assert "It is flapping" in place.made[-1].message.text


def test_what_was_held_is_told_together_once_it_has_settled() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD + 3)
    place.now += SETTLED_AFTER - MINUTE - timedelta(seconds=1)
    early = place.tick()
    place.now += timedelta(seconds=1)
    [late] = place.tick()

    assert (early, late.changes) == ([], [5, 6, 7])
    assert (place.card.status, place.card.state, place.card.changes) == ("REJECTED", "open", 3)


def test_a_chain_that_comes_to_a_good_end_closes_its_card() -> None:
    place = Place()
    place.moves("REJECTED", "DISABLED", "REJECTED", "DISABLED")
    place.tick()
    place.moves("APPROVED", "REJECTED", "APPROVED")
    place.now += SETTLED_AFTER
    [made] = place.tick()

    assert (made.kind, place.card.state) == ("news", "closed")


def test_a_chain_that_goes_through_a_good_status_leaves_its_card_open() -> None:
    place = Place()
    place.moves("REJECTED", "DISABLED", "REJECTED", "DISABLED")
    place.tick()
    place.moves("APPROVED", "REJECTED")
    place.now += SETTLED_AFTER
    place.tick()

    assert [(one.state, one.status, one.closed_at) for one in place.cards.values()] == [("open", "REJECTED", None)]


def test_trouble_with_reading_amid_a_chain_moves_no_card() -> None:
    place = Place()
    place.moves("REJECTED", "DISABLED", "REJECTED", "DISABLED")
    place.tick()
    place.moves("REJECTED")
    place.moves("REJECTED", kind="poll_failing")
    place.now += SETTLED_AFTER
    [made] = place.tick()

    assert made.changes == [5, 6]
    assert (place.card.before, place.card.status, place.card.changes) == ("DISABLED", "REJECTED", 5)


def test_nothing_is_held_for_longer_than_an_hour() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD)
    held_since = place.now
    for number in range(int(HELD_AT_MOST / MINUTE)):
        place.moves("APPROVED" if number % 2 else "REJECTED")
        place.tick()
        if 5 in place.told:
            break
        place.now += MINUTE

    assert 5 in place.told or place.tick()
    assert place.now - held_since <= HELD_AT_MOST


def test_what_is_held_of_one_waba_holds_up_no_other() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD + 1)
    place.moves("REJECTED", space="cams-2")
    [made] = place.tick()

    assert made.changes == [6]


def test_a_clock_that_was_set_back_holds_nothing_for_longer() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD + 1)
    place.now = NOON - 365 * 24 * HOUR
    place.tick()

    assert (place.told, place.owed) == ([1, 2, 3, 4, 5], [])


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


STATUSES = st.sampled_from(["PENDING", "APPROVED", "REJECTED", "DISABLED", "DEFERRED", "TOMORROWS"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 3), STATUSES),
        st.tuples(st.sampled_from(["fails", "other"]), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([2, 60, 599, 600, 3600, 86_400, -3600])),
        st.tuples(st.just("flood"), STATUSES),
        st.tuples(st.just("mode"), st.sampled_from(["card", "each", "digest"])),
        st.tuples(st.just("tick"), st.none()),
    ),
    max_size=60,
)


def happened(place: Place, steps: Sequence[tuple[Any, Any]]) -> None:
    for what, value in steps:
        if what == "wait":
            place.now += timedelta(seconds=value)
        elif what == "mode":
            place.mode = cast("Mode", value)
        elif what == "flood":
            for number in range(12):
                place.moves(value, space=f"cams-{number}")
        elif what == "fails":
            place.moves("REJECTED", space=f"cams-{value}", kind="poll_failing")
        elif what == "other":
            place.moves("REJECTED", space=f"cams-{value}", waba="waba-2")
        elif what == "tick":
            place.tick()
        else:
            place.moves(value, space=f"cams-{what}")


def problems(place: Place) -> list[str]:
    return [one for made in place.made for one in message_problems(list(made.message.blocks), made.message.text)]


@settings(deadline=None, max_examples=200)
@given(STEPS)
def test_whatever_happens_each_change_is_told_once_and_in_order(steps: Sequence[tuple[Any, Any]]) -> None:
    place = Place()
    happened(place, steps)
    early = list(place.told)
    place.now = max([place.now, *(one.seen_at for one in place.seen)]) + timedelta(days=2)
    place.tick()
    in_space = {one.id: one.space_id for one in place.seen}
    orders = [[key for key in place.told if in_space[key] == space] for space in set(in_space.values())]

    assert len(early) == len(set(early))
    assert sorted(place.told) == [one.id for one in place.seen]
    assert [order for order in orders if order != sorted(order)] == []
    assert problems(place) == []


@settings(deadline=None, max_examples=200)
@given(STEPS.map(lambda steps: [step for step in steps if step[0] not in {"mode", "fails"}]))
def test_whatever_happens_a_card_is_open_exactly_where_all_is_not_well(steps: Sequence[tuple[Any, Any]]) -> None:
    place = Place()
    happened(place, steps)
    place.now = max([place.now, *(one.seen_at for one in place.seen)]) + timedelta(days=2)
    place.tick()
    now = {one.space_id: one.after for one in place.seen}

    assert {one.space_id: one.status for one in place.open} == {
        space: status for space, status in now.items() if not is_well(status)
    }
