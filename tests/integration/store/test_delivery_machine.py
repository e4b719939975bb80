"""Alerts in any weather: WABAs move, are pushed, looked at and acted on, posts go well, are refused or lose their
answers, processes die, time passes.

Whatever happens in between, in the end every WABA was seen as it is, every change that was recorded stands in its
channel once, in the order of its space, and the card shows how things are and what people did about it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import aiohttp
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from bot.alerts.attend import attend
from bot.showing import show_cards
from bot.store import Channel
from tests.fixtures.clock import NOON
from tests.fixtures.delivery import Chat, Fault, later
from tests.fixtures.delivery_cards import PEOPLE, PRESSES, CardBook
from tests.fixtures.delivery_judge import (
    cards_of,
    cards_show_how_things_are,
    every_change_was_told_in_order,
    everything_was_seen,
    floods_of,
    moves_of,
    reminders_of,
    what_was_done_is_written_down,
)
from tests.fixtures.delivery_world import Held, Ledger, LedgerStore, Process, Reviews, TickingClock
from tests.fixtures.refusals import refused
from tests.fixtures.store_machine import A_DAY, QUICK, StoreMachine

SPACES = ("cams-1", "cams-2", "cams-3")
CHANNELS = ("C1", "C2")
STATUSES = ("REJECTED", "PENDING", "DISABLED", "APPROVED", "DEFERRED")
FAULTS: Mapping[str, Callable[[Held], Fault]] = {
    "the answer is lost": lambda _: Fault(aiohttp.ServerDisconnectedError(), accepted=True),
    "Slack fails afterwards": lambda _: Fault(refused("internal_error"), accepted=True),
    "it never arrives": lambda _: Fault(TimeoutError()),
    "too many": lambda _: Fault(refused("ratelimited", status=429, headers={"Retry-After": "40"})),
    "not this way": lambda _: Fault(refused("invalid_blocks"), of_blocks=True),
    "the process dies, it is there": lambda held: Fault(until=held, accepted=True),
    "the process dies before": lambda held: Fault(until=held),
}
JOBS = ("look", "deliver", "attend")
Space, Status, Which = st.sampled_from(SPACES), st.sampled_from(STATUSES), st.integers(0, 1)
Maybe = st.booleans()
Waba = st.sampled_from([*(f"waba-{space}" for space in SPACES), "waba-of-nobody"])
Noticed = st.sampled_from(["by nobody", "by a push", "by a push", "by somebody", "by two at once"])
Asked = st.sampled_from(["by a push", "by somebody"])
Meanwhile = st.lists(st.tuples(st.sampled_from([0, 20]), Which, Status, Noticed), max_size=3)
Presses = st.lists(st.sampled_from(sorted(PRESSES)), min_size=1, max_size=3)


class Delivery(StoreMachine):
    def __init__(self) -> None:
        super().__init__()
        self.chat, self.clock, self.held = Chat(), TickingClock(), Held()
        self.reviews, self.ledger, self.book = Reviews(SPACES, self.held), Ledger(), CardBook()
        self.processes: list[Process] = []

    @initialize(statuses=st.lists(Status, min_size=len(SPACES), max_size=len(SPACES)))
    def begin(self, statuses: list[str]) -> None:
        self.run(self._begin())
        for space, status in zip(SPACES, statuses, strict=True):
            self.a_review_moves(0, space, [status], "by a push", told=True)

    async def _begin(self) -> None:
        engine = await self.open_database()
        self.store = LedgerStore(engine, self.ledger, self.clock)
        for channel in CHANNELS:
            await self.store.set_channel(Channel(channel_id=channel, escalate_to="S1" if channel == "C1" else ""))
            for space in SPACES:
                await self.store.subscribe(space, channel, "U1", NOON)
        self.processes = [await self._process() for _ in range(self.replicas)]
        await self.processes[0].looks()

    async def _process(self) -> Process:
        store = LedgerStore(self.store._engine, self.ledger, self.clock)
        return await Process.begun(store, self.chat, self.reviews, self.held, self.clock)

    def one(self, which: int) -> Process:
        return self.processes[which % self.replicas]

    @rule(which=Which, space=Space, statuses=st.lists(Status, min_size=1, max_size=6), noticed=Noticed, told=Maybe)
    def a_review_moves(self, which: int, space: str, statuses: list[str], noticed: str, told: bool) -> None:
        for status in statuses:
            self.reviews.move(space, status)
            self.run(self._notice(which, space, noticed))
        if told:
            self.run(self._deliver(which))

    @rule(which=Which, statuses=st.permutations(STATUSES))
    def all_move_before_anybody_is_told(self, which: int, statuses: list[str]) -> None:
        # What moved within the hour before would be told as flapping, not in one message with the rest.
        self.run(later(self.store, self.clock, timedelta(hours=2)))
        for status in statuses:
            for space in SPACES:
                self.reviews.move(space, status)
                self.run(self._notice(which, space, "by a push"))
        self.run(self._deliver(which))

    async def _notice(self, which: int, space: str, noticed: str) -> None:
        match noticed:
            case "by a push":
                await self.one(which).is_told([f"waba-{space}"])
                await self.one(which).looks()
            case "by somebody":
                await self.one(which).somebody_looks(space)
            case "by two at once":
                await self.one(which).somebody_looks(space, times=2)

    @rule(which=Which, space=Space, status=Status, noticed=Asked, meanwhile=Meanwhile, comes=Maybe)
    def a_look_takes_long(
        self, which: int, space: str, status: str, noticed: str, meanwhile: list[tuple[int, int, str, str]], comes: bool
    ) -> None:
        self.reviews.move(space, status)
        self.reviews.slow.add(space)
        self.run(self._notice(which, space, noticed))
        for seconds, other, moved, also_noticed in meanwhile:
            self.run(later(self.store, self.clock, timedelta(seconds=seconds)))
            self.reviews.move(space, moved)
            self.run(self._notice(other, space, also_noticed))
        if comes:
            self.run(self._answer(0))

    @rule(nth=st.integers(0, 3))
    def an_answer_comes(self, nth: int) -> None:
        self.run(self._answer(nth))

    async def _answer(self, nth: int) -> None:
        self.held.let(nth)
        await self.held.rest(*(one.tasks for one in self.processes))

    @rule(which=Which, named=st.lists(Waba, min_size=1, max_size=4))
    def callbacks_come(self, which: int, named: list[str]) -> None:
        self.run(self.one(which).is_told(named))

    @rule(space=Space, readable=Maybe)
    def a_space_can_be_read_or_not(self, space: str, readable: bool) -> None:
        (self.reviews.unreadable.discard if readable else self.reviews.unreadable.add)(space)

    @rule(which=Which, seconds=st.sampled_from([0, 5, 60, 4000]), jobs=st.sets(st.sampled_from(JOBS), min_size=1))
    def a_process_works(self, which: int, seconds: int, jobs: set[str]) -> None:
        self.run(later(self.store, self.clock, timedelta(seconds=seconds)))
        if "look" in jobs:
            self.run(self.one(which).looks())
        if "deliver" in jobs:
            self.run(self._deliver(which))
        if "attend" in jobs:
            self.run(self._follow())
            self.run(self._attend(which))

    async def _deliver(self, which: int) -> None:
        # One that hangs goes on doing so until its process dies.
        if not await self.one(which).delivers():
            await self._die(which)
        await show_cards(self.one(which).store, self.chat.change, self.clock)

    @rule(channel=st.sampled_from(CHANNELS), what=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def the_weather_turns(self, channel: str, what: list[str]) -> None:
        self.chat.faults.setdefault(channel, []).extend(FAULTS[name](self.held) for name in what)

    @rule(channel=st.sampled_from(CHANNELS), error=st.sampled_from([None, TimeoutError(), refused("ratelimited")]))
    def a_history_cannot_be_read_for_a_while(self, channel: str, error: Exception | None) -> None:
        self.chat.unreadable = {channel: error} if error else {}

    @rule(seconds=st.sampled_from([1, 60, 601, 15000]))
    def time_passes(self, seconds: int) -> None:
        self.run(later(self.store, self.clock, timedelta(seconds=seconds)))

    @rule(which=Which)
    def a_process_dies(self, which: int) -> None:
        self.run(self._die(which))

    async def _die(self, which: int) -> None:
        await self.one(which).dies()
        self.processes[which % self.replicas] = await self._process()

    @rule(which=Which, nth=st.integers(0, 2), presses=Presses, who=st.sampled_from(PEOPLE))
    def somebody_presses(self, which: int, nth: int, presses: list[str], who: str) -> None:
        for press in presses:
            self.run(self._press(which, nth, press, who))

    async def _press(self, which: int, nth: int, press: str, who: str) -> None:
        # What is pressed was shown, some time ago or just now.
        await self._deliver(which)
        await self._follow()
        if there := await cards_of(self.store):
            # A button of a closed card may still be there for somebody to press.
            card = sorted(there, key=lambda one: one.state == "closed")[nth % len(there)]
            await self.book.press(card, PRESSES[press], who, self.one(which).services(self.clock()))

    @rule(which=Which, nth=st.integers(0, 2), who=st.sampled_from(PEOPLE))
    def somebody_acknowledges_all_that_was_told_together(self, which: int, nth: int, who: str) -> None:
        self.run(self._press_all(which, nth, who))

    async def _press_all(self, which: int, nth: int, who: str) -> None:
        await self._deliver(which)
        await self._follow()
        if floods := floods_of(self.chat)[::-1]:
            moves = {space: await moves_of(self.store, space) for space in SPACES}
            services = self.one(which).services(self.clock())
            await self.book.press_all(floods[nth % len(floods)], await cards_of(self.store), moves, who, services)

    async def _attend(self, which: int) -> None:
        now, before = self.clock(), len(await reminders_of(self.store))
        await attend(self.one(which).store, lambda: now)
        self.book.reminded((await reminders_of(self.store))[before:], now)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        marks = [one.letter.mark for one in self.chat.sent]

        assert len(marks) == len(set(marks))
        for channel in CHANNELS:
            told = self.chat.told(channel)

            assert len(told) == len(set(told))

    @invariant()
    def everything_was_led_to_by_what_it_says(self) -> None:
        assert (self.ledger.wrong, self.failures) == ([], [])

    @invariant()
    def a_push_stays_until_it_was_followed(self) -> None:
        for watch in self.run(self.store.watches()) if self.processes else ():
            assert (watch.pushed_at is not None) == self.ledger.is_pushed(watch.space_id), watch

    @invariant()
    def cards_stand_as_people_left_them(self) -> None:
        if self.processes:
            self.run(self._follow())

        assert self.book.wrong == []

    async def _follow(self) -> None:
        if kept := await cards_of(self.store):
            moves = {space: await moves_of(self.store, space) for space in SPACES}
            self.book.follow(kept, moves)

    def teardown(self) -> None:
        try:
            if self.processes:
                self.run(self._all_is_settled())
                self.nothing_is_told_twice()
                self.everything_was_led_to_by_what_it_says()
                self.a_push_stays_until_it_was_followed()
                self.cards_stand_as_people_left_them()
                self.run(self._all_has_come_to_the_right_end())
        finally:
            self.run(self._end())
            self.close()

    async def _end(self) -> None:
        for one in self.processes:
            await one.dies()

    async def _all_is_settled(self) -> None:
        for weather in (self.chat.faults, self.chat.unreadable, self.reviews.slow, self.reviews.unreadable):
            weather.clear()
        for which in range(self.replicas):
            await self._die(which)
        for _ in range(3):
            await later(self.store, self.clock, A_DAY)
            self.settled_from = self.clock()
            for which in range(self.replicas):
                await self.one(which).looks()
                await self._deliver(which)
                await self._follow()
                await self._attend(which)
            await self._deliver(0)

        assert await self.store.oldest_owed() is None

    async def _all_has_come_to_the_right_end(self) -> None:
        await everything_was_seen(self.store, self.reviews, self.settled_from)
        await every_change_was_told_in_order(self.store, self.chat, SPACES, CHANNELS)
        await cards_show_how_things_are(self.store, self.chat, self.reviews, self.book, CHANNELS)
        await what_was_done_is_written_down(self.store, self.book)


class DeliveryOnPostgreSQL(Delivery):
    """The same on a database that two processes share."""

    postgresql = True
    replicas = 2


TestDeliveryOnSQLite = Delivery.TestCase
TestDeliveryOnSQLite.settings = settings(QUICK, max_examples=20)
TestDeliveryOnPostgreSQL = DeliveryOnPostgreSQL.TestCase
TestDeliveryOnPostgreSQL.settings = settings(QUICK, max_examples=8)
