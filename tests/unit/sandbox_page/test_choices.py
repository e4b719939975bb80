from typing import Any

import pytest

from sandbox.page.choices import REMEMBERED, Offered, given
from sandbox.slack import View
from sandbox.slack.errors import CannotActError

Json = dict[str, Any]
SELECT = {"type": "external_select", "action_id": "language"}
BLOCK = {"type": "input", "block_id": "b", "element": SELECT}


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


def view(name: str = "V1") -> View:
    return View(name, "U1", "h", {"type": "modal", "title": {"text": "T"}, "blocks": [BLOCK]}, {})


def test_a_button_passes_its_choice_on() -> None:
    assert given({"type": "button", "action_id": "go"}, "2", {}) == "2"


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("kind", ["plain_text_input", "datepicker", "static_select", "external_select"])
def test_an_empty_field_holds_nothing(kind: str, nothing: Any) -> None:
    assert given({"type": kind, "action_id": "a"}, nothing, {}) is None


@pytest.mark.parametrize("kind", ["checkboxes", "multi_users_select", "multi_external_select"])
def test_a_field_for_several_takes_a_list_alone(kind: str) -> None:
    with pytest.raises(CannotActError, match="'a' takes a list"):
        given({"type": kind, "action_id": "a"}, "x", {})


def test_a_date_that_is_no_number_is_refused() -> None:
    with pytest.raises(CannotActError, match="no seconds since 1970"):
        given({"type": "datetimepicker", "action_id": "a"}, "tomorrow", {})


def test_an_option_may_be_given_whole() -> None:
    assert given(SELECT, option("de"), {}) == option("de")


def test_options_are_remembered_by_view() -> None:
    offered = Offered()
    offered.remember(view("V1"), "language", [option("de")])

    assert offered.of(view("V1"), BLOCK, SELECT) == {"de": option("de")}
    assert offered.of(view("V2"), BLOCK, SELECT) == {}


def test_old_menus_are_forgotten() -> None:
    offered = Offered()
    for number in range(REMEMBERED + 1):
        offered.remember(view(f"V{number}"), "language", [option("de")])

    assert offered.of(view("V0"), BLOCK, SELECT) == {}
    assert offered.of(view("V1"), BLOCK, SELECT) == {"de": option("de")}
