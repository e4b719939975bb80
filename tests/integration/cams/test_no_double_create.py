"""A thousand codes are asked for while everything goes wrong: each is made once, whatever the weather."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import pytest
import stamina
from sqlalchemy import select

from bot.cams.arrival import ArrivalConnector
from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.errors import CamsError
from bot.cams.quota import QUOTAS, Quota
from bot.errors import UnknownOutcomeError, UserError
from bot.journal import CREATE, SENDS_MAX, Journal
from bot.services import Services
from bot.settle import settling
from bot.store import JournalEntry, Store, tables
from bot.store.journal import _entry
from bot.tasks import Tasks
from handlers import qr
from handlers.routes import Ask
from sandbox.cams import Fault, LocalCams
from sandbox.cams.faults import FaultKind
from tests.unit.fakes import FakeCams, FakeStore, make_services
from tests.unit.writes import LIST

CREATES = 1000
AT_ONCE = 80
BOTS = 4
NUMBERS = 25
SPACE = "cams-demo1"
# Seconds. CAMS takes so long as a rule, and now and then longer than an attempt may; then it works on all the same.
USUAL, ATTEMPT, LATE = 0.08, 0.5, 1.5
GRACE, LEASE = timedelta(seconds=1.5), timedelta(seconds=4)
DIES_WITHIN = 0.6
SETTLES_WITHIN = 60
BAD: tuple[FaultKind, ...] = ("cut_before", "cut_after", "truncated", "garbage", "error", "unavailable")
PLENTY = dict.fromkeys(QUOTAS, 10_000)


class Hurried(Services):
    """As ever, but for how long CAMS is given to be done."""

    @property
    def journal(self) -> Journal:
        return Journal(self.store, self.cams, self.clock, GRACE, LEASE)


class Whole:
    """A store whose transactions happen whole though the task that asked for them dies, as a database's do."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def whole(*given: Any, **named: Any) -> Any:
            return await asyncio.shield(asyncio.ensure_future(getattr(self._store, name)(*given, **named)))

        return whole


@dataclass
class Crowd:
    """People who ask for codes in all weathers; the bot dies over some of them."""

    cams: LocalCams
    services: Services
    dice: random.Random
    outcomes: dict[str, str] = field(default_factory=dict)

    async def ask(self, numbers: list[str]) -> None:
        """Ask for all codes, of which some are the same and asked for at the same moment."""
        groups = self._groups()

        async def people() -> None:
            for group in groups:
                number, message = numbers[group[0] % len(numbers)], f"message {group[0]}"
                await asyncio.gather(*(self._person(f"U{turn}", number, message) for turn in group))

        await asyncio.gather(*(people() for _ in range(AT_ONCE)))

    def _groups(self) -> Iterator[range]:
        first = 0
        while first < CREATES:
            size = self.dice.choice((2, 3)) if self.dice.random() < 0.3 else 1
            yield range(first, min(first + size, CREATES))
            first += size

    async def _person(self, user_id: str, number: str, message: str) -> None:
        self._turn_the_weather()
        values = {"phone": number, "message": message, "space": SPACE}
        work = asyncio.create_task(self._command(Ask(user_id, "C", values)))
        if self.dice.random() < 0.2:
            await asyncio.wait({work}, timeout=self.dice.random() * DIES_WITHIN)
            work.cancel()
        try:
            self.outcomes[user_id] = await work
        except asyncio.CancelledError:
            self.outcomes[user_id] = "crashed"

    async def _command(self, ask: Ask) -> str:
        """Do what a command does, and return what came of it."""
        try:
            reply = await qr.create(ask, self.services)
        except UnknownOutcomeError as exc:
            if exc.then:
                await exc.then()
            return "unknown"
        except (CamsError, UserError):
            return "refused"
        if reply.then:
            await reply.then()
        return "made" if reply.picture else "doubled"

    def _turn_the_weather(self) -> None:
        for operation, trouble in ((CREATE, 0.45), (LIST, 0.05)):
            kind = self.dice.choice(BAD) if self.dice.random() < trouble else "latency"
            seconds = min(self.dice.lognormvariate(math.log(USUAL), 0.6), ATTEMPT - 0.1)
            if operation == CREATE and self.dice.random() < 0.15:
                kind, seconds = "latency", self.dice.uniform(ATTEMPT + 0.1, LATE)
            elif operation == LIST and self.dice.random() < 0.2:
                # A list of before, so that somebody who asks for the same may be done meanwhile.
                kind, seconds = "drip", ATTEMPT - 0.1
            self.cams.faults.add(Fault(kind, operation, count=1, seconds=seconds))


