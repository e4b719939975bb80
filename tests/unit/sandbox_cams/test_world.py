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
    change(world)

    assert heard == [None]


def test_a_number_keeps_what_is_not_changed() -> None:
    world = World.small()
    world.change_number("cams-demo1", NUMBER, quality="RED")
    number = world.spaces["cams-demo1"].numbers[NUMBER]

    assert (number.status, number.quality) == ("CONNECTED", "RED")
