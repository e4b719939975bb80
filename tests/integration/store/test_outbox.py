import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from bot.alerts.message import Message
from bot.outbox import AT_ONCE, LEASE, POST_TIMEOUT, mark_of
from bot.store import NewPost, Post, Situation, Store, Telling
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import UNREADABLE, Chat, Fault, Poster, begun_anew, later, owe, said
from tests.fixtures.refusals import refused
from tests.fixtures.shown import shown

SECOND = timedelta(seconds=1)
ARCHIVED = refused("is_archived")
LIMITED = refused("ratelimited", status=429, headers={"Retry-After": "77"})
LOST = (aiohttp.ServerDisconnectedError(), TimeoutError(), refused("internal_error"), refused("x", status=503))
NEVER = (refused("ratelimited", status=429), refused("a_code_of_tomorrow"))


class Forgetful(Store):
    """Fails between the post and its record."""

    async def sent(self, post: Post, message_ts: str, now: datetime) -> bool:
        raise OSError("the database is gone")


async def changed(store: Store, *channels: str, times: int = 1) -> list[int]:
    for channel in channels:
        await store.subscribe("space-1", channel, "U1", NOON)
    return [(await record_change(store, "space-1", NOON)).id for _ in range(times)]


async def test_what_is_owed_arrives_once_and_in_order(store: Store) -> None:
    chat, clock = Chat(), Clock()
    told = await changed(store, "C1", "C2", times=3)
    poster = Poster(store, chat, clock)
    await poster.tick()
    await poster.tick()

    assert (chat.told("C1"), chat.told("C2"), chat.looks) == (told, told, [])


async def test_a_long_queue_needs_no_second_tick(store: Store) -> None:
    chat = Chat()
    for number in range(AT_ONCE + 4):
        await owe(store, "C1", f"C{number + 2}")
    await Poster(store, chat, Clock()).tick()

    assert len(chat.sent) == 2 * (AT_ONCE + 4)


@pytest.mark.parametrize("error", LOST, ids=repr)
async def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(store: Store, error: Exception) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(), Fault(error, accepted=True)]
    await owe(store, "C1", words="first")
    await owe(store, "C1", words="second")
    poster = Poster(store, chat, clock)
    await poster.tick()
    await later(store, clock, 5 * SECOND)
    await poster.tick()

    assert chat.texts("C1") == ["first", "second"]
    assert chat.looks == [("C1", chat.sent[0].ts)]
    assert await store.oldest_owed() is None


@pytest.mark.parametrize("error", LOST, ids=repr)
async def test_a_message_that_never_came_is_posted_after_a_look(store: Store, error: Exception) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(error)]
    await owe(store, "C1")
    poster = Poster(store, chat, clock)
    await poster.tick()
    await later(store, clock, 5 * SECOND)
    await poster.tick()

    assert (chat.texts("C1"), [channel for channel, _ in chat.looks]) == (["a message"], ["C1"])


@pytest.mark.parametrize("error", NEVER, ids=repr)
async def test_after_a_definite_no_nobody_looks(store: Store, error: Exception) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(error)]
    await owe(store, "C1")
    poster = Poster(store, chat, clock)
    await poster.tick()
    await later(store, clock, 5 * SECOND)
    await poster.tick()

    assert (chat.texts("C1"), chat.looks) == (["a message"], [])


async def test_where_the_history_cannot_be_read_it_is_posted_again_and_says_so(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(TimeoutError(), accepted=True)]
    chat.unreadable["C1"] = UNREADABLE
    await changed(store, "C1")
    poster = Poster(store, chat, clock)
    await poster.tick()
    await later(store, clock, 5 * SECOND)
    await poster.tick()
    first, second = (one.letter for one in chat.sent)

    assert second.message.text == f"May be a repeat: {first.message.text}"
    assert "I could not see whether it is here already" in shown(list(second.message.blocks))
    assert (second.mark, second.changes) == (first.mark, first.changes)


@pytest.mark.parametrize("error", [LIMITED, TimeoutError(), aiohttp.ServerDisconnectedError()], ids=repr)
async def test_a_look_that_fails_is_done_again_before_anything_is_posted(store: Store, error: Exception) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(TimeoutError(), accepted=True)]
    chat.unreadable["C1"] = error
    await owe(store, "C1")
    poster = Poster(store, chat, clock)
    for _ in range(3):
        await poster.tick()
        await later(store, clock, 77 * SECOND)
    chat.unreadable.clear()
    await poster.tick()

    assert (chat.texts("C1"), await store.oldest_owed()) == (["a message"], None)


async def test_what_was_under_way_at_a_crash_is_found(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(accepted=True, until=asyncio.Event())]
    await owe(store, "C1")
    dying = Poster(store, chat, clock)
    await dying.outbox.tick()
    await chat.asked.wait()
    await dying.tasks.drain(0)
    await Poster(await begun_anew(store, clock), chat, clock).tick()

    assert (chat.texts("C1"), len(chat.looks)) == (["a message"], 1)
    assert await store.oldest_owed() is None


async def test_a_stop_cuts_off_what_hangs_and_loses_nothing(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(until=asyncio.Event())]
    await owe(store, "C1", "C1", "C2", "C2")
    stopping = Poster(store, chat, clock)
    await stopping.outbox.tick()
    await chat.asked.wait()

    assert await stopping.tasks.drain(0.5) == 1

    await Poster(await begun_anew(store, clock), chat, clock).tick()

    assert (len(chat.texts("C1")), len(chat.texts("C2"))) == (2, 2)


