import pytest

from sandbox.cams.operations.spaces import DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE
from sandbox.cams.world import World
from tests.unit.sandbox_cams.support import refusal, top_level


def listed(world: World, **parameters: str) -> list[str]:
    return [one["CustSpaceId"] for one in top_level(world, "ListInstance", **parameters)["Data"]]


def total(world: World, **parameters: str) -> object:
    return top_level(world, "ListInstance", **parameters)["TotalCount"]


def test_spaces_are_listed_in_the_order_in_which_they_were_opened() -> None:
    world = World.small()
    world.add_space("cams-0", "First by name, last to come")

    assert listed(world) == ["cams-demo1", "cams-demo2", "cams-demo3", "cams-0"]


def test_the_pages_together_are_every_space_once() -> None:
    world = World.many(25)
    pages = [listed(world, PageIndex=str(page), PageSize="10") for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [space for page in pages for space in page] == list(world.spaces)


@pytest.mark.parametrize("parameters", [{}, {"PageIndex": "", "PageSize": ""}])
def test_without_a_page_it_is_the_first_one(parameters: dict[str, str]) -> None:
    world = World.many(DEFAULT_PAGE_SIZE + 1)

    assert listed(world, **parameters) == list(world.spaces)[:DEFAULT_PAGE_SIZE]


def test_a_page_after_the_last_is_empty_and_still_counts_all() -> None:
    world = World.many(3)

    assert (listed(world, PageIndex="2"), total(world, PageIndex="2")) == ([], 3)


def test_a_page_may_be_as_large_as_the_limit() -> None:
    assert len(listed(World.many(LARGEST_PAGE_SIZE + 1), PageSize=str(LARGEST_PAGE_SIZE))) == LARGEST_PAGE_SIZE


@pytest.mark.parametrize("name", ["PageIndex", "PageSize"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "one", " 1", "+1", "1_0", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 10])
def test_a_page_that_is_no_count_is_refused(name: str, value: str) -> None:
    assert refusal(World.small(), "ListInstance", **{name: value}) == ("InvalidParameter.PageInvalid", 200)


def test_a_larger_page_than_the_limit_is_refused() -> None:
    answer = refusal(World.small(), "ListInstance", PageSize=str(LARGEST_PAGE_SIZE + 1))

    assert answer == ("InvalidParameter.PageInvalid", 200)


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"InstanceName": "LIGHT"}, ["cams-demo2"]),
        ({"InstanceName": "r"}, ["cams-demo1", "cams-demo2", "cams-demo3"]),
        ({"InstanceName": "nobody"}, []),
        ({"InstanceId": "chatapp-cams-demo3"}, ["cams-demo3"]),
        ({"InstanceId": "chatapp"}, []),
        ({"ChannelType": "whatsapp"}, ["cams-demo1", "cams-demo2", "cams-demo3"]),
        ({"ChannelType": "viber"}, []),
        ({"InstanceName": "Harbour", "InstanceId": "chatapp-cams-demo2"}, []),
    ],
)
def test_a_filter_leaves_what_matches_and_counts_that(parameters: dict[str, str], found: list[str]) -> None:
    world = World.small()

    assert (listed(world, **parameters), total(world, **parameters)) == (found, len(found))


def test_a_space_is_listed_with_what_is_known_of_it() -> None:
    [space] = top_level(World.small(), "ListInstance", InstanceName="Harbour")["Data"]

    assert (space["InstanceName"], space["State"], space["ChannelType"]) == ("Harbour Coffee", "NORMAL", "whatsapp")
    assert (space["FacebookBmId"], space["CountryId"]) == ("192939880000001", "CN")


def test_a_space_without_a_waba_is_listed_too() -> None:
    world = World()
    world.add_space("cams-new", "New")

    assert listed(world) == ["cams-new"]


def test_an_account_without_spaces_has_an_empty_list() -> None:
    assert top_level(World(), "ListInstance") == {"Data": [], "TotalCount": 0}
