import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access import Role
from bot.errors import UserError
from handlers import ROUTERS, ROUTES

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def refusal(text: str) -> str:
    with pytest.raises(UserError) as refused:
        ROUTES.find(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("qr create +86 138 0000 1234 Hello  there", "qr create", "+86 138 0000 1234 Hello  there"),
        ("QR Create", "qr create", ""),
        ("qr\tlist 123", "qr list", "123"),
        ("verify 123 space=x", "verify", "123 space=x"),
        ("waba cams-1", "waba", "cams-1"),
        ("waba list", "waba", "list"),
        ("watches", "watches", ""),
        ("help qr", "help", "qr"),
        ("", "help", ""),
    ],
)
def test_the_first_words_name_the_command(text: str, name: str, rest: str) -> None:
    route, behind = ROUTES.find(text)

    assert (route.name, behind) == (name, rest)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("qr creat", "/cams qr create [phone] [message…]"),
        ("qr delete", "/cams qr create [phone] [message…]"),
        ("qrcreate", "/cams qr create [phone] [message…]"),
        ("verfy", "/cams verify [phone]"),
        ("wabba cams-1", "/cams waba [space]"),
        ("profil +8613800001234", "/cams profile [phone]"),
        ("unwach", "/cams unwatch [space]"),
        ("hlep", "/cams help"),
    ],
)
def test_an_unknown_command_is_told_the_nearest_and_help(text: str, nearest: str) -> None:
    said = refusal(text)

    assert f"Did you mean `{nearest}`?" in said
    assert "`/cams help`" in said


def test_what_is_near_to_nothing_is_told_help_alone() -> None:
    assert refusal("xyzzy") == "There is no `/cams xyzzy`. `/cams help` lists everything."


def test_a_noun_without_its_verb_is_told_the_verbs() -> None:
    assert refusal("qr") == "Say what to do: `/cams qr create [phone] [message…]` or `/cams qr list [phone]`."


@given(ANY_TEXT)
def test_any_text_is_a_command_or_a_sentence(text: str) -> None:
    try:
        found = ROUTES.find(text)[0].name
    except UserError as refused:
        found = str(refused)

    assert found


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.VIEWER, {"help", "qr list", "waba", "profile", "quota", "spaces", "watches", "alerts", "history", "why"}),
        (Role.OPERATOR, {"qr create", "watch", "unwatch", "channel"}),
        (Role.ADMIN, {"verify"}),
    ],
)
def test_each_command_needs_the_least_role_that_may_do_it(role: Role, names: set[str]) -> None:
    assert {name for name, route in ROUTES.commands.items() if route.requires is role} == names


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("qr.page", Role.VIEWER),
        ("spaces.page", Role.VIEWER),
        ("qr.post", Role.OPERATOR),
        ("waba.refresh", Role.VIEWER),
        ("card.ack", Role.OPERATOR),
        ("card.unack", Role.OPERATOR),
        ("card.assign", Role.OPERATOR),
        ("card.snooze", Role.OPERATOR),
        ("card.refresh", Role.VIEWER),
        ("card.meaning", Role.VIEWER),
        ("history.csv", Role.VIEWER),
    ],
)
def test_each_button_needs_the_role_of_what_it_does(name: str, role: Role) -> None:
    assert ROUTES.presses[name].requires is role


def test_a_list_is_offered_to_who_may_use_its_form() -> None:
    assert {name: offered.requires for name, offered in ROUTES.lists.items()} == {
        "qr_create.space": Role.OPERATOR,
        "qr_list.space": Role.VIEWER,
        "verify.space": Role.ADMIN,
        "verify.language": Role.ADMIN,
        "waba.space": Role.VIEWER,
        "profile.space": Role.VIEWER,
        "channel.time_zone": Role.OPERATOR,
    }


def test_every_command_says_what_it_does() -> None:
    assert [name for name, route in ROUTES.commands.items() if not route.does or not route.usage] == []


def test_every_name_of_a_form_is_its_own() -> None:
    of_commands = [route.form.id for route in ROUTES.commands.values() if route.form]
    opened = [form_id for router in ROUTERS for form_id in router.forms]

    assert len(of_commands + opened) == len({*of_commands, *opened}) == len(ROUTES.forms)


@pytest.mark.parametrize(("form_id", "role"), [("card_snooze", Role.OPERATOR), ("channel", Role.OPERATOR)])
def test_each_form_that_an_answer_opens_needs_the_role_of_what_it_does(form_id: str, role: Role) -> None:
    assert ROUTES.forms[form_id].requires is role
