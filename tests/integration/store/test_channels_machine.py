"""Channels in any weather: they are subscribed and leave, want cards, messages or digests, are lost and come back,
their edits fail, and CAMS is silent, refuses the key or fails for a space.

Whatever happens in between, in the end each channel was told once, in order, what it was to be told, there or in the
fallback channel, each trouble and each recovery was told once, and each card shows what is known.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from bot.store import Channel, Mode
from tests.fixtures.channels_book import DEFAULT_SPACE, FALLBACK, ChannelsBook
from tests.fixtures.channels_judge import (
    cards_show_what_is_known,
    everything_was_told_in_order,
    messages_name_what_they_tell,
    nobody_waits_but,
    nothing_is_told_where_it_does_not_belong,
    owners_were_told,
    waiting_in,
)
from tests.fixtures.channels_weather import EDIT_FAULTS, FAULTS, TROUBLES
from tests.fixtures.channels_world import BookStore, EditFault, Screen, Worker
from tests.fixtures.delivery import later
from tests.fixtures.delivery_world import TickingClock
from tests.fixtures.silent_cams import Silence
from tests.fixtures.store_machine import A_DAY, QUICK, StoreMachine

SPACES = (DEFAULT_SPACE, "cams-2", "cams-3")
CHANNELS = ("C1", "C2", FALLBACK)
OWNERS = {"C1": "U1", "C2": "U2", FALLBACK: "U1"}
STATUSES = ("REJECTED", "PENDING", "DISABLED", "APPROVED")
JOBS = ("looks", "delivers", "shows", "attends", "sends_digests", "checks")
AT_ONCE = ("looks", "asks", "wants", "delivers", "delivers too", "sends digests")
EditOf = st.sampled_from(sorted(EDIT_FAULTS))
SpaceOf, Where, Which = st.sampled_from(SPACES), st.sampled_from(CHANNELS), st.integers(0, 1)
Wanted = st.sampled_from(["card", "card", "each", "digest"])
Before = st.sampled_from(["nothing", "a change that is told", "a change"])
Maybe = st.booleans()


class Channels(StoreMachine):
    def __init__(self) -> None:
        super().__init__()
        self.screen, self.clock, self.cams, self.book = Screen(), TickingClock(), Silence(SPACES), ChannelsBook()
        self.workers: list[Worker] = []

    @initialize(
        told=st.lists(st.tuples(SpaceOf, Where), min_size=2, max_size=5),
        modes=st.lists(Wanted, min_size=3, max_size=3),
    )
    def begin(self, told: list[tuple[str, str]], modes: list[str]) -> None:
        self.run(self._begin())
        for channel, mode in zip(CHANNELS, modes, strict=True):
            self.a_channel_wants(channel, mode, DEFAULT_SPACE, "nothing")
        for space, channel in told:
            self.somebody_asks(0, "watch", space, channel, "nothing")
        self.run(self.workers[0].looks())

    async def _begin(self) -> None:
        self.engine = await self.open_database()
        self.workers = [await self._worker() for _ in range(self.replicas)]
        self.store = self.workers[0].store

    async def _worker(self) -> Worker:
        return await Worker.begun(BookStore(self.engine, self.book, self.clock), self.screen, self.cams, self.clock)

    def one(self, which: int) -> Worker:
        return self.workers[which % self.replicas]

    @rule(which=Which, space=SpaceOf, statuses=st.lists(st.sampled_from(STATUSES), min_size=1, max_size=5), told=Maybe)
    def a_review_moves(self, which: int, space: str, statuses: list[str], told: bool) -> None:
        for status in statuses:
            self.run(self._moves(which, space, status))
        if told:
            self.run(self._do(which, "delivers"))

    @rule(which=Which, statuses=st.permutations(STATUSES))
    def all_move_before_anybody_is_told(self, which: int, statuses: list[str]) -> None:
        # What moved within the hour before would be told as flapping, not in one message with the rest.
        self.run(later(self.store, self.clock, timedelta(hours=2)))
        for status in statuses:
            for space in SPACES:
                self.run(self._moves(which, space, status))
        self.run(self._do(which, "delivers"))

    def _gets_worse(self, which: int, space: str, before: str) -> None:
        if before != "nothing":
            self.a_review_moves(which, space, [self._worse(space)], told=before == "a change that is told")

    def _worse(self, space: str) -> str:
        return "REJECTED" if self.cams.status[space] == "DISABLED" else "DISABLED"

    async def _moves(self, which: int, space: str, status: str) -> None:
        self.cams.status[space] = status
        await self.store.push_hint([f"waba-{space}"])
        await self.one(which).looks()

    @rule(which=Which, seconds=st.sampled_from([0, 60, 1000, 4000]), what=st.lists(st.sampled_from(JOBS), min_size=1))
    def a_process_works(self, which: int, seconds: int, what: list[str]) -> None:
        self.run(later(self.store, self.clock, timedelta(seconds=seconds)))
        for job in what:
            self.run(self._do(which, job))

    async def _do(self, which: int, job: str) -> None:
        if await getattr(self.one(which), job)() is False:
            await self._die(which)

    @rule(seconds=st.sampled_from([60, 601, 15000, 90000]))
    def time_passes(self, seconds: int) -> None:
        self.run(later(self.store, self.clock, timedelta(seconds=seconds)))

    @rule(which=Which, act=st.sampled_from(["watch", "unwatch"]), space=SpaceOf, channel=Where, before=Before)
    def somebody_asks(self, which: int, act: str, space: str, channel: str, before: str) -> None:
        self._gets_worse(which, space, before)
        self.run(self.one(which).is_asked(act, space, channel, OWNERS[channel]))

    @rule(channel=Where, mode=Wanted, space=SpaceOf, before=Before)
    def a_channel_wants(self, channel: str, mode: str, space: str, before: str) -> None:
        self._gets_worse(0, space, before)
        self.run(self.store.change_channel(channel, partial(_with_mode, mode), by="U1"))

    @rule(
        which=Which,
        acts=st.lists(st.sampled_from(AT_ONCE), min_size=2, max_size=4, unique=True),
        asked=st.sampled_from(["watch", "unwatch"]),
        space=SpaceOf,
        channel=Where,
        mode=Wanted,
        status=st.sampled_from(STATUSES),
    )
    def several_act_at_once(
        self, which: int, acts: list[str], asked: str, space: str, channel: str, mode: str, status: str
    ) -> None:
        does: Mapping[str, Callable[[], Coroutine[Any, Any, Any]]] = {
            "looks": lambda: self._moves(which, space, status),
            "asks": lambda: self.one(which + 1).is_asked(asked, space, channel, OWNERS[channel]),
            "wants": lambda: self.store.change_channel(channel, partial(_with_mode, mode), by="U1"),
            "delivers": self.one(which).delivers,
            "delivers too": self.one(which + 1).delivers,
            "sends digests": self.one(which).sends_digests,
        }
        self.run(self._at_once([does[act]() for act in acts]))

    async def _at_once(self, acts: list[Coroutine[Any, Any, Any]]) -> None:
        async with self.store.loosely():
            await asyncio.gather(*acts)

    @rule(which=Which, channel=Where, heard=Maybe)
    def a_channel_is_lost(self, which: int, channel: str, heard: bool) -> None:
        self.screen.lose(channel)
        if heard:
            self.run(self.one(which).hears("channel_archive", channel))

    @rule(which=Which, channel=Where, heard=Maybe)
    def a_channel_is_back(self, which: int, channel: str, heard: bool) -> None:
        self.screen.always.pop(channel, None)
        if heard:
            self.screen.faults.pop(channel, None)
            self.run(self._is_back(which, channel))

    async def _is_back(self, which: int, channel: str) -> None:
        waited = await waiting_in(channel, self.store) if channel in self.book.lost else set()
        await self.one(which).hears("channel_unarchive", channel)
        await self._do(which, "delivers")

        assert not waited & await waiting_in(channel, self.store)

    @rule(trouble=st.sampled_from(sorted(TROUBLES)))
    def cams_is_in_trouble_or_not(self, trouble: str) -> None:
        self.cams.trouble = TROUBLES[trouble]

    @rule(space=SpaceOf, readable=Maybe)
    def a_space_can_be_read_or_not(self, space: str, readable: bool) -> None:
        (self.cams.unreadable.discard if readable else self.cams.unreadable.add)(space)

    @rule(channel=Where, what=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def posts_fail(self, channel: str, what: list[str]) -> None:
        self.screen.faults.setdefault(channel, []).extend(FAULTS[name]() for name in what)

    @rule(which=Which, what=st.lists(EditOf, min_size=1, max_size=3), space=SpaceOf, status=st.sampled_from(STATUSES))
    def edits_fail(self, which: int, what: list[str], space: str, status: str) -> None:
        for channel in CHANNELS:
            self.screen.edit_faults[channel] = [EDIT_FAULTS[name]() for name in what]
        self.a_review_moves(which, space, [status], told=True)
        self.run(self._do(which, "shows"))

    @rule(which=Which)
    def a_process_dies(self, which: int) -> None:
        self.run(self._die(which))

    async def _die(self, which: int) -> None:
        await self.one(which).dies()
        self.workers[which % self.replicas] = await self._worker()

    @invariant()
    def all_is_as_it_has_to_be(self) -> None:
        if self.workers:
            self.run(self.store.follow())
            self.run(nothing_is_told_where_it_does_not_belong(self.store, self.screen, self.book))

        assert (self.book.wrong, self.failures) == ([], [])

    def teardown(self) -> None:
        try:
            if self.workers:
                self.run(self._all_is_settled())
                self.all_is_as_it_has_to_be()
                self.run(self._all_has_come_to_the_right_end())
        finally:
            self.run(self._end())
            self.close()

    async def _end(self) -> None:
        for one in self.workers:
            await one.dies()

    async def _all_is_settled(self) -> None:
        for weather in (self.screen.faults, self.screen.edit_faults, self.cams.unreadable):
            weather.clear()
        self.cams.trouble = None
        if FALLBACK in self.screen.always:
            # It takes nothing for good, which the others must not wait for.
            self.screen.always = {FALLBACK: self.screen.always[FALLBACK]}
            await self._days_pass(4)
            await nobody_waits_but(FALLBACK, self.store)
        self.screen.always.clear()
        for channel in CHANNELS:
            await self._is_back(0, channel)
        await self._the_last_edits_fail()
        await self._days_pass(4)

        assert await self.store.oldest_owed() is None
        assert await self.store.alarms() == []

    async def _the_last_edits_fail(self) -> None:
        self.screen.edit_faults = {channel: [EditFault(TimeoutError())] for channel in CHANNELS}
        for space in SPACES:
            await self._moves(0, space, self._worse(space))
        await self._do(0, "delivers")
        await self._do(0, "shows")

    async def _days_pass(self, days: int) -> None:
        for _ in range(days):
            await later(self.store, self.clock, A_DAY)
            for which in range(self.replicas):
                for job in ("looks", "checks", "attends", "sends_digests", "delivers", "shows"):
                    await self._do(which, job)
                await self.one(which).delivers()

    async def _all_has_come_to_the_right_end(self) -> None:
        await everything_was_told_in_order(self.store, self.screen, self.book)
        await messages_name_what_they_tell(self.store, self.screen, self.book)
        await cards_show_what_is_known(self.store, self.screen)
        owners_were_told(self.screen, self.book)
        for space, polled in self.book.polled.items():
            assert (polled.status, polled.failing_since) == (self.cams.status[space], None), space


def _with_mode(mode: str, channel: Channel) -> Channel:
    return replace(channel, mode=cast(Mode, mode))


class ChannelsOnPostgreSQL(Channels):
    """The same on a database that two processes share."""

    postgresql = True
    replicas = 2


TestChannelsOnSQLite = Channels.TestCase
TestChannelsOnSQLite.settings = settings(QUICK, max_examples=16)
TestChannelsOnPostgreSQL = ChannelsOnPostgreSQL.TestCase
TestChannelsOnPostgreSQL.settings = settings(QUICK, max_examples=7)
