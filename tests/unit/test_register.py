import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import NOTHING
from bot.register import Register
from bot.store import Space, SpaceNumber
from handlers import ROUTES
from handlers.acts import Acts
from handlers.answers import Request
from handlers.fields import SPACE, spaces
from sandbox.slack import blockkit
from tests.fixtures.clock import NOON
from tests.unit.fakes import StrictSlack, make_services
from tests.unit.hostile import TEXT

COMMAND = Request("command", "U012ABC", "T012ABC", "C012ABC", response_url="https://example.com/")
BUTTON = Request("button", "U012ABC", "T012ABC", "C012ABC")
HARBOUR = Space("cams-a1", "Harbour Coffee", "NORMAL", "1055001", "Harbour GmbH", "APPROVED", NOON, NOON)
TRAVEL = Space("cams-b2", "Northern Lights", "NORMAL", "1055002", "Old Harbour Oy", "PENDING", NOON, NOON)
NEW = Space("harbour-new", listed_at=NOON)


def register(*known: Space, default: str = "") -> Register:
    made = Register(default)
    for space in known:
        made.learn(space, [])
    return made


def ids(found: Register, text: str) -> list[str]:
    return [known.space.space_id for known in found.search(text)]


def values(options: list[dict[str, Any]]) -> list[str]:
    return [option["value"] for option in options]


@pytest.mark.parametrize(
    "text", ["harbour c", "HARBOUR", "bour Cof", "cams-a", "S-A1", "1055001", "gmbh", "8613800", "+86 138 0000 1234"]
)
def test_a_space_is_found_by_name_id_waba_and_number(text: str) -> None:
    found = register(TRAVEL)
    found.learn(HARBOUR, [SpaceNumber("8613800001234", HARBOUR.space_id)])

    assert "cams-a1" in ids(found, text)


@pytest.mark.parametrize("text", ["zzz", "coffee cams", "gmbh 1055001", "+49 30"])
def test_nothing_is_found_for_what_stands_in_no_field(text: str) -> None:
    assert ids(register(HARBOUR, TRAVEL, NEW), text) == []


def test_what_is_the_text_comes_before_what_begins_with_it_and_that_before_the_rest() -> None:
    exact = Space("cams-c3", "Harbour")

    assert ids(register(TRAVEL, NEW, HARBOUR, exact), "harbour") == ["cams-c3", "cams-a1", "harbour-new", "cams-b2"]


def test_an_id_that_is_the_text_comes_first() -> None:
    assert ids(register(Space("cams-10", "A"), Space("cams-1", "B")), "cams-1") == ["cams-1", "cams-10"]


def test_all_spaces_stand_by_name_and_those_without_one_at_the_end() -> None:
    assert ids(register(TRAVEL, NEW, HARBOUR), "") == ["cams-a1", "cams-b2", "harbour-new"]


def test_a_space_that_was_renamed_changes_its_place() -> None:
    found = register(TRAVEL, HARBOUR)
    before = ids(found, "")
    found.learn(Space("cams-b2", "Aurora"), [])

    assert (before, ids(found, "")) == (["cams-a1", "cams-b2"], ["cams-b2", "cams-a1"])


def test_a_number_leads_to_its_space_until_it_is_listed_no_more() -> None:
    found = register()
    found.learn(HARBOUR, [SpaceNumber("6591", "cams-a1"), SpaceNumber("6592", "cams-a1")])
    found.learn(HARBOUR, [SpaceNumber("6592", "cams-a1")])

    assert (found.space_of("6591"), found.space_of("6592")) == ("", "cams-a1")


def test_a_number_that_moved_is_in_its_new_space_alone() -> None:
    found = register(TRAVEL)
    found.learn(HARBOUR, [SpaceNumber("6591", "cams-a1")])
    found.learn(TRAVEL, [SpaceNumber("6591", "cams-b2")])
    found.learn(HARBOUR, [])

    assert found.space_of("6591") == "cams-b2"
    assert ids(found, "6591") == ["cams-b2"]


