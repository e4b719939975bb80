"""The register, refreshed from a local CAMS into a real database. Where pages matter there are three of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.quota import QUOTAS, Quota
from bot.refresh import refresh
from bot.register import Register
from bot.store import SpaceNumber, Store, open_store
from sandbox.cams import Fault, LocalCams
from sandbox.cams import World as CamsWorld
from sandbox.cams.local import DEMO_KEY
from sandbox.cams.quota import Quotas
from sandbox.slack.model import utc_now
from tests.fixtures.clock import NOON, Clock

SPACES, CROWD = 24, 250
HOUR = timedelta(hours=1)
# Nobody waits for a quota here: how it is kept is tested elsewhere.
PLENTY = dict.fromkeys(QUOTAS, 10_000)
LIST, WABA, NUMBERS = "ListInstance", "QueryChatappBindWaba", "QueryChatappPhoneNumbers"


class Place:
    """A CAMS, a store, and the register of one process."""

    def __init__(self, cams: LocalCams, client: CamsClient, store: Store) -> None:
        self.cams = cams
        self.client = client
        self.store = store
        self.clock = Clock()
        self.register = Register("cams-load0001")

    async def refresh(self, is_over: Callable[[], bool] = lambda: False) -> None:
        await refresh(self.register, self.store, self.client, HOUR, self.clock, is_over)

    async def later(self) -> None:
        """Refresh once more when everything is due again."""
        self.clock += HOUR
        await self.refresh()

    def called(self, operation: str) -> int:
        return self.cams.quota.seen[operation]

    async def stored(self) -> Register:
        """What a process that starts now has in memory."""
        found = Register("cams-load0001")
        await found.load(self.store)
        return found


@pytest.fixture
async def place(store: Store) -> AsyncIterator[Place]:
    async with open_place(store, SPACES) as opened:
        yield opened


@pytest.fixture
async def crowd(store: Store) -> AsyncIterator[Place]:
    async with open_place(store, CROWD) as opened:
        yield opened


@asynccontextmanager
async def open_place(store: Store, spaces: int) -> AsyncIterator[Place]:
    async with LocalCams.start(world=CamsWorld.many(spaces)) as cams, aiohttp.ClientSession() as session:
        cams.quota._limiters = Quotas(PLENTY)._limiters
        key = StaticCredentials(Credentials(DEMO_KEY.id, DEMO_KEY.secret))
        yield Place(cams, make_client(session, cams, key), store)


def make_client(session: aiohttp.ClientSession, cams: LocalCams, key: StaticCredentials) -> CamsClient:
    return CamsClient(session, cams.url, key, clock=utc_now, limits=Limits(attempt=2.0), quota=Quota(limits=PLENTY))


async def test_every_space_is_known_with_its_waba_and_its_number_and_was_asked_for_once(crowd: Place) -> None:
    await crowd.refresh()
    [known] = crowd.register.search("load 0250")

    assert len(crowd.register) == CROWD
    assert (known.space.waba_id, known.space.review_status) == ("106600000000250", "APPROVED")
    assert known.numbers == (
        SpaceNumber("8613900000250", "cams-load0250", "Load 0250", "CONNECTED", "GREEN", "VERIFIED"),
    )
    assert crowd.register.space_of("8613900000013") == "cams-load0013"
    assert [crowd.called(operation) for operation in (LIST, WABA, NUMBERS)] == [3, CROWD, CROWD]


async def test_what_was_read_is_there_after_a_restart(place: Place) -> None:
    await place.refresh()
    stored = await place.stored()

    assert stored.search("") == place.register.search("")
    assert stored.space_of("8613900000013") == "cams-load0013"


async def test_what_was_just_read_is_not_read_again(place: Place) -> None:
    await place.refresh()
    await place.refresh()

    assert [place.called(operation) for operation in (LIST, WABA)] == [2, SPACES]


async def test_a_page_that_fails_leaves_what_was_known_and_the_rest_of_the_work(crowd: Place) -> None:
    await crowd.refresh()
    world = crowd.cams.world
    del world.spaces["cams-load0007"]
    world.add_space("cams-new", "Brand new")
    world.spaces = {"cams-new": world.spaces.pop("cams-new"), **world.spaces}
    crowd.cams.faults.add(Fault("latency", LIST, count=1))
    crowd.cams.faults.add(Fault("refusal", LIST, code="Product.Unsubscript"))
    await crowd.later()

    assert crowd.register.get("cams-new")
    assert crowd.register.get("cams-load0007")
    assert crowd.called(WABA) == 2 * CROWD + 1


async def test_a_space_that_fails_stops_no_other_and_comes_first_the_next_time(place: Place) -> None:
    place.cams.faults.add(Fault("refusal", WABA, count=1, code="Product.Unsubscript"))
    place.cams.faults.add(Fault("refusal", NUMBERS, count=1, code="Product.Unsubscript"))
    await place.refresh()
    unread = [known.space.space_id for known in place.register.search("") if known.space.read_at is None]
    due = await place.store.spaces_due(NOON)
    await place.refresh()

    assert place.called(WABA) == SPACES + len(unread)
    assert unread == due
    assert all(known.space.waba_id for known in (await place.stored()).search(""))


async def test_a_space_without_a_waba_has_its_numbers(place: Place) -> None:
    place.cams.world.spaces["cams-load0003"].waba = None
    await place.refresh()
    known = place.register.get("cams-load0003")

    assert known
    assert (known.space.waba_id, known.space.read_at, len(known.numbers)) == ("", NOON, 1)


async def test_a_space_that_is_no_longer_listed_goes_with_its_numbers_and_without_its_subscriptions(
    place: Place,
) -> None:
    await place.refresh()
    await place.store.subscribe("cams-load0007", "C1", "U1", NOON)
    del place.cams.world.spaces["cams-load0007"]
    await place.later()
    stored = await place.stored()

    assert [found.get("cams-load0007") for found in (place.register, stored)] == [None, None]
    assert [found.space_of("8613900000007") for found in (place.register, stored)] == ["", ""]
    assert len(await place.store.subscriptions(space_id="cams-load0007")) == 1


async def test_a_listing_that_began_earlier_takes_nothing_from_a_later_one(place: Place) -> None:
    listed = (await place.client.list_spaces(1, 3)).spaces
    await place.store.note_listed(listed, NOON + HOUR)
    await place.store.note_listed(listed, NOON)

    assert await place.store.forget_unlisted(NOON + HOUR) == []


async def test_where_spaces_may_not_be_listed_those_that_are_known_otherwise_are_read(place: Place) -> None:
    place.cams.faults.add(Fault("refusal", LIST, code="NoPermission", http_status=403))
    await place.store.subscribe("cams-load0002", "C1", "U1", NOON)
    await place.store.remember_number("8613900000003", "cams-load0003", NOON)
    with capture_logs() as logs:
        await place.refresh()
        await place.later()

    assert [known.space.waba_name for known in place.register.search("")] == ["Load 0001", "Load 0002", "Load 0003"]
    assert place.register.missing == {LIST}
    assert [entry["action"] for entry in logs if entry["log_level"] == "warning"] == [f"cams:{LIST}"]


async def test_an_action_that_was_allowed_meanwhile_is_missing_no_more(place: Place) -> None:
    place.cams.faults.add(Fault("refusal", LIST, count=1, code="NoPermission", http_status=403))
    await place.refresh()
    before = set(place.register.missing)
    await place.later()

    assert (before, place.register.missing, len(place.register)) == ({LIST}, set(), SPACES)


@pytest.mark.parametrize("operation", [WABA, NUMBERS])
async def test_an_operation_that_is_not_allowed_is_not_asked_for_each_space(place: Place, operation: str) -> None:
    place.cams.faults.add(Fault("refusal", operation, code="NoPermission", http_status=403))
    await place.refresh()

    assert place.called(operation) < SPACES / 2
    assert place.register.missing == {operation}
    assert all(known.space.read_at for known in place.register.search(""))


async def test_a_key_that_is_refused_ends_the_run_and_the_next_goes_on(place: Place) -> None:
    key = StaticCredentials(Credentials(DEMO_KEY.id, "another secret"))
    async with aiohttp.ClientSession() as session:
        wrong = make_client(session, place.cams, key)
        await refresh(place.register, place.store, wrong, HOUR, place.clock)
    refused = place.called(WABA)
    await place.refresh()

    assert (refused, len(place.register)) == (0, SPACES)


async def test_a_stop_ends_the_run_with_what_is_in_hand(place: Place) -> None:
    await place.refresh(lambda: place.called(WABA) > 5)
    read = place.called(WABA)
    await place.refresh()

    assert 5 < read < SPACES
    assert place.called(WABA) == SPACES


async def test_processes_that_refresh_at_once_share_the_spaces(place: Place, database_url: str) -> None:
    async with open_store(database_url) as second:
        registers = [place.register, Register()]
        await asyncio.gather(
            *(
                refresh(register, store, place.client, HOUR, place.clock)
                for register, store in zip(registers, (place.store, second), strict=True)
            )
        )
        for register in registers:
            await register.load(place.store)

    assert place.called(WABA) == place.called(NUMBERS) == SPACES
    assert [len(register) for register in registers] == [SPACES, SPACES]
    assert registers[0].search("") == registers[1].search("")


async def test_a_space_that_another_began_to_read_is_left_alone_until_the_lease_ends(place: Place) -> None:
    await place.store.note_known(["space-1"], NOON)
    lease = timedelta(minutes=2)
    claims = [
        await place.store.claim_space("space-1", NOON, NOON + wait, lease)
        for wait in (timedelta(), timedelta(minutes=1), timedelta(minutes=3))
    ]

    assert claims == [True, False, True]


async def test_a_number_that_moved_leads_to_its_new_space(place: Place) -> None:
    await place.refresh()
    spaces = place.cams.world.spaces
    spaces["cams-load0009"].numbers["8613900000008"] = spaces["cams-load0008"].numbers.pop("8613900000008")
    await place.later()

    assert place.register.space_of("8613900000008") == "cams-load0009"
    assert await place.store.space_of("8613900000008") == "cams-load0009"


async def test_a_number_that_is_only_remembered_stays_when_the_list_does_not_name_it(place: Place) -> None:
    await place.store.remember_number("6591000001", "cams-load0004", NOON)
    await place.refresh()
    await place.later()
    known = place.register.get("cams-load0004")

    assert known
    assert Counter(number.phone_number for number in known.numbers) == Counter(["6591000001", "8613900000004"])


async def test_what_is_learnt_during_a_load_is_not_lost_in_it(place: Place) -> None:
    await place.refresh()
    fresh = Register()
    loading = asyncio.ensure_future(fresh.load(place.store))
    while fresh._learnt is None:  # noqa: ASYNC110 - a load rings no bell
        await asyncio.sleep(0)
    fresh.note("6591000001", "cams-load0004")
    await loading

    assert fresh.space_of("6591000001") == "cams-load0004"
    assert len(fresh) == SPACES


async def test_what_another_process_wrote_comes_with_the_next_load(place: Place) -> None:
    await place.refresh()
    await place.store.remember_number("6591000001", "cams-elsewhere", NOON + HOUR)
    await place.register.load(place.store)

    assert place.register.space_of("6591000001") == "cams-elsewhere"
