import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import phones
from bot.errors import UserError

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "written",
    [
        "8613800001234",
        "+8613800001234",
        "008613800001234",
        "+86 138 0000 1234",
        "+86-138-0000-1234",
        "+86 (138) 0000.1234",
        "+86 138/0000/1234",
        "\u202a+86\u00a0138\u20110000\u20131234\u202c",
        "\uff0b\uff18\uff16\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff11\uff12\uff13\uff14",
        "  +8613800001234\t",
    ],
)
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert phones.read(written) == "8613800001234"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "country code"),
        ("   ", "country code"),
        ("\u200e\u202c", "country code"),
        ("+86138O0001234", "“O”"),
        ("+86 138 0000 1234 ext", "“e”"),
        ("\U0001f4de+8613800001234", "“\U0001f4de”"),
        ("13800001234567890", "no telephone number"),
        ("0138 0000 1234", "no telephone number"),
        ("12", "no telephone number"),
        ("+", "no telephone number"),
        ("9" * 10_000, "no telephone number"),
    ],
)
def test_what_is_no_number_is_refused_with_what_is_wrong(written: str, complaint: str) -> None:
    with pytest.raises(UserError) as refused:
        phones.read(written)

    assert complaint in str(refused.value)
    assert "+86 138 0000 1234" in str(refused.value)


@given(ANY_TEXT)
def test_any_text_is_digits_or_a_sentence(text: str) -> None:
    try:
        read = phones.read(text)
    except UserError as refused:
        read = str(refused)

    assert (read.isascii() and read.isdigit()) or "+86 138 0000 1234" in read


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("8613800001234", "+86 138 0000 1234"),
        ("14155552671", "+1 415-555-2671"),
        ("", "+"),
        ("no number", "+no number"),
    ],
)
def test_a_number_is_shown_as_people_write_it(digits: str, shown: str) -> None:
    assert phones.pretty(digits) == shown


@given(ANY_TEXT)
def test_anything_can_be_shown_as_a_number(text: str) -> None:
    assert phones.pretty(text).startswith("+")


@pytest.mark.parametrize(("digits", "masked"), [("8613800001234", "•••••••••••34"), ("12", "12"), ("", "")])
def test_a_masked_number_shows_its_last_two_digits(digits: str, masked: str) -> None:
    assert phones.mask(digits) == masked
