import phonenumbers
import pytest

from sandbox.cams.world import World
from tests.unit.sandbox_cams.support import PHONE, PLACE, refusal, run, top_level


def digits_of(world: World) -> list[str]:
    return [digits for space in world.spaces.values() for digits in space.numbers]


def listed(world: World, **parameters: str) -> list[str]:
    return [one["PhoneNumber"] for one in top_level(world, "QueryChatappPhoneNumbers", **parameters)["PhoneNumbers"]]


@pytest.mark.parametrize("digits", digits_of(World.small()) + digits_of(World.many(3)))
def test_the_numbers_of_a_world_are_possible_telephone_numbers(digits: str) -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))


def test_the_numbers_of_a_space_are_listed_and_no_others() -> None:
    assert listed(World.small(), CustSpaceId="cams-demo2") == ["358412345678", "447400123456"]


def test_without_a_space_the_numbers_are_those_of_the_accounts_own() -> None:
    assert listed(World.small()) == [PHONE, "6591234567", "12015550123"]


def test_a_space_without_numbers_has_an_empty_list() -> None:
    world = World()
    world.add_space("cams-new", "New")

    assert top_level(world, "QueryChatappPhoneNumbers", CustSpaceId="cams-new") == {"PhoneNumbers": []}


def test_numbers_of_an_unknown_space_are_refused() -> None:
    answer = refusal(World.small(), "QueryChatappPhoneNumbers", CustSpaceId="cams-nobody")

    assert answer == ("Unknown.ResourceOwnerId", 400)


@pytest.mark.parametrize(("status", "found"), [("BANNED", [PHONE]), ("PENDING", []), ("banned", [])])
def test_a_status_leaves_the_numbers_that_have_it(status: str, found: list[str]) -> None:
    world = World.small()
    world.change_number("cams-demo1", PHONE, status="BANNED")

    assert listed(world, Status=status) == found


def test_a_number_is_listed_as_it_stands() -> None:
    world = World.small()
    world.change_number("cams-demo1", PHONE, status="FLAGGED", quality="RED", verification="EXPIRED", name="New name")
    number = top_level(world, "QueryChatappPhoneNumbers")["PhoneNumbers"][0]

    assert (number["Status"], number["QualityRating"]) == ("FLAGGED", "RED")
    assert (number["CodeVerificationStatus"], number["VerifiedName"]) == ("EXPIRED", "New name")
    assert (number["MessagingLimitTier"], number["NameStatus"]) == ("TIER_1K", "APPROVED")


@pytest.mark.parametrize("status", ["NOT_VERIFIED", "VERIFIED", "EXPIRED", "MORE_INFORMATION_REQUESTED"])
def test_a_verification_shows_at_once(status: str) -> None:
    world = World.small()
    world.change_number("cams-demo1", PHONE, verification=status)
    shown = run(world, "GetPhoneNumberVerificationStatus", **PLACE)

    assert shown == {"CodeVerificationStatus": status, "Id": "106613800001234", "PhoneNumber": PHONE}


def test_the_verification_of_a_number_of_another_space_is_refused() -> None:
    answer = refusal(World.small(), "GetPhoneNumberVerificationStatus", CustSpaceId="cams-demo2", PhoneNumber=PHONE)

    assert answer == ("InvalidParameter.PhoneNumberError", 200)


def test_every_number_has_an_id_of_its_own() -> None:
    worlds = World.small(), World.many(50)
    ids = [number.id for world in worlds for space in world.spaces.values() for number in space.numbers.values()]

    assert len(set(ids)) == len(ids)
    assert {len(one) for one in ids} == {15}
