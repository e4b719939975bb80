from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cams.values import LOCALES
from bot.register import Register
from handlers import ROUTES, modals
from handlers.alerts import UNTIL
from handlers.channel import CHANNEL
from handlers.fields import languages
from handlers.modals import Form
from handlers.qr import CREATE
from handlers.verify import VERIFY, confirm
from sandbox.slack import blockkit
from tests.unit.hostile import TEXT, view_problems

EMPTY = Register()
FORMS = {form_id: route.form for form_id, route in ROUTES.forms.items() if route.form}
NAMES = ("phone", "message", "space", "method", "language", *(one.name for one in (*CHANNEL.fields, UNTIL)))
FILLED = st.dictionaries(st.sampled_from(NAMES), TEXT)
CHANNELS = st.sampled_from(["", "C012ABC", "G012ABC", "D012ABC"])
NUMBER = "8613800001234"
GOOD = {"phone": NUMBER, "message": "Hello", "channel": "C012ABC"}


def blocks_of(view: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == kind]


def element(view: Mapping[str, Any], name: str) -> dict[str, Any]:
    [found] = [block["element"] for block in blocks_of(view, "input") if block["block_id"] == name]
    assert isinstance(found, dict)
    return found


def typed(form: Form, values: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A form as Slack sends it back."""
    state = {name: {f"{form.id}.{name}": held} for name, held in values.items()}
    return {**form.view({}, {}, "C012ABC", EMPTY), "state": {"values": state}}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(filled=FILLED, errors=FILLED, channel_id=CHANNELS, notice=TEXT)
def test_a_form_filled_with_anything_is_one_that_slack_opens(
    form: Form, filled: dict[str, str], errors: dict[str, str], channel_id: str, notice: str
) -> None:
    assert view_problems(form.view({"channel": channel_id, **filled}, errors, channel_id, EMPTY, notice)) == []


@given(phone=TEXT, space=TEXT, method=TEXT, language=TEXT)
def test_whatever_passes_the_form_is_asked_again_before_a_code_is_sent(
    phone: str, space: str, method: str, language: str
) -> None:
    typed_in = {"phone": phone, "space": space, "method": method, "language": language}
    good = {"phone": NUMBER, "space": "", "method": "voice", "language": "de"}
    found = []
    for name, value in typed_in.items():
        checked, errors = VERIFY.check({**good, name: value})
        if not errors:
            found += view_problems(VERIFY.confirm_view(checked, "C012ABC", confirm(checked)))

    assert found == []


@given(st.text(st.characters(min_codepoint=0x1F600, max_codepoint=0x1F64F), min_size=50, max_size=64))
def test_the_longest_space_still_fits_into_the_second_page(space: str) -> None:
    checked, errors = VERIFY.check({"phone": NUMBER, "space": space})

    assert errors == {}
    assert view_problems(VERIFY.confirm_view(checked, "C012ABC", confirm(checked))) == []


def test_a_long_form_says_above_what_is_wrong_further_down() -> None:
    def above(wrong: str) -> str:
        return str(CHANNEL.view({}, {wrong: "Not so."}, "C012ABC", EMPTY)["blocks"][0])

    assert "Look further down, at: “… or a user group”." in above("escalate_group")
    assert "Look further down" not in above("digest_at")


def test_a_form_shows_what_was_understood_and_the_error_beside_its_field() -> None:
    view = CREATE.view({"phone": "+86 138", "message": "Hello"}, {"phone": "No number."}, "C012ABC", EMPTY)
    kinds = [block["type"] for block in view["blocks"]]

    assert element(view, "phone")["initial_value"] == "+86 138"
    assert element(view, "message")["initial_value"] == "Hello"
    assert view["blocks"][kinds.index("context")]["elements"][0]["text"] == "⚠ No number."
    assert kinds.index("context") == 1


def test_a_message_that_is_too_long_is_shown_whole_to_be_shortened() -> None:
    shown = element(CREATE.view({"message": "x" * 200}, {}, "C012ABC", EMPTY), "message")

    assert shown["initial_value"] == "x" * 200
    assert "max_length" not in shown


def test_a_new_message_is_counted_by_slack() -> None:
    assert element(CREATE.view({}, {}, "C012ABC", EMPTY), "message")["max_length"] == 140


@pytest.mark.parametrize(
    ("channel_id", "initial"),
    [
        ("C012ABC", {"initial_conversation": "C012ABC"}),
        ("G012ABC", {"initial_conversation": "G012ABC"}),
        ("D012ABC", {"default_to_current_conversation": True}),
        ("", {"default_to_current_conversation": True}),
    ],
)
def test_the_channel_is_the_one_where_the_form_was_asked_for(channel_id: str, initial: dict[str, Any]) -> None:
    shown = element(CREATE.view({"channel": channel_id}, {}, channel_id, EMPTY), "channel")

    assert initial.items() <= shown.items()


@pytest.mark.parametrize(
    ("form", "values", "errors"),
    [
        (CREATE, GOOD, {}),
        (CREATE, {**GOOD, "phone": ""}, {"phone": "country code"}),
        (CREATE, {**GOOD, "phone": "138x"}, {"phone": "“x”"}),
        (CREATE, {**GOOD, "message": "  "}, {"message": "Give the message"}),
        (CREATE, {**GOOD, "message": "x" * 141}, {"message": "has 141 characters"}),
        (CREATE, {**GOOD, "message": "\U0001f600" * 140}, {}),
        (CREATE, {**GOOD, "space": "two words"}, {"space": "no blanks"}),
        (CREATE, {**GOOD, "space": "x" * 129}, {"space": "no blanks"}),
        (CREATE, {**GOOD, "space": "a\0b"}, {"space": "no blanks"}),
        (CREATE, {**GOOD, "channel": ""}, {"channel": "Choose the channel"}),
        (CREATE, {}, {"phone": "", "message": "", "channel": ""}),
        (VERIFY, {"phone": NUMBER, "method": "pigeon"}, {"method": "sms or by voice"}),
        (VERIFY, {"phone": NUMBER, "language": "tlh"}, {"language": "from the list"}),
    ],
)
def test_each_field_that_cannot_be_used_gets_its_own_sentence(
    form: Form, values: dict[str, str], errors: dict[str, str]
) -> None:
    said = form.check(values)[1]

    assert set(said) == set(errors)
    assert [name for name, part in errors.items() if part not in said[name]] == []


def test_what_was_checked_is_what_was_meant() -> None:
    checked, _ = VERIFY.check({"phone": "+86 138 0000 1234", "method": "VOICE"})

    assert checked == {"phone": NUMBER, "method": "voice", "language": "en_US"}


def test_a_form_that_was_sent_is_read_back() -> None:
    view = typed(
        VERIFY,
        {
            "phone": {"type": "plain_text_input", "value": NUMBER},
            "space": {"type": "plain_text_input", "value": None},
            "method": {"type": "radio_buttons", "selected_option": {"value": "voice"}},
            "language": {"type": "external_select", "selected_option": {"value": "de"}},
        },
    )

    assert modals.read(view) == modals.Sent(
        {"phone": NUMBER, "space": "", "method": "voice", "language": "de"}, "C012ABC"
    )


def test_a_channel_that_was_chosen_is_where_the_answer_goes() -> None:
    view = typed(CREATE, {"channel": {"type": "conversations_select", "selected_conversation": "C999XYZ"}})

    assert modals.read(view).channel_id == "C999XYZ"


def test_the_second_page_remembers_its_form_and_what_was_in_it() -> None:
    page = VERIFY.confirm_view({"phone": NUMBER, "method": "sms"}, "C012ABC", [])

    assert modals.form_of(page) == "verify"
    assert modals.read(page) == modals.Sent({"phone": NUMBER, "method": "sms"}, "C012ABC")


def test_the_second_page_says_who_will_get_what() -> None:
    [said] = confirm({"phone": NUMBER, "method": "voice", "language": "de", "space": "cams-1"})
    text = "".join(part.get("text", "") for part in said["elements"][0]["elements"])

    assert "WhatsApp calls +86 138 0000 1234 with a verification code in German" in text
    assert "cams-1" in text


def test_the_loading_view_is_one_that_slack_shows() -> None:
    assert view_problems(modals.loading_view("QR codes of a number", "C012ABC")) == []


@given(TEXT)
def test_any_query_gets_a_list_that_slack_takes(query: str) -> None:
    assert blockkit.option_problems({"options": languages(query, EMPTY)}) == []


def test_without_a_query_every_language_is_offered() -> None:
    assert {option["value"] for option in languages("", EMPTY)} == set(LOCALES)


@pytest.mark.parametrize(
    ("query", "first"),
    [("germ", "de"), ("GERMAN", "de"), ("pt_br", "pt_BR"), ("brazil", "pt_BR"), ("bokmål", "nb"), ("  french ", "fr")],
)
def test_a_language_is_found_by_name_and_by_code(query: str, first: str) -> None:
    assert languages(query, EMPTY)[0]["value"] == first


def test_what_begins_with_the_query_comes_first() -> None:
    names = [option["text"]["text"] for option in languages("ma", EMPTY)]

    assert [name.startswith("Ma") for name in names] == sorted((name.startswith("Ma") for name in names), reverse=True)
    assert len(names) > sum(name.startswith("Ma") for name in names) > 0


def test_nothing_is_offered_for_what_no_language_has() -> None:
    assert languages("klingon", EMPTY) == []


def test_a_form_carries_what_it_does_not_show() -> None:
    form = ROUTES.forms["card_snooze"].form
    assert form is not None
    view = form.view({"card": "7"}, {}, "C012ABC", EMPTY)
    filled = {"until": {"card_snooze.until": {"type": "datetimepicker", "selected_date_time": 1_800_000_000}}}
    sent = modals.read({**view, "state": {"values": filled}})

    assert form.check(sent.values) == ({"card": "7", "until": "1800000000"}, {})
    assert view_problems(view) == []


@pytest.mark.parametrize(
    ("element", "holds"),
    [
        ({"type": "static_select", "selected_option": {"value": "30m"}}, "30m"),
        ({"type": "users_select", "selected_user": "U1"}, "U1"),
        ({"type": "users_select", "selected_user": None}, ""),
        ({"type": "datetimepicker", "selected_date_time": 1_800_000_000}, "1800000000"),
        ({"type": "plain_text_input", "value": None}, ""),
    ],
)
def test_what_was_chosen_is_read_from_each_kind_of_element(element: dict[str, Any], holds: str) -> None:
    assert modals.entered(element) == holds
