"""Each command by words, and what the person then sees."""

import pytest

from handlers import ROUTES
from sandbox.slack import Fault
from tests.e2e.reading import buttons, row, scan, shown, table
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE = "8613800001234"


@pytest.mark.parametrize("line", ["/cams help", "/cams", "/cams HELP"])
async def test_help_lists_every_command(world: World, line: str) -> None:
    message = await world.says("viewer", line)

    assert [route.command for route in ROUTES.commands.values() if route.command not in shown(message)] == []


@pytest.mark.parametrize("name", ["viewer", "operator", "admin"])
async def test_help_says_which_role_one_has(world: World, name: str) -> None:
    message = await world.says(name, "/cams help")

    assert f"Your role is {name}." in shown(message)


async def test_an_answer_is_seen_by_nobody_else(world: World) -> None:
    message = await world.says("viewer", "/cams help")

    assert message.ephemeral_to == world.person("viewer").user.id


async def test_qr_create_posts_a_picture_that_scans_to_the_link_of_cams(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create +{number.digits} Hello there")
    [code] = number.qr_codes.values()
    [file_id] = message.files

    assert scan(world.slack.workspace.files[file_id].content) == code.deep_link_url


async def test_qr_create_makes_one_code_with_the_message_as_it_was_typed(world: World) -> None:
    number = world.new_number()
    await world.says("operator", f"/cams qr create +{number.digits} 2 for 1 <b>&</b> *cake*, said: “yes”")

    assert [code.message for code in number.qr_codes.values()] == ["2 for 1 <b>&</b> *cake*, said: “yes”"]


async def test_everybody_in_the_channel_sees_the_picture(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")

    assert message in world.person("viewer").messages(world.channel)


async def test_the_caption_of_a_picture_has_number_message_link_and_code(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create {number.digits} <b>Hello</b> & *you*")
    [code] = number.qr_codes.values()
    tail = number.digits[2:]

    assert row(message, "Number") == f"+65 {tail[:4]} {tail[4:]}"
    assert row(message, "Message") == "<b>Hello</b> & *you*"
    assert row(message, "Link") == code.deep_link_url
    assert row(message, "Code") == code.code
    assert row(message, "Posted by") == f"@{world.person('operator').user.id}"


async def test_a_picture_says_what_it_is_to_who_cannot_see_it(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create {number.digits} Hello & you")
    file = world.slack.workspace.files[message.files[0]]
    tail = number.digits[2:]

    assert file.alt_text == (
        f"QR code that opens a WhatsApp chat with +65 {tail[:4]} {tail[4:]} and the message: Hello & you"
    )


async def test_qr_list_shows_a_table_of_the_codes(world: World) -> None:
    number = world.new_number()
    first, second = number.add_qr_code("Hello", "PNG"), number.add_qr_code("<b> & *cake*", "SVG")
    message = await world.says("viewer", f"/cams qr list {number.digits}")

    assert table(message) == [
        ["#", "Code", "Message", "Link"],
        ["1", first.code, "Hello", first.deep_link_url],
        ["2", second.code, "<b> & *cake*", second.deep_link_url],
    ]


async def test_qr_list_of_a_number_without_codes_says_how_to_make_one(world: World) -> None:
    number = world.new_number()
    message = await world.says("viewer", f"/cams qr list {number.digits}")

    assert f"/cams qr create +{number.digits} Hello" in shown(message)


async def test_waba_shows_every_documented_field(world: World) -> None:
    message = await world.says("viewer", "/cams waba cams-demo1")

    assert shown(message).splitlines() == [
        "Harbour Coffee",
        ":white_check_mark: APPROVED: Meta has approved this account. It may send messages.",
        "Nothing is to be done.",
        "WABA: 105500000000001",
        "Space: cams-demo1",
        "Currency: USD",
        "Business: Harbour Coffee Trading Ltd.",
        "Business ID: 192939880000001",
        "Primary business location: CN",
        "Template namespace: 93e6b26e_8a67_4163_a093_ebfe645a66b0",
        "Also on the WhatsApp Business app: N",
        "Marketing Messages Lite: Y",
        'International rates: {"exception_countries": [], "start_time": 1721952000}',
        "[Share in channel]",
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("PENDING", "It may not send until Meta has decided."),
        ("REJECTED", "It may not send messages."),
        ("DISABLED", "It may not send messages."),
        ("SOMETHING_NEW", "This bot does not know this status."),
    ],
)
async def test_waba_says_the_review_status_in_words(world: World, status: str, words: str) -> None:
    space = world.new_space(status)
    message = await world.says("viewer", f"/cams waba space={space.id}")

    assert f"{status}: " in shown(message)
    assert words in shown(message)


async def test_profile_shows_what_customers_see(world: World) -> None:
    message = await world.says("viewer", f"/cams profile +{PHONE}")

    assert shown(message).splitlines() == [
        "Business profile of +86 138 0000 1234",
        "(Profile picture of +86 138 0000 1234)",
        "About: Coffee by the water ☕",
        "Description: Roasted on Monday, in your cup on Tuesday.",
        "Industry: Restaurant",
        "Sites: https://harbour-coffee.example/, https://shop.harbour-coffee.example/?a=1&b=2",
        "Email: hello@harbour-coffee.example",
        "Address: 1 Pier Road, Qingdao",
        "Space: cams-demo1",
        "[Share in channel]",
    ]


async def test_a_profile_whose_picture_slack_cannot_fetch_is_shown_without_it(world: World) -> None:
    world.slack.faults.add(_refused_picture())
    message = await world.says("viewer", f"/cams profile +{PHONE}")

    assert "About: Coffee by the water ☕" in shown(message)
    assert "Profile picture" not in shown(message)


async def test_a_number_is_looked_for_in_the_space_where_it_was_last_seen(world: World) -> None:
    space = world.new_space()
    number = world.new_number(space.id)
    await world.says("viewer", f"/cams profile {number.digits} space={space.id}")
    message = await world.says("viewer", f"/cams profile {number.digits}")

    assert row(message, "Space") == space.id


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (f"/cams-qr list {PHONE}", "QR codes of +86 138 0000 1234 (1)"),
        ("/cams-waba cams-demo3", "Mira & Söhne <GmbH>"),
        (f"/cams-profile {PHONE}", "Business profile of +86 138 0000 1234"),
        (f"/cams QR List {PHONE}", "QR codes of +86 138 0000 1234 (1)"),
    ],
)
async def test_a_command_may_have_its_noun_fixed_or_in_capitals(world: World, line: str, title: str) -> None:
    message = await world.says("viewer", line)

    assert shown(message).splitlines()[0] == title


async def test_the_fixed_noun_of_verify_opens_its_form(world: World) -> None:
    view = await world.opens("admin", "/cams-verify")

    assert view.callback_id == "verify"


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("/cams wabba", "/cams waba [space]"),
        ("/cams qr creat 123", "/cams qr create [phone] [message…]"),
        ("/cams profil 86", "/cams profile [phone]"),
        ("/cams-qr lst", "/cams qr list [phone]"),
    ],
)
async def test_an_unknown_command_is_answered_with_the_nearest(world: World, line: str, nearest: str) -> None:
    message = await world.says("viewer", line)

    assert f"Did you mean {nearest}? /cams help lists everything." in shown(message)


async def test_a_command_like_nothing_is_answered_with_help(world: World) -> None:
    message = await world.says("viewer", "/cams <xyzzy> & so on")

    assert shown(message) == "There is no /cams <xyzzy> &. /cams help lists everything."


async def test_a_noun_without_a_verb_is_asked_for_it(world: World) -> None:
    message = await world.says("operator", "/cams qr")

    assert shown(message) == "Say what to do: /cams qr create [phone] [message…] or /cams qr list [phone]."


async def test_a_card_offers_to_be_shared(world: World) -> None:
    message = await world.says("viewer", "/cams waba")

    assert buttons(message) == ["Share in channel"]


def _refused_picture() -> Fault:
    return Fault("error", "response_url", count=1, error="invalid_blocks")
