"""The local CAMS pushes to the real route, in fair weather and in foul."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.cams.client import CamsClient
from bot.cams.credentials import Credentials, StaticCredentials
from sandbox.cams import Forgery, LocalCams, PushFault, PushFaultKind, Webhook, World
from sandbox.cams.callbacks import Empties, items
from sandbox.cams.local import DEMO_KEY
from sandbox.slack.model import utc_now
from tests.integration.callbacks.conftest import Route

ONE, TWO = "105500000000001", "105500000000002"


@pytest.fixture
async def cams(route: Route) -> AsyncIterator[LocalCams]:
    async with LocalCams.start() as local:
        local.world.set_webhook("cams-demo1", Webhook(route.callback, http=True))
        local.callbacks.retry_seconds = (0.0, 0.0)
        yield local


def outcomes(cams: LocalCams) -> list[tuple[str, list[int]]]:
    return [(push.outcome, [attempt.http_status for attempt in push.attempts]) for push in cams.callbacks.log]


async def test_what_the_client_sets_is_where_a_change_arrives(
    cams: LocalCams, route: Route, session: aiohttp.ClientSession
) -> None:
    key = StaticCredentials(Credentials(DEMO_KEY.id, DEMO_KEY.secret))
    cams.world.set_webhook("cams-demo1", Webhook(queue=True))
    await CamsClient(session, cams.url, key, clock=utc_now).set_account_webhook(route.callback, "cams-demo1")
    cams.world.review("cams-demo1", "REJECTED")
    await cams.callbacks.settled()

    assert cams.world.webhook("cams-demo1") == Webhook(route.callback, http=True, queue=True)
    assert (route.wabas, outcomes(cams)) == ([frozenset({ONE})], [("taken", [200])])


@pytest.mark.parametrize("empties", ["missing", "null", "empty"])
async def test_of_several_items_those_about_wabas_are_told(cams: LocalCams, route: Route, empties: Empties) -> None:
    cams.callbacks.empties = empties
    cams.callbacks.push(
        "cams-demo1",
        items.template("7", "t-1", version="V1"),
        items.template("7", "t-1"),
        items.quality("7", "6591234567", "RED", empties=empties),
        items.name("7", "6591234567", "APPROVED", empties),
        items.account(ONE, "6591234567", "DISABLE", empties),
    )
    cams.world.review("cams-demo2", "REJECTED")
    await cams.callbacks.settled()

    [said] = route.taken
    assert (said.wabas, said.items, said.not_understood) == (frozenset({ONE, TWO}), 6, 0)


@pytest.mark.parametrize(
    ("kind", "wabas"),
    [("doubled", [{ONE}, {ONE}]), ("delayed", [{ONE}]), ("reordered", [{ONE}]), ("lost", []), ("malformed", [])],
)
async def test_what_goes_wrong_on_the_way_ends_in_as_many_hints_and_in_no_further_push(
    cams: LocalCams, route: Route, kind: PushFaultKind, wabas: list[set[str]]
) -> None:
    cams.callbacks.faults.add(PushFault(kind, seconds=0.05))
    cams.world.review("cams-demo1", "REJECTED")
    await cams.callbacks.settled()

    assert route.wabas == wabas
    assert all(statuses in ([], [200]) for _, statuses in outcomes(cams))


@pytest.mark.parametrize(
    ("kind", "status", "wabas"),
    [("wrong_secret", 404, []), ("unknown_waba", 200, [{"999999999999999"}]), ("wrong_status", 200, [{ONE}])],
)
async def test_a_forgery_is_turned_away_or_no_more_than_a_hint(
    cams: LocalCams, route: Route, kind: Forgery, status: int, wabas: list[set[str]]
) -> None:
    cams.callbacks.forge(kind, "cams-demo1")
    await cams.callbacks.settled()

    assert [statuses for _, statuses in outcomes(cams)] == [[status]]
    assert route.wabas == wabas


async def test_what_was_turned_away_for_its_number_arrives_later(cams: LocalCams, route: Route) -> None:
    # As many attempts as it takes, for the route's clock stands still until the first ones are all through.
    cams.callbacks.items_at_once, cams.callbacks.retry_seconds = 1, (0.05,) * 1000
    world = World.many(250)
    cams.world.spaces |= world.spaces
    for space_id in world.spaces:
        cams.world.review(space_id, "REJECTED")
    await cams.callbacks.log.wait_for(lambda: sum(bool(push.attempts) for push in cams.callbacks.log) == 250)
    refused = sum(push.attempts[0].http_status == 429 for push in cams.callbacks.log)
    route.seconds += 60
    await cams.callbacks.settled()

    assert (refused, len(route.taken)) == (50, 250)
    assert {push.outcome for push in cams.callbacks.log} == {"taken"}
