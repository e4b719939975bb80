"""A thousand codes are asked for while everything goes wrong: each is made once, whatever the weather."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import pytest
import stamina

from bot.cams.arrival import ArrivalConnector
from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.errors import CamsError
from bot.cams.quota import QUOTAS, Quota
from bot.errors import UserError
from bot.journal import CREATE, Adopt, Doubled, GiveUp, Journal, SendAgain
from bot.store import JournalEntry, LostLeaseError, Store, Wanted
from sandbox.cams import Fault, LocalCams
from sandbox.cams.faults import FaultKind

CREATES = 1000
AT_ONCE = 40
NUMBERS = 25
DIES_WITHIN = 0.4
# An attempt may take so long, and a late answer twice that; after the grace CAMS is done in any case.
ATTEMPT, LATE, GRACE = 0.25, 0.5, timedelta(seconds=1)
BAD: tuple[FaultKind, ...] = ("cut_before", "cut_after", "truncated", "garbage", "error", "latency", "unavailable")
PLENTY = dict.fromkeys(QUOTAS, 10_000)


@pytest.fixture
async def cams() -> AsyncIterator[LocalCams]:
    async with LocalCams.start() as local:
        local.quota.limits.update(PLENTY)
        local._gateway._quota = type(local.quota)(PLENTY, "bucket")
        yield local


class Weather:
    """Every other create meets a fault; now and then a list does too."""

    def __init__(self, cams: LocalCams, dice: random.Random) -> None:
        self._cams = cams
        self._dice = dice

    def turn(self) -> None:
        """Plant a fault for the next call of an operation, or none."""
        operation = CREATE if self._dice.random() < 0.9 else "ListPhoneMessageQrdl"
        if self._dice.random() < 0.5:
            self._cams.faults.add(Fault(self._dice.choice(BAD), operation, count=1, seconds=0.0))
        if self._dice.random() < 0.05:
            self._cams.faults.add(Fault("latency", operation, count=1, seconds=LATE))


class Whole:
    """A store whose transactions happen whole though the task that asked for them dies, as a database's do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way = set[asyncio.Task[Any]]()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def whole(*given: Any, **named: Any) -> Any:
            task = asyncio.ensure_future(getattr(self._store, name)(*given, **named))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            return await asyncio.shield(task)

        return whole

    async def settled(self) -> None:
        """Wait until what was begun has happened."""
        if self._under_way:
            await asyncio.wait(self._under_way)


async def settle(journal: Journal, entry: JournalEntry) -> None:
    """Do what the bot's job does with a row, but for telling anybody."""
    if entry.state == "made":
        await journal.store.close_write(entry)
        return
    entry, found = await journal.look(entry)
    match found:
        case SendAgain():
            entry, code = await journal.send_again(entry)
            if code is None:
                await journal.leave(entry)
            else:
                await journal.store.close_write(entry)
        case Adopt() | Doubled() | GiveUp():
            await journal.store.close_write(entry)
        case _:
            await journal.leave(entry, 0.05)


async def settle_all(journal: Journal) -> None:
    """Go on like a bot that was started again, until no row is open."""
    while await journal.store.open_writes():
        for entry in await journal.store.claim_writes(journal.clock(), journal.lease, AT_ONCE):
            try:
                await settle(journal, entry)
            except CamsError:
                with_time = await journal.store.journal_entry(entry.id)
                if with_time and with_time.state != "closed":
                    await journal.leave(replace(with_time, attempts=entry.attempts), 0.05)
        await asyncio.sleep(0.02)


async def test_a_thousand_creates_in_all_weathers_make_no_code_twice(store: Store, cams: LocalCams) -> None:
    dice = random.Random(4)
    weather = Weather(cams, dice)
    numbers = [cams.world.spaces["cams-demo1"].add_number(f"65912345{turn:02}") for turn in range(NUMBERS)]
    outcomes: Counter[str] = Counter()
    async with aiohttp.ClientSession(connector=ArrivalConnector()) as session:
        key = cams.environment()
        client = CamsClient(
            session,
            cams.url,
            StaticCredentials(Credentials(key["ALIBABA_CLOUD_ACCESS_KEY_ID"], key["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])),
            clock=lambda: datetime.now(UTC),
            limits=Limits(attempt=ATTEMPT),
            quota=Quota(limits=PLENTY),
        )
        journal = Journal(
            cast(Store, Whole(store)), client, lambda: datetime.now(UTC), GRACE, lease=timedelta(seconds=3)
        )
        waiting = iter(range(CREATES))

        async def people() -> None:
            for turn in waiting:
                weather.turn()
                outcomes[await ask(journal, numbers[turn % NUMBERS].digits, f"message {turn}", dice)] += 1

        with stamina.set_testing(testing=True, attempts=3, cap=True):
            await asyncio.gather(*(people() for _ in range(AT_ONCE)))
            cams.faults.clear()
            await settle_all(journal)
    made = Counter(code.message for number in numbers for code in number.qr_codes.values())

    assert [message for message, count in made.items() if count > 1] == []
    # Whoever was told that nothing was made may ask again; all others have their code.
    assert len(made) == CREATES - outcomes["refused"]
    assert min(outcomes["made"], outcomes["unknown"], outcomes["crashed"]) > 20, outcomes


async def ask(journal: Journal, phone_number: str, message: str, dice: random.Random) -> str:
    """Ask for a code as the handler does; sometimes the process dies at some moment of it."""
    wanted = Wanted(
        operation=CREATE,
        phone_number=phone_number,
        space_id="cams-demo1",
        content=message,
        user_id="U",
        channel_id="C",
    )
    work = asyncio.create_task(journal.create(wanted))
    if dice.random() < 0.2:
        await asyncio.wait({work}, timeout=dice.random() * DIES_WITHIN)
        if work.cancel():
            await asyncio.wait({work})
            if work.cancelled():
                await cast(Whole, journal.store).settled()
                opened = [row for row in await journal.store.open_writes() if row.content == message]
                return "crashed" if opened else "refused"
    try:
        entry, code = await work
    except (CamsError, UserError, LostLeaseError):
        return "refused"
    if code is None:
        await journal.leave(entry)
        return "unknown"
    await journal.store.close_write(entry)
    return "made"
