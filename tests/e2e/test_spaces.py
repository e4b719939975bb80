"""Spaces that the bot knows by itself: searched, offered in forms, found by their numbers."""

import pytest

from sandbox.cams import Space
from tests.e2e.reading import buttons, row, shown
from tests.fixtures.world import Setup, World, done, eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize(
        "running", [Setup(settings={"BOT_SPACES_REFRESH_SECONDS": "1"})], indirect=True, scope="module"
    ),
]


async def test_spaces_are_listed_with_their_wabas_and_numbers(world: World) -> None:
    message = await world.says("viewer", "/cams spaces harbour")
    text = shown(message)
    parts = ["Harbour Coffee cams-demo1", ":white_check_mark: APPROVED", "+86 138 0000 1234 · CONNECTED · GREEN"]

    assert [part for part in parts if part not in text] == []
    assert "Northern Lights" not in text


async def test_a_space_is_found_by_a_number_as_people_write_it(world: World) -> None:
    message = await world.says("viewer", "/cams spaces +358 41 2345678")

    assert "Northern Lights cams-demo2" in shown(message)


async def test_a_long_list_is_turned_with_its_buttons(world: World) -> None:
    for number in range(12):
        world.cams.world.add_space(f"cams-chain{number:02}", f"Chain {number:02}")
    await _known(world, world.cams.world.spaces["cams-chain11"])
    first = await world.says("viewer", "/cams spaces chain")
    done(await world.person("viewer").press(first, "spaces.page:next"))

    async def turned() -> str:
        latest = world.person("viewer").messages(world.channel)[-1]
        return shown(latest) if "11 to 12 of 12" in shown(latest) else ""

    assert buttons(first) == ["Next"]
    assert "Chain 11" in await eventually(turned)


async def test_no_match_is_answered_in_a_sentence(world: World) -> None:
    message = await world.says("viewer", "/cams spaces klingon")

    assert "No space has “klingon” in its name" in shown(message)


async def test_a_number_of_another_space_is_found_there_without_naming_it(world: World) -> None:
    message = await world.says("viewer", "/cams profile +358 41 2345678")

    assert row(message, "Space") == "cams-demo2"


async def test_a_new_number_is_found_in_its_space_after_the_next_refresh(world: World) -> None:
    space = world.new_space()
    number = world.new_number(space.id)
    await _known(world, space)
    message = await world.says("viewer", f"/cams profile {number.digits}")

    assert row(message, "Space") == space.id


async def test_the_name_of_a_space_stands_for_its_id(world: World) -> None:
    message = await world.says("viewer", "/cams waba northern lights")

    assert row(message, "Space") == "cams-demo2"


async def test_a_watch_by_name_says_which_space_is_meant(world: World) -> None:
    message = await world.says("operator", "/cams watch Northern Lights")

    assert "Review changes of cams-demo2 now go to this channel." in shown(message)


async def test_a_form_offers_the_default_space_first_and_the_others_by_name(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    everything = await world.person("viewer").options(view, "profile.space")
    found = await world.person("viewer").options(view, "profile.space", "lights")

    assert everything[0]["value"] == "cams-demo1"
    assert [(one["text"]["text"], one["value"]) for one in found] == [
        ("Northern Lights (cams-demo2)", "cams-demo2"),
        ("Use “lights”", "lights"),
    ]


async def test_a_space_that_nobody_knows_can_be_typed_into_a_form(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    again = await world.sends("viewer", view, phone="+8613800001234", space="cams-secret")

    assert "This space or number does not belong to the account" in shown(again)
    assert world.calls("QueryPhoneBusinessProfile") == 1


async def _known(world: World, space: Space) -> None:
    """Wait until the bot has read a space."""

    async def read() -> bool:
        return any(one.space_id == space.id and one.read_at for one in await world.store.spaces_after("", 1000))

    await eventually(read)
