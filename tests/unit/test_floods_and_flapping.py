from datetime import timedelta

from bot.alerts.acting import acknowledge
from bot.alerts.bundle import FLAPS_TOLD, HELD_AT_MOST, SETTLED_AFTER
from bot.alerts.flood_view import FLOOD_FROM
from tests.fixtures.clock import NOON
from tests.fixtures.place import Place, alert_of
from tests.unit.hostile import message_problems

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def problems(place: Place) -> list[str]:
    return [one for made in place.made for one in message_problems(list(made.message.blocks), made.message.text)]


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


def rejected(place: Place, *numbers: int) -> list[str]:
    """Let WABAs be rejected, and return which messages are made of that."""
    for number in numbers:
        place.moves("REJECTED", space=f"cams-{number}")
    return [one.kind for one in place.tick()]


def test_what_follows_many_that_were_told_one_by_one_is_told_together() -> None:
    place = Place()
    made = [rejected(place, 1, 2, 3, 4), rejected(place, 5, 6, 7, 8), rejected(place, 9, 10)]

    assert made == [["card"] * 4, ["card"] * 4, ["flood", "part"]]
    assert len(place.open) == FLOOD_FROM
    assert problems(place) == []


def test_one_that_follows_many_alone_is_a_card() -> None:
    place = Place()
    rejected(place, *range(1, FLOOD_FROM))

    assert rejected(place, 10) == ["card"]


def test_those_that_follow_many_are_told_one_by_one_when_a_minute_has_passed() -> None:
    place = Place()
    rejected(place, *range(1, FLOOD_FROM))
    place.now += MINUTE

    assert rejected(place, 10, 11) == ["card", "card"]


def test_a_clock_that_was_set_back_makes_no_flood_of_few() -> None:
    place = Place()
    rejected(place, *range(1, FLOOD_FROM))
    place.now -= HOUR

    assert rejected(place, 10, 11) == ["card", "card"]


def test_wabas_that_go_to_and_fro_make_no_flood_by_themselves() -> None:
    place = Place()
    for _ in range(2):
        for number in range(3):
            place.moves("REJECTED", "APPROVED", space=f"cams-{number}")
        place.tick()

    assert place.kinds == ["card", "news"] * 6


def test_changes_of_one_waba_stay_on_its_card_after_many_others() -> None:
    place = Place()
    rejected(place, *range(1, FLOOD_FROM))
    place.moves("DISABLED", "REJECTED", space="cams-1")

    assert [one.kind for one in place.tick()] == ["news", "news"]


def test_what_comes_back_a_moment_after_many_were_told_is_one_message_and_closes_their_cards() -> None:
    place = Place()
    rejected(place, *range(1, FLOOD_FROM))
    for number in range(1, FLOOD_FROM):
        place.moves("APPROVED", space=f"cams-{number}")
    made = place.tick()

    assert [one.kind for one in made] == ["flood", "part"]
    assert place.open == []


def offered(place: Place) -> list[str]:
    """Return the values of the buttons under the messages that were made."""
    blocks = [block for made in place.made if made.kind == "flood" for block in made.message.blocks]
    return [button["value"] for block in blocks if block["type"] == "actions" for button in block["elements"]]


def test_what_a_flood_leaves_open_can_be_acknowledged_at_once() -> None:
    place = Place()
    rejected(place, *range(FLOOD_FROM))

    assert offered(place) == [f"{alert_of(place.seen[0]).id}-{alert_of(place.seen[-1]).id}"]


def test_there_is_nothing_to_acknowledge_where_all_is_well() -> None:
    place = Place()
    for number in range(FLOOD_FROM):
        place.moves("REJECTED", "APPROVED", space=f"cams-{number}")
    place.tick()

    assert (place.kinds, offered(place)) == (["flood", "part"], [])


def test_there_is_nothing_to_acknowledge_where_there_are_no_cards() -> None:
    place = Place(mode="each")
    rejected(place, *range(FLOOD_FROM))

    assert (place.kinds, offered(place)) == (["flood", "part"], [])


def test_what_is_acknowledged_and_got_no_worse_needs_no_other_acknowledgement() -> None:
    place = Place()
    for number in range(FLOOD_FROM):
        place.moves("DISABLED", space=f"cams-{number}")
        place.tick()
        place.card = acknowledge("U1", place.now, place.card)
    place.now += MINUTE
    rejected(place, *range(FLOOD_FROM))

    assert (place.kinds[-2:], offered(place)) == (["flood", "part"], [])


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
    card, late = place.tick()

    assert (early, late.changes) == ([], [5, 6, 7])
    assert (card.kind, card.changes, late.kind) == ("card", [], "news")
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


def test_a_replica_whose_clock_is_a_little_behind_holds_what_the_others_hold() -> None:
    place = Place()
    flapping(place, FLAPS_TOLD + 1)
    place.now = place.seen[-1].seen_at - timedelta(milliseconds=50)

    assert (place.tick(), len(place.owed)) == ([], 1)
