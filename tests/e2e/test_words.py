"""What Slack makes of what people type, and what the bot makes of that. Here it is written as Slack sends it."""

import pytest

from tests.e2e.reading import row, shown
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIGITS = "8613800001234"


@pytest.mark.parametrize(
    "number",
    [
        "+8613800001234",
        "8613800001234",
        "008613800001234",
        "+86 138 0000 1234",
        "+86 (138) 0000-1234",
        "+86.138.0000.1234",
        "<tel:+8613800001234|+86 138 0000 1234>",
        "<tel:8613800001234|8613800001234>",
        "<tel:+8613800001234>",
        "+86\u00a0138\u20090000\u202f1234",
        "\u202a+86 138 0000 1234\u202c",
        "+86\u2011138\u20110000\u20111234",
        "“+86 138 0000 1234”",
        "+\uff18\uff16 138 0000 1234",
    ],
)
async def test_a_number_may_be_written_as_people_write_numbers(world: World, number: str) -> None:
    message = await world.says("viewer", f"/cams profile {number}", raw=True)

    assert shown(message).startswith("Business profile of +86 138 0000 1234\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&lt;b&gt;2 for 1&lt;/b&gt;", "<b>2 for 1</b>"),
        ("&amp;lt; is how one writes it", "&lt; is how one writes it"),
        ("“Hello there”", "Hello there"),
        ("She said “hello”", "She said “hello”"),
        ("你好“朋友”", "你好“朋友”"),
        ("See <https://example.com/?a=1&amp;b=2|example.com/?a=1&amp;b=2>", "See example.com/?a=1&b=2"),
        ("Write to <mailto:a@example.com|a@example.com>", "Write to a@example.com"),
        ("Ask <@U0123ABC|olu>", "Ask U0123ABC"),
        ("مرحبا 🍰", "مرحبا 🍰"),
        ("Two\u00a0words", "Two words"),
        ("*bold* _still_ `as typed` :cake:", "*bold* _still_ `as typed` :cake:"),
    ],
)
async def test_a_message_is_what_the_person_typed(world: World, words: str, message: str) -> None:
    number = world.new_number()
    await world.says("operator", f"/cams qr create +{number.digits} {words}", raw=True)

    assert [code.message for code in number.qr_codes.values()] == [message]


async def test_a_number_in_words_ends_where_the_message_begins(world: World) -> None:
    number = world.new_number()
    digits = number.digits
    words = f"<tel:+{digits}|+{digits[:2]} {digits[2:6]} {digits[6:]}> 2 for 1"
    await world.says("operator", f"/cams qr create {words}", raw=True)

    assert [code.message for code in number.qr_codes.values()] == ["2 for 1"]


async def test_a_space_is_named_behind_a_number(world: World) -> None:
    message = await world.says("viewer", "/cams profile +358 41 2345678 space=cams-demo2", raw=True)

    assert row(message, "Space") == "cams-demo2"


async def test_a_quoted_space_is_read_without_its_quotes(world: World) -> None:
    message = await world.says("viewer", "/cams waba “cams-demo2”", raw=True)

    assert row(message, "Space") == "cams-demo2"
