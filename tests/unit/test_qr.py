import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import qr

LINK = "https://wa.me/message/ABCDEFGHIJ1234"


@pytest.mark.parametrize(
    "link",
    [
        LINK,
        "https://wa.me/8613800001234?text=%E4%BD%A0%E5%A5%BD",
        "https://wa.me/message/你好",
        "https://wa.me/message/\U0001f600",
        "a",
        "0123456789",
        "UPPER CASE $%*+-./:",
        " blanks at both ends ",
        "two\nlines",
        "\u202eright to left \u0634",
        "x" * qr.CAPACITY,
    ],
)
def test_a_picture_gives_its_link_back(link: str) -> None:
    assert qr.read(qr.draw(link)) == link


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_is_a_picture_of_itself_or_refused(text: str) -> None:
    try:
        read = qr.read(qr.draw(text))
    except qr.UnreadablePictureError:
        read = text

    assert read == text


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("", "0 bytes"),
        ("x" * (qr.CAPACITY + 1), f"{qr.CAPACITY + 1} bytes"),
        ("é" * qr.CAPACITY, f"{2 * qr.CAPACITY} bytes"),
        ("https://wa.me/\ud800", "no text"),
    ],
)
def test_a_link_that_fits_no_picture_is_refused_with_the_reason(link: str, reason: str) -> None:
    with pytest.raises(qr.UnreadablePictureError, match=reason):
        qr.draw(link)


def test_a_picture_has_the_quiet_zone_that_scanners_need() -> None:
    with Image.open(io.BytesIO(qr.draw(LINK))) as picture:
        margin = qr.MARGIN_MODULES * qr.MODULE_PIXELS
        rim = picture.convert("L").crop((0, 0, picture.width, margin))

    assert picture.format == "PNG"
    assert rim.getextrema() == (255, 255)


def test_a_picture_without_a_code_reads_as_nothing() -> None:
    blank = io.BytesIO()
    Image.new("L", (200, 200), 255).save(blank, "PNG")

    assert qr.read(blank.getvalue()) == ""


def test_two_codes_in_one_picture_read_as_nothing() -> None:
    with Image.open(io.BytesIO(qr.draw(LINK))) as one:
        both = Image.new("L", (2 * one.width, one.height), 255)
        both.paste(one, (0, 0))
        both.paste(one, (one.width, 0))
    out = io.BytesIO()
    both.save(out, "PNG")

    assert qr.read(out.getvalue()) == ""
