import pytest

from sandbox.cams import Webhook, World
from tests.unit.sandbox_cams.support import refusal, run

URL = "https://bot.example/cams/callback/secret"


@pytest.fixture
def world() -> World:
    return World.small()


def update(world: World, space_id: str = "cams-demo1", **parameters: str) -> object:
    return run(world, "UpdateAccountWebhook", CustSpaceId=space_id, **parameters)


def test_nothing_is_pushed_anywhere_at_first(world: World) -> None:
    assert world.webhook("cams-demo1") == Webhook(url="", http=False, queue=False)


def test_an_address_is_kept_and_the_flags_with_it(world: World) -> None:
    update(world, StatusCallbackUrl=URL, HttpFlag="Y", QueueFlag="Y")

    assert world.webhook("cams-demo1") == Webhook(URL, http=True, queue=True)


def test_what_a_call_leaves_out_stays(world: World) -> None:
    update(world, QueueFlag="Y")
    update(world, StatusCallbackUrl=URL, HttpFlag="Y")
    update(world, HttpFlag="N")

    assert world.webhook("cams-demo1") == Webhook(URL, http=False, queue=True)


def test_one_address_serves_the_whole_account(world: World) -> None:
    update(world, "cams-demo1", StatusCallbackUrl=URL, HttpFlag="Y")

    assert world.webhook("cams-demo2").url == URL


def test_or_each_space_has_its_own(world: World) -> None:
    world.webhook_reach = "space"
    update(world, "cams-demo1", StatusCallbackUrl=URL, HttpFlag="Y")

    assert (world.webhook("cams-demo1").url, world.webhook("cams-demo2").url) == (URL, "")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"HttpFlag": "y"}, "InvalidHttpFlag"),
        ({"QueueFlag": "true"}, "InvalidQueueFlag"),
        ({"StatusCallbackUrl": "bot.example"}, "InvalidStatusCallbackUrl"),
        ({"StatusCallbackUrl": "ftp://bot.example/"}, "InvalidStatusCallbackUrl"),
        ({"StatusCallbackUrl": "http://"}, "InvalidStatusCallbackUrl"),
        ({"StatusCallbackUrl": "http://[::1/"}, "InvalidStatusCallbackUrl"),
        ({"StatusCallbackUrl": "http://bot.example/" + "x" * 2048}, "InvalidStatusCallbackUrl"),
        ({"HttpFlag": "Y"}, "MissingStatusCallbackUrl"),
        ({"CustSpaceId": ""}, "MissingCustSpaceId"),
        ({"CustSpaceId": "cams-nobody"}, "Unknown.ResourceOwnerId"),
    ],
)
def test_a_call_that_is_refused_changes_nothing(world: World, parameters: dict[str, str], code: str) -> None:
    wanted = {"CustSpaceId": "cams-demo1", "QueueFlag": "Y", **parameters}

    assert refusal(world, "UpdateAccountWebhook", **wanted) == (code, 400)
    assert world.webhook("cams-demo1") == Webhook()


def test_an_address_is_in_no_refusal_and_in_no_repr(world: World) -> None:
    update(world, StatusCallbackUrl=URL)

    assert "secret" not in repr(world.webhook("cams-demo1"))
