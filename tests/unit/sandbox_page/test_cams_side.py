import json
from datetime import UTC, datetime

from sandbox.cams import World
from sandbox.page import cams_side


def test_a_world_is_json() -> None:
    world = World.small()
    world.send_code("8613800001234", "sms", "de", datetime(2026, 11, 21, tzinfo=UTC))
    shown = cams_side.world(world)

    assert json.loads(json.dumps(shown)) == shown
    assert shown["sent_codes"][0]["at"] == "2026-11-21T00:00:00+00:00"


def test_a_space_may_have_no_waba() -> None:
    world = World()
    world.add_space("cams-new", "New")

    assert cams_side.world(world)["spaces"][0]["waba"] is None


def test_of_many_codes_the_latest_are_shown() -> None:
    world = World.small()
    number = world.spaces["cams-demo1"].numbers["6591234567"]
    made = [number.add_qr_code(f"{at}", "PNG") for at in range(cams_side.CODES_SHOWN + 1)]
    shown = cams_side.world(world)["spaces"][0]["numbers"][1]

    assert shown["qr_code_count"] == cams_side.CODES_SHOWN + 1
    assert [one["code"] for one in shown["qr_codes"]] == [one.code for one in made[1:]]


def test_digits_that_are_no_number_are_shown_as_they_are() -> None:
    assert cams_side.pretty("0") == "+0"
