"""Text from CAMS that would break a careless message: shown as text, shortened where Slack's limits need it."""

from collections.abc import Mapping

import pytest

from sandbox.cams import BusinessProfile, Fault
from tests.e2e.reading import row, shown, table
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXTS: Mapping[str, str] = {
    "markup": "<b>&amp; *bold* _it_ ~no~ `code` <!channel> <@U0000000001> <https://evil.example|click>",
    "emoji": "🍰👩‍👩‍👧‍👦 :cake: 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "right to left": "مرحبا بالعالم \u202eabc\u202c שלום",
    "quotes": "\"'\\ \\n {json} %s {0} ${x}",
    "lines": "one\ntwo\r\n\tthree",
    "long": "x" * 10_000,
    "long emoji": "🍰" * 10_000,
    "long markup": "<&*" * 3_334,
    "blank": " \u00a0 ",
    "controls": "a\u0000b\u0007c\u001bd\ufffee",
}
FIELDS = (
    "currency",
    "message_template_namespace",
    "business_id",
    "business_name",
    "primary_business_location",
    "is_on_biz_app",
    "marketing_message_lite_status",
)
hostile = pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))


@hostile
async def test_a_waba_whose_every_field_is_hostile_is_shown(world: World, text: str) -> None:
    space = world.new_space(name=text, **dict.fromkeys(FIELDS, text), auth_international_rate_eligibility={"a": text})
    message = await world.says("viewer", f"/cams waba {space.id}")

    assert row(message, "Space") == space.id


@pytest.mark.parametrize("text", [text for name, text in TEXTS.items() if name != "blank"])
async def test_a_review_status_that_is_hostile_is_shown(world: World, text: str) -> None:
    space = world.new_space(text)
    message = await world.says("viewer", f"/cams waba {space.id}")

    assert "This bot does not know this status." in shown(message)


@pytest.mark.parametrize("kind", ["markup", "emoji", "right to left", "quotes"])
async def test_hostile_text_in_a_waba_is_shown_as_it_is(world: World, kind: str) -> None:
    space = world.new_space(business_name=TEXTS[kind])
    message = await world.says("viewer", f"/cams waba {space.id}")

    assert row(message, "Business") == TEXTS[kind]


@hostile
async def test_a_waba_with_a_hostile_name_can_be_shared(world: World, text: str) -> None:
    space = world.new_space(name=text)
    card = await world.says("viewer", f"/cams waba {space.id}")
    shared = await world.next_message("viewer", lambda: world.person("viewer").press(card, "share"))

    assert shared.blocks
    assert row(shared, "Space") == space.id


@hostile
async def test_a_profile_whose_every_field_is_hostile_is_shown(world: World, text: str) -> None:
    number = world.new_number()
    number.profile = BusinessProfile(text, text, text, text, text, text, [text, f"https://a.example/{text}"])
    message = await world.says("viewer", f"/cams profile {number.digits}")

    assert row(message, "Space") == "cams-demo1"


async def test_hostile_text_in_a_profile_is_shown_as_it_is(world: World) -> None:
    number = world.new_number()
    number.profile = BusinessProfile(about=TEXTS["markup"])
    message = await world.says("viewer", f"/cams profile {number.digits}")

    assert row(message, "About") == TEXTS["markup"]


async def test_a_text_that_is_too_long_is_shortened_and_not_left_out(world: World) -> None:
    number = world.new_number()
    number.profile = BusinessProfile(about=TEXTS["long"])
    message = await world.says("viewer", f"/cams profile {number.digits}")

    assert row(message, "About").startswith("xxx")
    assert row(message, "About").endswith("…")


@hostile
async def test_a_table_of_hostile_messages_is_shown(world: World, text: str) -> None:
    number = world.new_number()
    codes = [number.add_qr_code(text, "PNG") for _ in range(10)]
    message = await world.says("viewer", f"/cams qr list {number.digits}")

    assert [cells[1] for cells in table(message)[1:]] == [code.code for code in codes]


@pytest.mark.parametrize("kind", ["markup", "long emoji"])
async def test_hostile_messages_are_listed_in_a_form(world: World, kind: str) -> None:
    number = world.new_number()
    codes = [number.add_qr_code(TEXTS[kind], "PNG") for _ in range(10)]
    view = await world.opens("viewer", "/cams qr list")
    result = await world.sends("viewer", view, phone=number.digits)

    assert [code.code for code in codes if code.code not in shown(result)] == []


@hostile
async def test_a_picture_with_a_hostile_message_is_posted(world: World, text: str) -> None:
    number = world.new_number()
    code = number.add_qr_code(text, "PNG")
    page = await world.says("operator", f"/cams qr list {number.digits}")
    message = await world.next_message("operator", lambda: world.person("operator").press(page, "qr.post:1"))

    assert row(message, "Code") == code.code
    assert len(message.files) == 1


@hostile
async def test_a_refusal_with_a_hostile_code_is_told(world: World, text: str) -> None:
    world.cams.faults.add(Fault("refusal", code=text))
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert shown(message).startswith("Looking at the WABA failed.")


@hostile
async def test_hostile_words_are_answered_with_help(world: World, text: str) -> None:
    message = await world.says("viewer", f"/cams x{text}")

    assert shown(message).endswith("/cams help lists everything.")


# Watches are polled, and a busy poll makes others wait: these come last.
async def test_alerts_and_watches_of_hostile_names_are_shown(world: World) -> None:
    spaces = [world.new_space(name=text, account_review_status="<!channel>") for text in TEXTS.values()]
    for space in spaces:
        await world.says("operator", f"/cams watch {space.id}")
    for space in spaces:
        world.cams.world.review(space.id, TEXTS["markup"])
    alerts = await world.alerts(len(spaces))
    message = await world.says("viewer", "/cams watches")

    assert sorted(row(alert, "Space") for alert in alerts) == sorted(space.id for space in spaces)
    assert [alert.text for alert in alerts if "<" in alert.text] == []
    assert [space.id for space in spaces if space.id not in shown(message)] == []
