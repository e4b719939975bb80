"""Alerts in any weather: WABAs move, posts go well, are refused or lose their answers, the process dies, time passes.

Whatever happens in between, in the end every change stands in its channel once, in the order of its space, and the
card shows how things are.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, text
from structlog.testing import capture_logs

from bot.alerts.acting import acknowledge, snooze
from bot.review import seen
from bot.showing import show_cards
from bot.statuses import is_well
from bot.store import Card, Watch, open_store
from bot.store.base import values_of
from bot.store.tables import cards
from tests.fixtures.changes import waba
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.databases import fresh_schema
from tests.fixtures.delivery import Chat, Fault, Poster, begun_anew, later
from tests.fixtures.refusals import refused
from tests.fixtures.shown import shown

T = TypeVar("T")
SPACES = ("cams-1", "cams-2", "cams-3")
CHANNELS = ("C1", "C2")
STATUSES = ("PENDING", "APPROVED", "REJECTED", "DISABLED", "DEFERRED")
FAULTS = {
    "the answer is lost": lambda: Fault(aiohttp.ServerDisconnectedError(), accepted=True),
    "Slack fails afterwards": lambda: Fault(refused("internal_error"), accepted=True),
    "it never arrives": lambda: Fault(TimeoutError()),
    "too many": lambda: Fault(refused("ratelimited", status=429, headers={"Retry-After": "40"})),
    "not this way": lambda: Fault(refused("invalid_blocks"), of_blocks=True),
    "the process dies, it is there": lambda: Fault(until=asyncio.Event(), accepted=True),
    "the process dies before": lambda: Fault(until=asyncio.Event()),
}
A_DAY = timedelta(days=1)


class Delivery(RuleBasedStateMachine):
    """One process, which dies now and then, on a database that stays."""

    postgresql = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.chat, self.clock = Chat(), Clock()
        self.told: dict[str, list[int]] = {}
        self.recorded: dict[int, str] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        with capture_logs():
            return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        if self.postgresql:
            url = await self.stack.enter_async_context(fresh_schema())
        else:
            folder = self.stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite:///{Path(folder) / 'cams-bot.db'}"
        self.store = await self.stack.enter_async_context(open_store(url))
        for space in SPACES:
            for channel in CHANNELS:
                await self.store.subscribe(space, channel, "U1", NOON)
            await self._see(space, "APPROVED")
        self.poster = Poster(self.store, self.chat, self.clock)

    @rule(space=st.sampled_from(SPACES), status=st.sampled_from(STATUSES))
    def a_review_moves(self, space: str, status: str) -> None:
        self.run(self._see(space, status))

    @rule(space=st.sampled_from(SPACES), statuses=st.lists(st.sampled_from(STATUSES), min_size=2, max_size=12))
    def a_review_goes_to_and_fro(self, space: str, statuses: list[str]) -> None:
        for status in statuses:
            self.run(self._see(space, status))

    @rule(space=st.sampled_from(SPACES), status=st.sampled_from(STATUSES))
    def two_look_at_once_and_see_the_same(self, space: str, status: str) -> None:
        self.run(self._see_twice(space, status))

    async def _see_twice(self, space: str, status: str) -> None:
        known = await self.store.watch(space) or Watch(space)
        await self._record(space, status, known)
        await self._record(space, status, known)

    async def _see(self, space: str, status: str) -> None:
        await self._record(space, status, await self.store.watch(space) or Watch(space))

    async def _record(self, space: str, status: str, known: Watch) -> None:
        def decide(current: Watch) -> Any:
            return seen(known, waba(status, f"waba-{space}"), self.clock(), current)

        for transition in await self.store.record(space, decide, "", self.clock()):
            self.recorded[transition.id] = space

    @rule()
    def a_tick(self) -> None:
        self.run(self._tick())

    async def _tick(self) -> None:
        await self.poster.outbox.tick()
        # One that hangs goes on doing so until the process dies.
        await self.poster.tasks.drain(0.02) if self._hangs() else await self.poster.outbox.idle()
        if self.poster.tasks.draining:
            await self._die()
        await show_cards(self.store, self.chat.change, self.clock)

    def _hangs(self) -> bool:
        return any(fault.until for faults in self.chat.faults.values() for fault in faults)

    @rule(channel=st.sampled_from(CHANNELS), what=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def the_weather_turns(self, channel: str, what: list[str]) -> None:
        self.chat.faults.setdefault(channel, []).extend(FAULTS[name]() for name in what)

    @rule(channel=st.sampled_from(CHANNELS), error=st.sampled_from([None, TimeoutError(), refused("ratelimited")]))
    def a_history_cannot_be_read_for_a_while(self, channel: str, error: Exception | None) -> None:
        self.chat.unreadable = {channel: error} if error else {}

    @rule(seconds=st.sampled_from([1, 5, 60, 601, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.run(later(self.store, self.clock, timedelta(seconds=seconds)))

    @rule()
    def the_process_dies(self) -> None:
        self.run(self._die())

    async def _die(self) -> None:
        await self.poster.tasks.drain(0)
        self.store = await begun_anew(self.store, self.clock)
        self.poster = Poster(self.store, self.chat, self.clock)

    @rule(space=st.sampled_from(SPACES), hours=st.sampled_from([None, 1, 48]), acks=st.booleans())
    def somebody_looks_after_it(self, space: str, hours: int | None, acks: bool) -> None:
        self.run(self._act(space, None if hours is None else timedelta(hours=hours), acks=acks))

    async def _act(self, space: str, wait: timedelta | None, *, acks: bool) -> None:
        now = self.clock()
        for card in await self._cards():
            if card.space_id == space and card.state == "open":
                act = acknowledge("U1", now, card) if acks else snooze("U1", now + wait if wait else None, card)
                if act:
                    await self._keep(replace(act, version=card.version + 1))

    async def _keep(self, card: Card) -> None:
        names = ("acked_by", "acked_at", "snoozed_by", "snoozed_until", "snoozed_to_change", "version")
        values = {name: getattr(card, name) for name in names}
        async with self.store._writing() as tx:
            await tx.execute(cards.update().where(cards.c.id == card.id).values(values))

    async def _cards(self) -> list[Card]:
        async with self.store._reading() as tx:
            rows = await tx.execute(select(cards).order_by(cards.c.id))
            return [Card(**values_of(row, cards)) for row in rows]

    @invariant()
    def nothing_is_told_twice(self) -> None:
        for channel in CHANNELS:
            told = self.chat.told(channel)

            assert len(told) == len(set(told))

    def teardown(self) -> None:
        try:
            if hasattr(self, "store"):
                self.run(self._all_is_delivered())
                self.nothing_is_told_twice()
                self.run(self._every_change_was_told_in_order())
                self.run(self._cards_show_how_things_are())
        finally:
            self.run(self._end())
            self.loop.close()

    async def _end(self) -> None:
        await self.poster.tasks.drain(0)
        await self.stack.aclose()

    async def _all_is_delivered(self) -> None:
        self.chat.faults.clear()
        self.chat.unreadable.clear()
        await self._die()
        for _ in range(3):
            await later(self.store, self.clock, A_DAY)
            await self._tick()

        assert await self.store.oldest_owed() is None

    async def _every_change_was_told_in_order(self) -> None:
        for channel in CHANNELS:
            told = self.chat.told(channel)
            of_space = [[key for key in told if self.recorded[key] == space] for space in SPACES]

            assert sorted(told) == sorted(self.recorded)
            assert of_space == [sorted(keys) for keys in of_space]

    async def _cards_show_how_things_are(self) -> None:
        now = {watch.space_id: watch.review_status for watch in await self.store.watches()}
        kept = await self._cards()
        open_now = {(card.channel_id, card.space_id): card.status for card in kept if card.state == "open"}
        bad = {(channel, space): now[space] for channel in CHANNELS for space in SPACES if not is_well(now[space])}

        assert open_now == bad
        for card in kept:
            await self._shows(card)

    async def _shows(self, card: Card) -> None:
        """Check the message of a card; one that only a flood has told of has none."""
        query = text("SELECT message_ts FROM posts WHERE card_id = :card AND kind = 'card' AND state = 'sent'")
        async with self.store._reading() as tx:
            found = list(await tx.scalars(query, {"card": card.id}))
        messages = [one.shows for one in self.chat.sent if one.ts in found]

        assert len(messages) <= 1
        for message in messages:
            said = message.text if not message.blocks else shown(list(message.blocks))

            assert card.version == card.shown
            assert ("all is well" if card.state == "closed" else f"→ {card.status}") in said


class DeliveryOnPostgreSQL(Delivery):
    """The same on a database that processes share."""

    postgresql = True


QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=25)
TestDeliveryOnSQLite = Delivery.TestCase
TestDeliveryOnSQLite.settings = settings(QUICK, max_examples=40)
TestDeliveryOnPostgreSQL = DeliveryOnPostgreSQL.TestCase
TestDeliveryOnPostgreSQL.settings = settings(QUICK, max_examples=12)