@pytest.fixture
async def cams() -> AsyncIterator[LocalCams]:
    async with LocalCams.start() as local:
        local.quota.limits.update(PLENTY)
        local._gateway._quota = type(local.quota)(PLENTY, "bucket")
        yield local


@pytest.fixture
async def services(store: Store, cams: LocalCams) -> AsyncIterator[Services]:
    key = cams.environment()
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as session:
        client = CamsClient(
            session,
            cams.url,
            StaticCredentials(Credentials(key["ALIBABA_CLOUD_ACCESS_KEY_ID"], key["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])),
            clock=lambda: datetime.now(UTC),
            limits=Limits(attempt=ATTEMPT),
            quota=Quota(limits=PLENTY),
        )
        made = make_services(cams=cast(FakeCams, client), store=cast(FakeStore, Whole(store)))
        yield Hurried(**{**vars(made), "clock": lambda: datetime.now(UTC)})


@asynccontextmanager
async def settling_on(services: Services) -> AsyncIterator[None]:
    """Let the jobs of several bots run over and over, as their schedulers do."""
    tasks = Tasks()

    async def over_and_over() -> None:
        job = settling(tasks)
        while not tasks.draining:
            await job(services)
            await asyncio.sleep(0.02)

    for _ in range(BOTS):
        tasks.start(over_and_over())
    try:
        yield
    finally:
        assert await tasks.drain(10) == 0


async def rows_of(store: Store) -> dict[str, JournalEntry]:
    async with store._reading() as tx:
        rows = (await tx.execute(select(tables.journal))).mappings().all()
    return {row["user_id"]: _entry(row) for row in rows}


async def test_a_thousand_creates_in_all_weathers_make_no_code_twice(
    store: Store, cams: LocalCams, services: Services
) -> None:
    numbers = [cams.world.spaces[SPACE].add_number(f"65912345{turn:02}") for turn in range(NUMBERS)]
    crowd = Crowd(cams, services, random.Random(4))
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        async with settling_on(services):
            await crowd.ask([number.digits for number in numbers])
            cams.faults.clear()
            async with asyncio.timeout(SETTLES_WITHIN):
                while await store.open_writes():  # noqa: ASYNC110 - the rows are in a database
                    await asyncio.sleep(0.1)
    rows, outcomes = await rows_of(store), Counter(crowd.outcomes.values())
    codes = [code for number in numbers for code in number.qr_codes]
    given_up = {user for user, row in rows.items() if not row.code and row.sends >= SENDS_MAX}
    by_outcome = {said: {user for user, one in crowd.outcomes.items() if one == said} for said in outcomes}
    with_code = {user for user, row in rows.items() if row.code}

    # Each code is that of one create, and no create has two: else one would be nobody's.
    assert sorted(codes) == sorted(row.code for row in rows.values() if row.code)
    assert len(set(codes)) == len(codes)
    # Nobody's code is lost: whoever was not told that nothing was made has one.
    assert by_outcome["made"] <= with_code
    assert by_outcome["unknown"] <= with_code | given_up
    assert not by_outcome["refused"] & with_code
    assert by_outcome["crashed"] & rows.keys() <= with_code | given_up
    assert len(given_up) < CREATES / 50
    # All of it has happened, many times.
    assert outcomes.total() == CREATES
    assert "doubled" not in outcomes
    assert min(outcomes["made"], outcomes["unknown"], outcomes["crashed"], outcomes["refused"]) > 20, outcomes
    assert sum(row.sends > 1 for row in rows.values()) > 20
