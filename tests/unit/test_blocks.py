from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import blocks
from bot.blocks import Block
from tests.unit.hostile import TEXT, message_problems


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "build",
    [
        blocks.header,
        blocks.context,
        blocks.prose,
        lambda text: blocks.lines([text]),
        lambda text: blocks.lines([text, blocks.bold(text), blocks.code(text)], [blocks.link(text), text]),
        lambda text: blocks.lines([blocks.link("https://example.com", text)]),
        lambda text: blocks.facts([(text, text), (text, blocks.code(text)), (text, [text, blocks.bold(text)])]),
        lambda text: blocks.actions(blocks.button(text, "press")),
        lambda text: blocks.image("https://example.com/a.png", text),
        lambda text: blocks.table((text, text), [(text, text)] * 9),
    ],
)
@given(text=TEXT)
def test_any_text_makes_a_block_that_slack_takes(build: Callable[[str], Block], text: str) -> None:
    assert message_problems([build(text)]) == []


@given(TEXT, st.integers(min_value=2, max_value=4000))
@example("\U0001f600" * 100, 150)
def test_a_text_is_cut_to_its_limit_and_never_empty(text: str, limit: int) -> None:
    cut = blocks.shorten(text, limit)

    assert cut.strip()
    assert units(cut) <= limit


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=50).filter(str.strip))
def test_a_text_within_its_limit_stays_as_it_is(text: str) -> None:
    assert blocks.shorten(text, 100) == text


def test_a_text_that_was_cut_ends_in_dots_and_wastes_no_room() -> None:
    assert blocks.shorten("x" * 200, 150) == "x" * 149 + "…"


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_text_is_shown_as_a_dash(empty: str) -> None:
    assert blocks.shorten(empty, 10) == blocks.NOTHING


def test_three_characters_are_escaped_where_slack_reads_mrkdwn() -> None:
    assert blocks.escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"


@given(TEXT)
def test_an_escaped_text_mentions_nobody_and_is_not_refused(text: str) -> None:
    escaped = blocks.escape(text)

    assert not {"<", ">"} & set(escaped)
    assert message_problems([], escaped) == []


def test_a_text_of_others_is_not_read_as_markup() -> None:
    assert blocks.lines(["*a* <!here> `b`"])["elements"][0]["elements"] == [{"type": "text", "text": "*a* <!here> `b`"}]


def test_backticks_in_a_sentence_of_ours_mark_what_is_to_be_typed() -> None:
    assert blocks.prose("Type `/cams help` now.")["elements"][0]["elements"] == [
        {"type": "text", "text": "Type "},
        blocks.code("/cams help"),
        {"type": "text", "text": " now."},
    ]


def test_the_end_of_a_long_sentence_is_shown() -> None:
    said = blocks.prose("word " * 200 + "(RequestId 1)")

    assert said["elements"][0]["elements"][-1]["text"].endswith("(RequestId 1)")


@pytest.mark.parametrize(
    "url",
    [
        "https://wa.me/message/ABC",
        "http://example.com",
        "https://example.com:8443/a?b=c#d",
        "https://xn--bcher-kva.example/",
    ],
)
def test_an_address_is_one(url: str) -> None:
    assert blocks.is_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://localhost",
        "https://127.0.0.1/",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://bücher.example",
        "http://[::1",
        "https://example.com:99999999/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_what_slack_might_not_take_as_an_address_is_shown_as_text(url: str) -> None:
    assert not blocks.is_address(url)
    assert blocks.link(url) == url


def test_a_value_that_fits_no_button_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="too long"):
        blocks.button("Post", "post", "x" * 2001)


def test_a_moment_has_a_fallback_for_clients_that_know_no_dates() -> None:
    shown = blocks.date(datetime(2026, 11, 20, 12, 5, tzinfo=UTC))

    assert shown["fallback"] == "2026-11-20 12:05 UTC"  # type: ignore[index]  # it is an element, not a text


def test_where_there_are_no_tables_each_row_is_a_line() -> None:
    [shown] = blocks.without_tables([blocks.table(("Code", "Link"), [("A", "x"), ("B", "y")])])
    text = "".join(element["text"] for element in shown["elements"][0]["elements"])

    assert text == "Code · Link\nA · x\nB · y"


def test_pictures_can_be_left_out() -> None:
    header = blocks.header("a")

    assert blocks.without_pictures([header, blocks.image("https://example.com/a.png", "b")]) == [header]