async def test_a_process_that_stops_takes_on_no_more(store: Store) -> None:
    chat, clock, done = Chat(), Clock(), asyncio.Event()
    chat.faults["C1"] = [Fault(until=done)]
    await owe(store, "C1", "C1")
    poster = Poster(store, chat, clock)
    await poster.outbox.tick()
    await chat.asked.wait()
    draining = asyncio.create_task(poster.tasks.drain(10))
    await asyncio.sleep(0)
    done.set()

    assert await draining == 0
    assert len(chat.texts("C1")) == 1


async def test_what_a_database_could_not_record_is_found_afterwards(store: Store) -> None:
    chat, clock = Chat(), Clock()
    await owe(store, "C1")
    with capture_logs() as logs, pytest.raises(OSError, match="the database is gone"):
        await Poster(Forgetful(store._engine), chat, clock).tick()
    await Poster(await begun_anew(store, clock), chat, clock).tick()

    assert chat.texts("C1") == ["a message"]
    assert [one["event"] for one in logs] == ["a task failed"]


class Slow(Store):
    """Reads what a post tells only when it is let."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def told_by(self, post: Post) -> Sequence[int]:
        self.asked.set()
        await self.may.wait()
        return await super().told_by(post)


async def test_who_was_held_up_between_claim_and_post_does_not_post_any_more(store: Store) -> None:
    chat, clock, slow = Chat(), Clock(), Slow(store._engine)
    await owe(store, "C1")
    held_up = Poster(slow, chat, clock)
    await held_up.outbox.tick()
    await slow.asked.wait()
    await Poster(await begun_anew(store, clock), chat, clock).tick()
    held_up.seconds = LEASE.total_seconds()
    slow.may.set()
    await held_up.outbox.idle()

    assert chat.texts("C1") == ["a message"]


async def test_who_was_held_up_posts_with_the_next_claim_where_nobody_else_did(store: Store) -> None:
    chat, clock, slow = Chat(), Clock(), Slow(store._engine)
    await owe(store, "C1")
    held_up = Poster(slow, chat, clock)
    await held_up.outbox.tick()
    await slow.asked.wait()
    held_up.seconds = POST_TIMEOUT.total_seconds()
    slow.may.set()
    await held_up.outbox.idle()
    await later(store, clock, 5 * SECOND)
    await held_up.tick()

    assert (chat.texts("C1"), chat.looks) == (["a message"], [])


async def test_a_post_that_cannot_be_read_holds_up_its_own_channel_and_says_why(store: Store) -> None:
    chat = Chat()
    await store.owe(NewPost(channel_id="C1", kind="notice", content="no JSON"), NOON)
    await owe(store, "C2")
    await Poster(store, chat, Clock()).tick()
    [problem] = await store.post_problems(10)

    assert (chat.texts("C2"), problem.channel_id, problem.error) == (["a message"], "C1", "JSONDecodeError")


async def test_alerts_that_cannot_be_bundled_hold_up_no_post(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Situation) -> list[Telling]:
        raise ZeroDivisionError

    chat = Chat()
    await owe(store, "C1")
    await changed(store, "C2")
    monkeypatch.setattr("bot.outbox.plan", breaks)
    with capture_logs() as logs:
        await Poster(store, chat, Clock()).tick()

    assert chat.texts("C1") == ["a message"]
    assert [one["event"] for one in logs] == ["the alerts of a channel could not be bundled"]


async def test_two_processes_post_each_message_once(store: Store) -> None:
    chat, clock = Chat(), Clock()
    told = await changed(store, "C1", "C2", "C3", times=4)
    # On SQLite there is one process; its ticks may come at once all the same.
    stores = [store, store if store.is_alone else Store(store._engine)]
    posters = [Poster(one, chat, clock) for one in stores for _ in range(2)]
    for _ in range(2):
        await asyncio.gather(*(poster.tick() for poster in posters))

    assert [chat.told(channel) for channel in ("C1", "C2", "C3")] == [told] * 3


async def test_a_line_stands_in_the_thread_of_its_message(store: Store) -> None:
    chat = Chat()
    root = await store.owe(NewPost(channel_id="C1", kind="card", content=said("a card")), NOON)
    for kind in ("line", "news"):
        await store.owe(NewPost(channel_id="C1", kind=kind, content=said(kind), parent_id=root), NOON)
    await Poster(store, chat, Clock()).tick()
    card, line, news = chat.sent

    assert (card.letter.thread_ts, line.letter.thread_ts, news.letter.thread_ts) == ("", card.ts, card.ts)
    assert (line.letter.broadcast, news.letter.broadcast) == (False, True)


async def test_each_post_has_a_mark_of_its_own(store: Store) -> None:
    chat = Chat()
    await owe(store, *["C1"] * 3)
    [first] = await store.claim_posts(NOON, LEASE, 1)
    await store.postpone_post(first, timedelta(0), "", maybe_there=False, now=NOON)
    await Poster(store, chat, Clock()).tick()
    marks = [one.letter.mark for one in chat.sent]

    assert (marks[0], len(set(marks))) == (mark_of(first), 3)


def test_a_lease_outlives_the_look_and_the_post() -> None:
    assert LEASE > POST_TIMEOUT


def test_a_message_comes_back_from_the_outbox_as_it_went_in() -> None:
    message = Message("text", [{"type": "divider"}])

    assert Message.loads(message.dumps()) == message
