"""The judge of the kill matrix: it must be able to say no."""

from collections.abc import Mapping
from typing import Any

from tests.kill.judge import Verdict, judge
from tests.kill.reader import Index, Told
from tests.kill.reviews import Made

FIRST = Made("cams-kill0001", 1, "Kiosk 0001 change 00001", "PENDING", "REJECTED")
SECOND = Made("cams-kill0001", 2, "Kiosk 0001 change 00002", "REJECTED", "PENDING")
# The same two words as the first: only the number tells them apart.
THIRD = Made("cams-kill0001", 3, "Kiosk 0001 change 00003", "PENDING", "REJECTED")
OTHER = Made("cams-kill0002", 1, "Kiosk 0002 change 00001", "APPROVED", "DISABLED")
ALL = [FIRST, SECOND, THIRD, OTHER]


def message(ts: str, *made: Made, **more: Any) -> dict[str, Any]:
    lines = [f"{one.name}: {one.before} → {one.after}" for one in made]
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": line}} for line in lines]
    return {"ts": ts, "text": "\n".join(lines), "blocks": blocks, **more}


def verdict(*messages: Mapping[str, Any], index: Index | None = None) -> Verdict:
    return judge("C1", ALL, messages, index or Index())


def test_changes_told_once_and_in_order_hold() -> None:
    found = verdict(message("1", FIRST), message("2", OTHER), message("3", SECOND), message("4", THIRD))

    assert found.holds
    assert (found.owed, found.messages) == (4, 4)


def test_a_message_of_many_changes_tells_each_of_them_once() -> None:
    assert verdict(message("1", THIRD, SECOND, FIRST, OTHER)).holds


def test_a_change_that_stands_nowhere_is_lost() -> None:
    found = verdict(message("1", FIRST), message("2", THIRD, OTHER))

    assert (found.lost, found.doubled, found.disordered, found.strange) == (1, 0, 0, 0)
    assert found.details == ["lost: Kiosk 0001 change 00002: REJECTED → PENDING in C1"]


def test_each_further_message_of_a_change_is_a_double() -> None:
    found = verdict(message("1", *ALL), message("2", THIRD), message("3", THIRD))

    assert (found.lost, found.doubled, found.disordered, found.strange) == (0, 2, 0, 0)


def test_a_change_told_after_a_later_one_of_its_waba_is_out_of_order() -> None:
    found = verdict(message("1", SECOND), message("2", FIRST), message("3", OTHER), message("4", THIRD))

    assert (found.lost, found.doubled, found.disordered, found.strange) == (0, 0, 1, 0)


def test_a_change_that_nobody_made_is_strange() -> None:
    invented = Made("cams-kill0002", 2, OTHER.name, OTHER.before, "APPROVED")
    found = verdict(message("1", *ALL), message("2", invented))

    assert (found.lost, found.doubled, found.disordered, found.strange) == (0, 0, 0, 1)


def test_what_the_bot_marks_as_a_possible_repeat_is_a_double() -> None:
    repeat = {"ts": "2", "text": "This may be a repeat.", "blocks": []}
    found = verdict(message("1", *ALL), repeat)

    assert (found.lost, found.doubled) == (0, 1)


def test_where_marks_are_allowed_a_marked_message_may_repeat_and_no_other() -> None:
    repeat = message("2", FIRST, OTHER) | {"text": "This may be a repeat."}
    first = message("1", FIRST, SECOND, THIRD)

    assert judge("C1", ALL, [first, repeat], Index(), marks_allowed=True).holds
    assert judge("C1", ALL, [first, repeat, message("3", OTHER)], Index(), marks_allowed=True).doubled == 1


def test_metadata_tells_a_change_by_its_id_whatever_the_text_says() -> None:
    index = Index({7: Told(FIRST.name, FIRST.before, FIRST.after)})
    payload = {"post": "1.1700000000000000", "changes": [7]}
    told = message("1", OTHER, metadata={"event_type": "alert", "event_payload": payload})
    found = verdict(told, message("2", SECOND), message("3", THIRD), message("4", OTHER), index=index)

    assert found.holds


def test_metadata_without_a_change_tells_none() -> None:
    reminder = message("2", FIRST, metadata={"event_type": "reminder", "event_payload": {"card": 3}})

    assert verdict(message("1", *ALL), reminder).holds


def test_verdicts_add_up_and_name_the_first_of_what_is_wrong() -> None:
    whole = Verdict()
    for _ in range(30):
        whole.add(verdict(message("1", *ALL), message("2", FIRST)))

    assert (whole.owed, whole.messages, whole.doubled) == (120, 60, 30)
    assert not whole.holds
    assert 0 < len(whole.details) < 30


def card(ts: str, made: Made, shown: Made | None = None, text: str = "") -> dict[str, Any]:
    """Return the card of a change as it was edited later."""
    metadata = {"event_type": "cams_bot_alert", "event_payload": {"changes": [ALL.index(made)]}}
    latest = shown or made
    since = f"{latest.name}: {latest.before} → {latest.after} since 2026-11-21 10:36 UTC, acknowledged by nobody yet."
    return {"ts": ts, "text": text or since, "blocks": [], "metadata": metadata}


INDEX = Index({at: Told(one.name, one.before, one.after) for at, one in enumerate(ALL)})


def test_a_card_that_shows_the_last_change_of_its_waba_holds() -> None:
    lines = [message("2", SECOND), message("3", THIRD), message("4", OTHER)]

    assert verdict(card("1", FIRST, THIRD), *lines, index=INDEX).holds


def test_a_card_that_shows_an_earlier_change_is_stale() -> None:
    lines = [message("2", SECOND), message("3", THIRD), message("4", OTHER)]
    found = verdict(card("1", FIRST, SECOND), *lines, index=INDEX)

    assert (found.lost, found.stale, found.holds) == (0, 1, False)
    assert found.details == ["stale: the card of Kiosk 0001 change 00002: REJECTED → PENDING in C1"]


def test_two_open_cards_of_one_waba_are_one_too_many() -> None:
    lines = [message("2", SECOND), message("4", OTHER)]

    assert verdict(card("1", FIRST, THIRD), *lines, card("3", THIRD), index=INDEX).stale == 1


def test_a_card_that_was_not_closed_is_stale_and_a_closed_one_is_not() -> None:
    healed = Made("cams-kill0001", 1, "Kiosk 0001 change 00001", "PENDING", "APPROVED")
    closed = card("1", FIRST, text=f"{healed.name}: all is well, APPROVED since 2026-11-21 10:36 UTC.")
    still_open = card("1", FIRST, healed)
    stale = [judge("C1", [healed], [shown], Index()).stale for shown in (closed, still_open)]

    assert stale == [0, 1]
