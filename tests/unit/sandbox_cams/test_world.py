from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sandbox.cams import BusinessProfile, World

NUMBER = "8613800001234"


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.add_space("cams-new", "New"),
        lambda world: world.review("cams-demo1", "REJECTED"),
        lambda world: world.change_number("cams-demo1", NUMBER, status="BANNED"),
        lambda world: world.change_number("cams-demo1", NUMBER, verification="EXPIRED"),
        lambda world: world.delete_qr_code(world.spaces["cams-demo1"].numbers[NUMBER], "HARBOUR0COFFEE"),
        lambda world: world.change_profile("cams-demo1", NUMBER, BusinessProfile()),
        lambda world: world.add_qr_code(world.spaces["cams-demo1"].numbers[NUMBER], "Hi", "PNG"),
        lambda world: world.send_code(NUMBER, "sms", "de", datetime(2026, 11, 21, tzinfo=UTC)),
    ],
)
def test_every_change_is_told_once_to_whoever_listens(change: Callable[[World], object]) -> None:
    world, heard = World.small(), list[None]()
    stop = world.listen(heard.append)
    change(world)
    stop()
    world.add_space("cams-later", "Later")

    assert heard == [None]


def test_a_number_keeps_what_is_not_changed() -> None:
    world = World.small()
    world.change_number("cams-demo1", NUMBER, quality="RED")
    number = world.spaces["cams-demo1"].numbers[NUMBER]

    assert (number.status, number.quality) == ("CONNECTED", "RED")
    assert (number.code_verification_status, number.verified_name) == ("VERIFIED", "Harbour Coffee")


def test_a_code_that_is_not_there_cannot_be_deleted() -> None:
    world, heard = World.small(), list[None]()
    world.listen(heard.append)
    with pytest.raises(KeyError):
        world.delete_qr_code(world.spaces["cams-demo1"].numbers[NUMBER], "NOBODY00000000")

    assert heard == []


def test_a_world_of_many_has_as_many_spaces_wabas_and_numbers_as_were_asked_for() -> None:
    world = World.many(5000)
    spaces = world.spaces.values()

    assert [*world.spaces][::4999] == ["cams-load0001", "cams-load5000"]
    assert len({space.waba.id for space in spaces if space.waba}) == 5000
    assert len({digits for space in spaces for digits in space.numbers}) == 5000
    assert world.default_space_id in world.spaces