def test_a_number_that_is_noted_is_found_at_once_with_a_space_that_nobody_knew() -> None:
    found = register(HARBOUR)
    found.note("6591", "cams-x")

    assert found.space_of("6591") == "cams-x"
    assert ids(found, "6591") == ["cams-x"]


def test_to_note_a_known_number_keeps_what_is_known_of_it() -> None:
    number = SpaceNumber("6591", "cams-a1", "Harbour", "CONNECTED", "GREEN", "VERIFIED")
    found = register()
    found.learn(HARBOUR, [number])
    found.note("6591", "cams-a1")

    assert [known.numbers for known in found.search("6591")] == [(number,)]


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("Harbour Coffee", "cams-a1"),
        ("harbour  COFFEE", "cams-a1"),
        ("cams-a1", "cams-a1"),
        ("Harbour", "Harbour"),
        ("Twice", "Twice"),
        ("cams-b2", "cams-b2"),
        ("CAMS-A1", "cams-a1"),
        ("Harbour GmbH", "cams-a1"),
        ("1055002", "cams-b2"),
        ("+86 138 0000 1234", "cams-a1"),
        ("8613800", "8613800"),
        ("", ""),
    ],
)
def test_a_name_that_one_space_alone_has_means_that_space(text: str, space: str) -> None:
    twice = [Space("cams-t1", "Twice"), Space("cams-t2", "Twice"), Space("cams-t3", "cams-b2")]

    found = register(HARBOUR, TRAVEL, *twice)
    found.learn(HARBOUR, [SpaceNumber("8613800001234", HARBOUR.space_id)])

    assert found.meant(text) == space


def test_a_spaces_own_name_comes_before_the_name_of_anothers_waba() -> None:
    assert register(HARBOUR, Space("cams-d4", "Harbour GmbH")).meant("harbour gmbh") == "cams-d4"


def test_the_default_space_is_known_before_anything_was_read() -> None:
    assert ids(Register("cams-1"), "") == ["cams-1"]


def test_the_default_space_is_offered_first_where_nothing_was_typed() -> None:
    assert values(spaces("", register(HARBOUR, TRAVEL, default="cams-b2"))) == ["cams-b2", "cams-a1"]


def test_an_option_shows_name_and_id_and_is_the_id() -> None:
    [option] = spaces("northern lights", register(HARBOUR, TRAVEL))

    assert (option["text"]["text"], option["value"]) == ("Northern Lights (cams-b2)", "cams-b2")


def test_a_name_that_is_too_long_is_cut_and_the_id_stays_whole() -> None:
    [option] = spaces("cams-l", register(Space("cams-long", "x" * 200)))[:1]

    assert len(option["text"]["text"]) == 75
    assert option["text"]["text"].endswith("… (cams-long)")


def test_what_was_typed_is_the_last_option_where_it_is_no_known_id() -> None:
    offered = spaces("harbour", register(HARBOUR, NEW))

    assert values(offered) == ["cams-a1", "harbour-new", "harbour"]
    assert offered[-1]["text"]["text"] == "Use “harbour”"


@pytest.mark.parametrize("typed", ["cams-a1", " cams-a1 ", "two words", "x" * 129, ""])
def test_what_was_typed_is_no_option_where_it_is_known_or_could_be_no_id(typed: str) -> None:
    assert [value for value in values(spaces(typed, register(HARBOUR))) if value != "cams-a1"] == []


def test_of_many_spaces_a_hundred_options_are_offered_with_what_was_typed_among_them() -> None:
    many = register(*(Space(f"cams-load{number:04}", f"Load {number:04}") for number in range(250)))
    offered = values(spaces("load", many))

    assert len(offered) == 100
    assert (offered[0], offered[-1]) == ("cams-load0000", "load")


