import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import asides, flood_view, notices
from bot.alerts.flood_view import chain, digest, fits_digest, flood
from bot.alerts.message import Message
from bot.alerts.notices import ChannelEvent
from bot.store import Card, Swept, Transition
from tests.fixtures.alert_samples import card, change
from tests.fixtures.clock import NOON
from tests.fixtures.shown import shown
from tests.unit.hostile import CARDS, TEXT, TRANSITIONS, message_problems

WIDE = "\U0001f600" * 200


def many(count: int, name: str = "Shop") -> list[Transition]:
    return [
        change(id=number, waba_name=f"{name} {number}", space_id=f"cams-{number}") for number in range(1, count + 1)
    ]


def parts(changes: Sequence[Transition]) -> list[Message]:
    return [message for _, message in flood_view.parts(changes)]


def problems(*messages: Message) -> list[str]:
    return [problem for one in messages for problem in message_problems(list(one.blocks), one.text)]


@settings(deadline=None)
@given(st.lists(TRANSITIONS, min_size=1, max_size=30))
def test_any_changes_make_a_flood(changes: list[Transition]) -> None:
    button = flood_view.ack_button(2**62, 2**62 + 1)

    assert problems(flood(changes, [button]), *parts(changes)) == []


@settings(deadline=None)
@given(st.lists(TRANSITIONS, max_size=30), st.lists(CARDS, max_size=30))
def test_any_changes_and_cards_make_a_digest(changes: list[Transition], cards: list[Card]) -> None:
    assert problems(digest(changes, cards, len(cards), NOON, NOON)) == []


@pytest.mark.parametrize("name", ["Shop", WIDE, "x" * 500])
def test_a_thousand_changes_keep_the_limits_of_slack(name: str) -> None:
    changes = [replace(one, space_id=f"{one.id}-{name}", before=name, after=name) for one in many(1000, name)]

    assert (
        problems(flood(changes, [flood_view.ack_button(1, 1000)]), *parts(changes), digest(changes, [], 1, NOON, NOON))
        == []
    )


def test_the_parts_of_a_flood_tell_every_change_once() -> None:
    told = " ".join(shown(list(one.blocks)) for one in parts(many(1000)))

    assert [number for number in range(1, 1001) if told.count(f"(cams-{number})") != 1] == []


def test_with_each_part_stand_the_changes_that_it_names() -> None:
    for named, message in flood_view.parts(many(1000)):
        said = shown(list(message.blocks))

        assert [one.id for one in named if f"({one.space_id})" not in said] == []
        assert said.count(" → ") == len(named)


def test_changes_of_one_space_keep_their_order_in_the_parts() -> None:
    to_and_fro = [change(id=1, after="DISABLED"), change(id=2, after="APPROVED"), change(id=3, after="REJECTED")]
    [(named, _)] = flood_view.parts([*to_and_fro, change(id=4, space_id="cams-2", after="APPROVED")])

    assert [one.id for one in named] == [1, 2, 3, 4]


@settings(deadline=None)
@given(st.lists(TRANSITIONS, min_size=1, max_size=30))
def test_any_changes_make_a_chain(changes: list[Transition]) -> None:
    assert problems(chain(changes)) == []


def test_a_chain_of_a_thousand_says_how_many_it_does_not_name() -> None:
    message = chain(many(1000, WIDE))

    assert problems(message) == []
    assert "more: /cams history names them." in shown(list(message.blocks))


def test_the_parts_of_a_flood_are_as_few_as_fit() -> None:
    changes = many(1000)
    sizes = [len(json.dumps(list(one.blocks), ensure_ascii=False)) for one in parts(changes)]

    assert len(sizes) == 6
    assert min(sizes[:-1]) > flood_view.PART_MAX


def test_a_flood_counts_its_moves_and_begins_with_the_worst() -> None:
    changes = [*many(3), change(id=9, after="DISABLED"), change(id=10, after="APPROVED")]
    message = flood(changes)

    assert message.text == (
        "5 changes of review status at once. PENDING → DISABLED: 1; PENDING → REJECTED: 3; PENDING → APPROVED: 1."
    )


def test_the_table_of_a_flood_begins_with_the_most_urgent() -> None:
    rows = next(block for block in flood([*many(3), change(id=9, after="DISABLED")]).blocks if block["type"] == "table")

    assert rows["rows"][1][2]["text"] == "PENDING → DISABLED"


@pytest.mark.parametrize(
    ("swept", "says"),
    [
        (Swept([card()] * 12, []), "acknowledged 12 of these alerts."),
        (Swept([card()], [card()] * 2), "acknowledged 1 of these alerts. Changed since, and left: 2."),
    ],
)
def test_the_thread_of_a_flood_says_who_acknowledged_how_many(swept: Swept, says: str) -> None:
    message = flood_view.acknowledged("U1", swept)

    assert problems(message) == []
    assert says in " ".join(shown(list(message.blocks)).split())


@pytest.mark.parametrize(("count", "says"), [(5, "All of them are shown."), (200, "all 200 are in the thread.")])
def test_a_flood_says_where_the_rest_is(count: int, says: str) -> None:
    assert says in shown(list(flood(many(count)).blocks))


def test_a_digest_tells_that_the_watch_is_alive_what_is_open_and_what_changed() -> None:
    message = digest(many(2), [card(acked_by="U1")], 12, NOON - timedelta(minutes=5), NOON)
    facts = ("12 watched", "2026-11-20 11:55 UTC", "Open: 1", "Acme", "REJECTED", "U1", "Changed: 2", "Shop 2")

    assert [fact for fact in facts if fact not in shown(list(message.blocks))] == []
    assert message.text.startswith("Daily digest: 1 open, 2 changes, 12 watched")


def test_a_digest_of_a_quiet_day_says_so() -> None:
    said = shown(list(digest([], [], 3, None, NOON).blocks))

    assert "No WABA is in trouble" in said
    assert "Nothing has changed" in said
    assert "not all of them were looked at yet" in said


def test_a_digest_of_a_channel_that_is_told_of_nothing_says_how_to_watch_and_not_that_all_is_well() -> None:
    said = shown(list(digest([], [], 0, None, NOON).blocks))

    assert "/cams watch" in said
    assert "No WABA is in trouble" not in said


@pytest.mark.parametrize(("count", "fits"), [(3, True), (500, False)])
def test_a_digest_knows_whether_every_change_fits(count: int, fits: bool) -> None:
    assert fits_digest(many(count)) is fits


@pytest.mark.parametrize("event", ["renamed", "back"])
@given(name=TEXT)
def test_a_notice_of_a_channel_is_a_message(event: ChannelEvent, name: str) -> None:
    assert problems(notices.channel(event, "C1", name)) == []


def test_whoever_had_alerts_sent_to_a_lost_channel_reads_where_they_go() -> None:
    assert "C2" in shown(list(asides.broken("C1", "It was archived.", "C2").blocks))
    assert "BOT_ALERT_CHANNEL" in shown(list(asides.broken("C1", "It was archived.", "").blocks))
    assert "<#C1>" in asides.broken("C1", "It was archived.", "").text
