"""With nobody named as operator or admin, and no default space."""

import pytest

from tests.e2e.reading import row, shown
from tests.fixtures.world import Setup, World

SETUP = Setup(settings={"BOT_OPERATORS": "", "BOT_ADMINS": "", "CAMS_SPACE_ID": ""})
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("running", [SETUP], indirect=True, ids=[""], scope="module"),
]


@pytest.mark.parametrize("name", ["viewer", "operator", "admin"])
@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("qr create 8613800001234 Hello", "BOT_OPERATORS"),
        ("watch cams-demo1", "BOT_OPERATORS"),
        ("verify 8613800001234", "BOT_ADMINS"),
    ],
)
async def test_nobody_may_act_and_the_answer_says_which_variable_to_set(
    world: World, name: str, line: str, variable: str
) -> None:
    message = await world.says(name, f"/cams {line}")

    assert f"nobody has it: {variable} is not set." in shown(message)
    assert not world.calls()


async def test_everybody_may_still_look(world: World) -> None:
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert "Mira & Söhne <GmbH>" in shown(message)


@pytest.mark.parametrize("line", ["/cams waba", "/cams profile 6591999999"])
async def test_a_missing_space_is_asked_for_in_the_form(world: World, line: str) -> None:
    view = await world.opens("viewer", line)

    assert view.callback_id in {"waba", "profile"}
    assert not world.calls()


async def test_a_form_sent_without_a_space_comes_back_with_what_is_missing(world: World) -> None:
    view = await world.opens("viewer", "/cams profile 6591999999")
    again = await world.sends("viewer", view)

    assert "Give the space: no default one is set (CAMS_SPACE_ID)." in shown(again)


async def test_a_number_that_cams_lists_needs_no_space(world: World) -> None:
    message = await world.says("viewer", "/cams profile 8613800001234")

    assert row(message, "Space") == "cams-demo1"
