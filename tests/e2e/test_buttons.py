"""Buttons under answers, and the list of languages."""

import pytest

from sandbox.cams import PhoneNumber
from sandbox.slack import Message
from tests.e2e.reading import buttons, row, scan, shown, table
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_share_in_channel_posts_the_card_for_everybody(world: World) -> None:
    card = await world.says("viewer", "/cams waba cams-demo3")
    shared = await world.next_message("viewer", lambda: world.person("viewer").press(card, "share"))

    assert shared.ephemeral_to == ""
    assert shown(shared) == shown(card).removesuffix("\n[Share in channel]")


async def test_share_works_on_a_result_in_a_form(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    result = await world.sends("viewer", view, phone="+8613800001234")
    shared = await world.next_message("viewer", lambda: world.person("viewer").press(result, "share"))

    assert shared.ephemeral_to == ""
    assert row(shared, "Industry") == "Restaurant"


async def test_post_picture_posts_the_code_that_it_stands_for(world: World) -> None:
    number = _number_with(world, 3)
    second = list(number.qr_codes.values())[1]
    page = await world.says("operator", f"/cams qr list {number.digits}")
    message = await world.next_message("operator", lambda: world.person("operator").press(page, "qr.post:2"))

    assert scan(world.slack.workspace.files[message.files[0]].content) == second.deep_link_url
    assert row(message, "Message") == second.message


async def test_post_picture_of_a_code_that_is_gone_says_so(world: World) -> None:
    number = _number_with(world, 1)
    [code] = number.qr_codes
    page = await world.says("operator", f"/cams qr list {number.digits}")
    number.qr_codes.clear()
    answer = await world.next_message("operator", lambda: world.person("operator").press(page, "qr.post:1"))

    assert shown(answer) == f"The code {code} is no longer there. List the codes again."


async def test_ten_codes_are_one_page(world: World) -> None:
    page = await world.says("viewer", f"/cams qr list {_number_with(world, 10).digits}")

    assert buttons(page) == [f"Post picture {number}" for number in range(1, 11)]


async def test_eleven_codes_are_two_pages(world: World) -> None:
    page = await world.says("viewer", f"/cams qr list {_number_with(world, 11).digits}")

    assert [cells[0] for cells in table(page)] == ["#", *map(str, range(1, 11))]
    assert buttons(page)[-1] == "Next"


async def test_next_shows_the_next_page_in_the_same_place(world: World) -> None:
    page = await world.says("viewer", f"/cams qr list {_number_with(world, 23).digits}")
    after = await _turned(world, page, "qr.page:next")

    assert [cells[0] for cells in table(after)] == ["#", *map(str, range(11, 21))]
    assert buttons(after)[-2:] == ["Previous", "Next"]


async def test_the_last_page_has_the_rest_and_only_a_way_back(world: World) -> None:
    page = await world.says("viewer", f"/cams qr list {_number_with(world, 23).digits}")
    last = await _turned(world, await _turned(world, page, "qr.page:next"), "qr.page:next")

    assert [cells[0] for cells in table(last)] == ["#", "21", "22", "23"]
    assert buttons(last) == ["Post picture 21", "Post picture 22", "Post picture 23", "Previous"]


async def test_a_picture_can_be_posted_from_the_last_page(world: World) -> None:
    number = _number_with(world, 11)
    page = await world.says("operator", f"/cams qr list {number.digits}")
    last = await _turned(world, page, "qr.page:next", "operator")
    message = await world.next_message("operator", lambda: world.person("operator").press(last, "qr.post:11"))

    assert row(message, "Message") == "Message 11"


async def test_pages_turn_in_a_form_too(world: World) -> None:
    view = await world.opens("viewer", "/cams qr list")
    result = await world.sends("viewer", view, phone=_number_with(world, 12).digits)
    done(await world.person("viewer").press(result, "qr.page:next"))
    last = await world.settled("viewer", result)

    assert "Message 12" in shown(last)
    assert "Message 10" not in shown(last)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("german", "German (de)"), ("GERM", "German (de)"), ("zh_HK", "Chinese (Hong Kong) (zh_HK)"), ("", None)],
)
async def test_a_language_is_found_by_its_name_or_code(world: World, typed: str, first: str | None) -> None:
    view = await world.opens("admin", "/cams verify")
    found = [option["text"]["text"] for option in await world.person("admin").options(view, "verify.language", typed)]

    assert found[0] == (first or found[0])
    assert len(found) <= 100


async def test_a_language_that_there_is_not_gives_an_empty_list(world: World) -> None:
    view = await world.opens("admin", "/cams verify")

    assert await world.person("admin").options(view, "verify.language", "klingon") == []


def _number_with(world: World, codes: int) -> PhoneNumber:
    number = world.new_number()
    for place in range(1, codes + 1):
        number.add_qr_code(f"Message {place}", "PNG")
    return number


async def _turned(world: World, page: Message, action_id: str, name: str = "viewer") -> Message:
    """Press, and return the message as it then stands in its old place."""
    done(await world.person(name).press(page, action_id))

    def changed() -> Message | None:
        now = world.slack.workspace.timeline.get(page.channel, page.ts)
        return now if now != page else None

    return await world.slack.wait_for(changed)
