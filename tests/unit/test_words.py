from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.words import Understood, phone_and_message, phone_only, space_only, split, typed, unquote

NUMBER = "+86 138 0000 1234"
ANY_TEXT = st.text(st.characters(exclude_categories=()))
# What begins with a letter is never taken for a part of the number, and no quotes or blanks stand at its ends.
MESSAGE = st.builds("w{}d".format, ANY_TEXT).filter(lambda text: "space=" not in text.lower())


def sent(text: str) -> str:
    """What Slack makes of a text that somebody types."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def understood(text: str) -> tuple[str, str]:
    values = phone_and_message(typed(text)).values
    return values.get("phone", ""), values.get("message", "")


@pytest.mark.parametrize(
    ("slack_sends", "person_typed"),
    [
        ("fish &amp; chips", "fish & chips"),
        ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
        ("&amp;lt; is no bracket", "&lt; is no bracket"),
        ("&amp;copy; 2026", "&copy; 2026"),
        ("<@U012ABC|ada>", "U012ABC"),
        ("<@U012ABC>", "U012ABC"),
        ("<#C012ABC|shop>", "C012ABC"),
        ("<#C012ABC|>", "C012ABC"),
        ("<!subteam^S012ABC|@ops>", "subteam^S012ABC"),
        ("<!here>", "here"),
        ("<https://example.com/a?b=1&amp;c=2|example.com>", "example.com"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<tel:+8613800001234|+86 138 0000 1234>", "+86 138 0000 1234"),
        ("<tel:+8613800001234>", "+8613800001234"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<mailto:a@example.com>", "a@example.com"),
        ("no\u00a0break", "no break"),
        ("thin\u2009and\u202fnarrow\u3000and wide", "thin and narrow and wide"),
        ("  spaces around  ", "spaces around"),
        ("two\nlines", "two\nlines"),
        ("\u201cquoted\u201d", "\u201cquoted\u201d"),
        ("", ""),
    ],
)
def test_words_are_read_as_the_person_typed_them(slack_sends: str, person_typed: str) -> None:
    assert typed(slack_sends) == person_typed


@pytest.mark.parametrize(
    "words",
    [
        "8613800001234 Hello",
        "+8613800001234 Hello",
        "008613800001234 Hello",
        "+86 138 0000 1234 Hello",
        "+86-138-0000-1234 Hello",
        "+86 (138) 0000.1234 Hello",
        "(86) 138 0000 1234 Hello",
        "+86 138 / 0000 1234 Hello",
        "<tel:+8613800001234|+86 138 0000 1234> Hello",
        "\u202a+86 138 0000 1234\u202c Hello",
        "\u200e+8613800001234 Hello",
        "+86\u00a0138\u00a00000\u00a01234\u00a0Hello",
        "\uff0b\uff18\uff16 138 0000 1234 Hello",
        '"+86 138 0000 1234" Hello',
        "\u201c+86 138 0000 1234\u201d Hello",
        '+86 138 0000 1234 "Hello"',
        "+86 138 0000 1234 \u201cHello\u201d",
        "+86 138 0000 1234\nHello",
    ],
)
def test_a_number_ends_where_its_message_begins(words: str) -> None:
    number, message = understood(words)

    assert (
        "".join(char for char in number if char.isdigit()).removeprefix("00").endswith("138 0000 1234".replace(" ", ""))
    )
    assert message == "Hello"


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("- Hello", "- Hello"),
        ("... and more", "... and more"),
        ('say "hi" to "us"', 'say "hi" to "us"'),
        ("\u4f60\u597d\u201c\u4e16\u754c\u201d", "\u4f60\u597d\u201c\u4e16\u754c\u201d"),
        ('"one" and "two"', '"one" and "two"'),
        ("10% off", "10% off"),
        ("*bold* _it_ ~no~ `code`", "*bold* _it_ ~no~ `code`"),
        ("two  blanks", "two  blanks"),
    ],
)
def test_a_message_keeps_what_is_its_own(message: str, kept: str) -> None:
    assert understood(f"{NUMBER} {sent(message)}") == (NUMBER, kept)


def test_a_number_that_could_end_at_two_places_is_unsure() -> None:
    read = phone_and_message("+49 30 901820 24 hours open")

    assert set(read.unsure) == {"phone"}
    assert read.values == {"phone": "+49 30 901820 24", "message": "hours open"}


@pytest.mark.parametrize("words", [NUMBER, f"{NUMBER} Hello", "Hello", "", f'"{NUMBER}" 24 hours'])
def test_a_number_with_one_end_is_sure(words: str) -> None:
    assert phone_and_message(words).unsure == {}


@pytest.mark.parametrize(
    ("words", "number", "message"),
    [
        ("Hello there", "", "Hello there"),
        ("", "", ""),
        ("+861380000x234 Hello", "+861380000x234", "Hello"),
        ("138 Hello", "138", "Hello"),
        ("+86 138 Hello", "+86 138", "Hello"),
        ("+999 1 Hello", "+999 1", "Hello"),
    ],
)
def test_what_looks_like_a_number_and_is_none_is_kept_for_the_form(words: str, number: str, message: str) -> None:
    assert understood(words) == (number, message)


@pytest.mark.parametrize(
    ("reads", "words", "values"),
    [
        (phone_only, f"{NUMBER} space=cams-1", {"phone": NUMBER, "space": "cams-1"}),
        (phone_only, f"space=cams-1 {NUMBER}", {"phone": NUMBER, "space": "cams-1"}),
        (phone_only, f"{NUMBER} SPACE=\u201ccams-1\u201d", {"phone": NUMBER, "space": "cams-1"}),
        (phone_only, f'"{NUMBER}"', {"phone": NUMBER}),
        (phone_only, "", {}),
        (phone_and_message, f"{NUMBER} Hello space=cams-1", {"phone": NUMBER, "message": "Hello", "space": "cams-1"}),
        (phone_and_message, f"{NUMBER} myspace=x", {"phone": NUMBER, "message": "myspace=x"}),
        (space_only, "cams-1", {"space": "cams-1"}),
        (space_only, "\u201ccams-1\u201d", {"space": "cams-1"}),
        (space_only, "space=cams-1", {"space": "cams-1"}),
        (space_only, "space=cams-1 cams-2", {"space": "cams-1"}),
        (space_only, "", {}),
    ],
)
def test_a_space_may_be_named_anywhere(reads: Callable[[str], Understood], words: str, values: dict[str, str]) -> None:
    assert reads(words).values == values


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('"a"', "a"),
        ("\u201ca b\u201d", "a b"),
        ("\u201ea\u201c", "a"),
        ("\u00aba\u00bb", "a"),
        ('"a', '"a'),
        ('"', '"'),
        ("", ""),
        ('"a" "b"', '"a" "b"'),
    ],
)
def test_quotes_go_only_where_they_enclose_all(text: str, bare: str) -> None:
    assert unquote(text) == bare


@pytest.mark.parametrize(
    ("text", "parts"), [("", ("", "")), ("a", ("a", "")), ("a b  c", ("a", "b  c")), ("a\nb", ("a", "b"))]
)
def test_the_first_word_ends_at_any_blank(text: str, parts: tuple[str, str]) -> None:
    assert split(text) == parts


@given(ANY_TEXT)
@example("<" * 1000)
@example("+" * 1000)
@example("1 " * 20_000)
@example("\u201c")
def test_no_text_is_too_much(text: str) -> None:
    read = [reads(typed(text)) for reads in (phone_only, phone_and_message, space_only)]

    assert all(value for one in read for value in one.values.values())


@given(MESSAGE)
def test_a_message_without_odd_spaces_comes_back_as_it_was_typed(message: str) -> None:
    plain = "".join(char if char in "\n\t " or not char.isspace() else " " for char in message)

    assert understood(f"{NUMBER} {sent(plain)}") == (NUMBER, plain)