def test_a_space_in_a_form_is_shown_as_it_is_offered() -> None:
    known = register(HARBOUR)
    [offered] = spaces("cams-a1", known)

    assert SPACE.element("cams-a1", known)["initial_option"] == offered


def test_a_form_without_a_space_chooses_none() -> None:
    assert "initial_option" not in SPACE.element("", register(HARBOUR, default="cams-a1"))


@given(st.lists(st.builds(Space, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=5), TEXT)
def test_any_spaces_and_any_query_make_a_list_that_slack_takes(known: list[Space], typed: str) -> None:
    assert blockkit.option_problems({"options": spaces(typed, register(*known))}) == []


async def shown(known: Register, *works: str | dict[str, str]) -> str:
    """Return what stands there after commands and presses of page buttons."""
    slack = StrictSlack()
    does = Acts(ROUTES, make_services(slack, None, None, known, BOT_ADMINS="U012ABC"))
    for work in works:
        if isinstance(work, str):
            await does.command(COMMAND, f"spaces {work}")
        else:
            await does.press(BUTTON, "spaces.page", json.dumps(work))
    assert slack.refused == []
    return json.dumps(slack.shown[-1], ensure_ascii=False)


async def test_a_space_is_listed_with_its_waba_its_numbers_and_when_they_were_read() -> None:
    known = register()
    known.learn(HARBOUR, [SpaceNumber("8613800001234", "cams-a1", "Harbour", "CONNECTED", "GREEN")])
    text = await shown(known, "coffee")
    parts = ["Harbour Coffee", "cams-a1", "white_check_mark", "APPROVED", "1055001", "+86 138 0000 1234 · CONNECTED"]

    assert [part for part in [*parts, "GREEN", "Read from CAMS ", "Spaces with “coffee” (1)"] if part not in text] == []
    assert NOTHING not in text


async def test_a_list_has_ten_to_a_page_and_can_be_turned_both_ways() -> None:
    known = register(*(Space(f"cams-load{number:04}", f"Load {number:04}") for number in range(25)))
    first = await shown(known, "load")
    second = await shown(known, {"search": "load", "page": "1"})
    last = await shown(known, {"search": "load", "page": "9"})

    assert ["1 to 10 of 25" in first, "11 to 20 of 25" in second, "21 to 25 of 25" in last] == [True] * 3
    assert [["Previous" in page, "Next" in page] for page in (first, second, last)] == [
        [False, True],
        [True, True],
        [True, False],
    ]


async def test_no_match_says_where_was_searched_and_how_to_see_all() -> None:
    text = await shown(register(HARBOUR, TRAVEL), "zzz")

    assert "No space has “zzz” in its name, ID, WABA or numbers." in text
    assert "lists all 2" in text


async def test_an_empty_register_says_when_it_will_be_read() -> None:
    assert "No space is known yet." in await shown(register(), "")


@pytest.mark.parametrize("operation", ["ListInstance", "QueryChatappBindWaba", "QueryChatappPhoneNumbers"])
@pytest.mark.parametrize("known", [[], [HARBOUR]])
async def test_a_missing_action_of_the_ram_policy_is_named(operation: str, known: list[Space]) -> None:
    made = register(*known)
    made.missing.add(operation)

    assert f"cams:{operation}" in await shown(made, "")


async def test_a_number_is_looked_for_in_the_space_that_the_register_has_it_in() -> None:
    known = register()
    known.learn(TRAVEL, [SpaceNumber("6591", "cams-b2")])
    services = make_services(None, None, None, known)

    assert await services.space_if_known("6591", "") == "cams-b2"
    assert await services.space_if_known("6591", "cams-given") == "cams-given"
    assert await services.space_if_known("6592", "") == "cams-1"


async def test_what_cams_has_said_of_a_number_is_in_the_register_at_once() -> None:
    known = register()
    await make_services(None, None, None, known).remember("6591", "cams-new")

    assert known.space_of("6591") == "cams-new"
