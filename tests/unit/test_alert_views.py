from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import change_view, view
from bot.alerts.message import Message
from bot.alerts.words import lasting
from bot.statuses import meaning
from bot.store import Card, CardAct, Kind, Transition
from tests.fixtures.alert_samples import act, card, change
from tests.fixtures.clock import NOON
from tests.fixtures.shown import shown
from tests.unit.hostile import CARD_ACTS, CARDS, TRANSITIONS, message_problems


def problems(message: Message) -> list[str]:
    return message_problems(list(message.blocks), message.text)


def elements(message: Message) -> dict[str, Any]:
    """The buttons and selects of a message, by what its action_id begins with."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return {one["action_id"].partition(":")[0]: one for row in rows for one in row["elements"]}


@given(CARDS, st.lists(CARD_ACTS, max_size=8))
def test_any_card_is_a_message(told: Card, acts: list[CardAct]) -> None:
    assert problems(view.card(told, acts)) == []


@given(TRANSITIONS, st.integers(0, 2**31))
def test_any_change_is_a_message_and_a_line(told: Transition, flaps: int) -> None:
    assert problems(change_view.change(told, flaps)) == []
    assert problems(change_view.line(told, flaps)) == []


@given(CARDS, st.sampled_from(["U012ABC", "W012ABC", "S012ABC", ""]))
def test_whatever_is_said_of_any_card_later_is_a_message(told: Card, mention: str) -> None:
    assert problems(view.reminder(told, 3)) == []
    assert problems(view.escalation(told, mention)) == []
    assert problems(view.stuck(told)) == []


def test_an_open_card_says_what_is_wrong_since_when_and_what_to_do() -> None:
    message = view.card(card(), [])
    said = shown(list(message.blocks))
    facts = (
        "Acme: APPROVED → REJECTED",
        "It may not send",
        "What to do:",
        "APPROVED",
        "2026-11-20 12:00 UTC",
        "waba-1",
        "cams-1",
    )

    assert [fact for fact in facts if fact not in said] == []


def test_the_notification_of_a_card_says_it_all_in_one_line() -> None:
    text = view.card(card(waba_name="A<b>"), []).text

    assert text.startswith(
        "A&lt;b&gt;: APPROVED → REJECTED since 2026-11-20 12:00 UTC, acknowledged by nobody yet. It may not send"
    )
    assert "\n" not in text


@pytest.mark.parametrize(
    ("changes", "offers"),
    [
        ({}, {"card.ack", "card.assign", "card.snooze", "card.refresh", "card.meaning", "console"}),
        ({"acked_by": "U1"}, {"card.unack", "card.assign", "card.snooze", "card.refresh", "card.meaning", "console"}),
        ({"state": "closed", "status": "APPROVED", "closed_at": NOON}, {"card.refresh"}),
    ],
)
def test_a_card_offers_what_can_be_done_with_it_now(changes: dict[str, Any], offers: set[str]) -> None:
    assert set(elements(view.card(card(**changes), []))) == offers


def test_the_elements_of_a_card_know_which_card_they_are_of() -> None:
    found = elements(view.card(card(), []))

    assert found["card.ack"]["value"] == "7"
    assert found["card.assign"]["action_id"] == "card.assign:7"
    assert found["card.snooze"]["action_id"] == "card.snooze:7"


def test_a_snooze_can_be_ended_while_it_lasts() -> None:
    def offered(told: Card) -> list[str]:
        return [one["value"] for one in elements(view.card(told, []))["card.snooze"]["options"]]

    assert offered(card()) == ["30m", "4h", "1d", "change", "own"]
    assert offered(card(snoozed_by="U1", snoozed_to_change=True))[-1] == "off"


def test_another_version_of_a_card_has_selects_that_nothing_is_chosen_in() -> None:
    def block_id(version: int) -> str:
        return str(view.card(card(version=version), []).blocks[-1]["block_id"])

    assert block_id(1) != block_id(2)


def test_a_card_shows_the_last_five_acts() -> None:
    acts = [act("ack", user_id="U0"), *[act("unack", user_id=f"U{number}") for number in range(1, 6)]]
    told = shown(list(view.card(card(), acts).blocks))

    assert [user for user in ("U0", "U1", "U5") if user in told] == ["U1", "U5"]


@pytest.mark.parametrize(
    ("done", "says"),
    [
        (act("ack"), ("U1", "acknowledged it")),
        (act("assign", "U2"), ("U1", "assigned it to", "U2")),
        (act("snooze", (NOON + timedelta(hours=4)).isoformat()), ("snoozed it until", "2026-11-20 16:00 UTC")),
        (act("snooze", "change"), ("snoozed it until", "the next change")),
        (act("watch", "C2"), ("had its alerts sent to", "C2")),
        (act("unwatch"), ("stopped the alerts of it to this channel",)),
        (act("mode", "each"), ("chose for this channel: A message for each change",)),
    ],
)
def test_a_card_says_who_did_what(done: CardAct, says: tuple[str, ...]) -> None:
    told = shown(list(view.card(card(), [done]).blocks))

    assert [word for word in says if word not in told] == []


def test_a_closed_card_says_that_all_is_well_and_how_long_it_was_not() -> None:
    closed = NOON + timedelta(days=1, hours=2)
    message = view.card(card(state="closed", status="APPROVED", status_since=closed, closed_at=closed), [])

    assert "all is well again" in shown(list(message.blocks))
    assert "after 1 day 2 hours" in shown(list(message.blocks))
    assert message.text == "Acme: all is well, APPROVED since 2026-11-21 14:00 UTC after 1 day 2 hours."


def test_a_card_that_was_closed_before_all_was_well_says_so_and_where_to_look() -> None:
    message = view.card(card(state="closed", closed_at=NOON), [])

    assert "later changes are not shown on it. /cams why cams-1" in " ".join(shown(list(message.blocks)).split())
    assert message.text == "Acme: REJECTED. This card is closed: later changes are not shown on it."


def test_a_waba_without_a_name_goes_by_its_space() -> None:
    assert view.card(card(waba_name=" "), []).text.startswith("cams-1: APPROVED → REJECTED")


@pytest.mark.parametrize(
    ("flaps", "says"), [(2, False), (3, True)], ids=["twice is no flapping", "three times within an hour is"]
)
@pytest.mark.parametrize("told", [change_view.line, change_view.change])
def test_a_change_says_that_a_waba_flaps(told: Callable[[Transition, int], Message], flaps: int, says: bool) -> None:
    message = told(change(), flaps)

    assert ("flapping: 3 changes within the last hour" in message.text) is says
    assert ("is flapping" in shown(list(message.blocks))) is says
    assert ("More are told together" in shown(list(message.blocks))) is says


@pytest.mark.parametrize("kind", change_view.ALARMS)
def test_what_an_alarm_says_to_type_is_marked_as_slack_marks_it(kind: Kind) -> None:
    message = change_view.change(change(kind))

    assert "`" not in shown(list(message.blocks))


def test_a_line_says_whose_acknowledgement_a_worse_change_has_taken_away() -> None:
    said = shown(list(change_view.line(change(), unacked="U1").blocks))

    assert "the acknowledgement of" in said
    assert "U1" in said


@pytest.mark.parametrize(
    ("mention", "element"),
    [
        ("U1", {"type": "user", "user_id": "U1"}),
        ("S1", {"type": "usergroup", "usergroup_id": "S1"}),
    ],
)
def test_an_escalation_mentions_a_person_or_a_group(mention: str, element: dict[str, str]) -> None:
    assert element in view.escalation(card(), mention).blocks[0]["elements"][0]["elements"]


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        (
            change(),
            (
                "Acme",
                "PENDING → REJECTED",
                "2026-11-19 12:00 UTC",
                "cams-1",
                "may not send",
                "What to do",
                "Support Home",
            ),
        ),
        (
            change("poll_failing", detail="code Forbidden.RAM"),
            ("cannot be read", "code Forbidden.RAM", "Acme", "cams-1", "2026-11-19 12:00 UTC"),
        ),
        (change("poll_recovered"), ("can be read again", "Acme", "cams-1")),
        (change("cams_silent", detail="no answer"), ("CAMS does not answer", "no answer")),
    ],
)
def test_a_change_holds_every_fact(told: Transition, holds: Sequence[str]) -> None:
    message = shown(list(change_view.change(told).blocks))

    assert [fact for fact in holds if fact not in message] == []


@pytest.mark.parametrize("kind", ["review", "poll_failing", "poll_recovered"])
def test_a_change_has_buttons_to_refresh_and_to_open_the_console(kind: Kind) -> None:
    found = elements(change_view.change(change(kind)))

    assert found["waba.refresh"]["value"] == "cams-1"
    assert found["console"]["url"].startswith("https://")


@pytest.mark.parametrize(("more", "says"), [({}, " since "), ({"at_least": True}, " since at least ")])
def test_a_change_says_how_sure_it_is_of_the_time(more: dict[str, Any], says: str) -> None:
    assert says in shown(list(change_view.change(change(**more)).blocks))


def test_a_status_that_nobody_has_described_is_shown_as_it_is() -> None:
    told = shown(list(change_view.change(change(after="HALF_APPROVED")).blocks))

    assert "PENDING → HALF_APPROVED" in told
    assert meaning("HALF_APPROVED").sending in told


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (change(), "Acme: PENDING → REJECTED. It may not send messages."),
        (
            change("poll_failing", detail="no answer"),
            "The review status of space cams-1 cannot be read: no answer",
        ),
        (change("poll_recovered"), "The review status of space cams-1 can be read again."),
    ],
)
def test_a_change_in_one_sentence(told: Transition, says: str) -> None:
    assert change_view.sentence(told) == says


@pytest.mark.parametrize(
    ("minutes", "says"),
    [(0, "less than a minute"), (1, "1 minute"), (61, "1 hour 1 minute"), (1440, "1 day"), (4385, "3 days 1 hour")],
)
def test_a_time_is_told_in_its_two_largest_units(minutes: int, says: str) -> None:
    assert lasting(timedelta(minutes=minutes)) == says
