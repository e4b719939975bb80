import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot import settle
from bot.cams.client import Limits, Priority
from bot.cams.errors import CamsPermissionError, CamsThrottledError
from bot.journal import CREATE, DELETE, GRACE, LEASE, SENDING_GRACES, SENDS_MAX, VERIFY
from bot.services import Services
from bot.settle import AT_ONCE, LOOK_AGAIN_SECONDS, TELL_AGAIN_SECONDS, TELL_SECONDS, TRY_FOR, settling
from bot.store import JournalEntry, LostLeaseError
from bot.tasks import Tasks
from tests.fixtures import refusals
from tests.fixtures.clock import NOON
from tests.unit.fakes import FakeStore, StrictSlack, make_services
from tests.unit.writes import LIST, NUMBER, WritesCams, qr, raising, refused, unsettled

LONG_AGO = NOON - TRY_FOR - timedelta(seconds=1)
GONE = refusals.refused("channel_not_found")


class Taken(FakeStore):
    """Another process has taken every row over."""

    async def note_write(self, entry: JournalEntry, *_: object, **__: Any) -> JournalEntry:
        raise LostLeaseError(f"journal entry {entry.id} was taken over")


def said(slack: StrictSlack) -> str:
    return json.dumps(slack.shown, ensure_ascii=False)


async def settled(cams: WritesCams, store: FakeStore, slack: StrictSlack | None = None) -> Services:
    services, tasks = make_services(slack, cams, store), Tasks()
    await settling(tasks)(services)
    assert await tasks.drain(10) == 0
    return services


async def test_the_one_new_code_is_posted_and_its_row_closed_with_what_came_of_it() -> None:
    store, slack = FakeStore(due=[unsettled()]), StrictSlack()
    await settled(WritesCams(qr("NEW")), store, slack)

    assert (store.closed, [(row.act, row.outcome) for row in store.rows]) == ([1], [("qr create", "ok code=NEW")])
    assert "NEW" in said(slack)


async def test_a_code_whose_picture_cannot_be_posted_is_told_of() -> None:
    store, slack = FakeStore(due=[unsettled()]), StrictSlack(lost=GONE)
    await settled(WritesCams(qr("NEW")), store, slack)

    assert store.closed == [1]
    assert "Its picture could not be posted: post it from `/cams qr list`" in said(slack)


async def test_as_long_as_cams_may_be_at_it_the_row_is_left_for_a_little() -> None:
    store = FakeStore(due=[unsettled(sent_at=NOON)])
    await settled(WritesCams(), store)

    assert (store.closed, store.noted) == ([], [(LOOK_AGAIN_SECONDS, {})])


async def test_what_was_not_done_is_sent_again_and_posted() -> None:
    store, slack, cams = FakeStore(due=[unsettled()]), StrictSlack(), WritesCams()
    await settled(cams, store, slack)

    assert (cams.sent, cams.codes, store.closed) == ([LIST, CREATE], ["MADE0"], [1])
    assert "MADE0" in said(slack)


async def test_two_equal_codes_are_shown_to_who_asked() -> None:
    store, slack = FakeStore(due=[unsettled()]), StrictSlack()
    await settled(WritesCams(qr("ONE"), qr("TWO")), store, slack)

    assert [row.outcome for row in store.rows] == ["doubled codes=ONE TWO"]
    assert "Delete one: 2" in said(slack)
    assert slack.refused == []


async def test_what_was_sent_often_enough_is_given_up_and_told() -> None:
    store, slack, cams = FakeStore(due=[unsettled(sends=SENDS_MAX)]), StrictSlack(), WritesCams()
    await settled(cams, store, slack)

    assert (store.closed, cams.sent) == ([1], [LIST])
    assert "was not made, as far as can be seen" in said(slack)


async def test_a_code_that_was_made_and_is_gone_is_told_of() -> None:
    store, slack = FakeStore(due=[unsettled(state="made", code="GONE")]), StrictSlack()
    await settled(WritesCams(), store, slack)

    assert store.closed == [1]
    assert "The QR code GONE was made, and is gone again." in said(slack)


async def test_a_send_again_that_cams_refuses_ends_the_row_and_tells_the_person_why() -> None:
    store, slack, cams = FakeStore(due=[unsettled()]), StrictSlack(), WritesCams()
    cams.before[CREATE] = raising(refused(CREATE, "Product.Unsubscript"))
    await settled(cams, store, slack)

    assert (cams.sent.count(CREATE), store.closed) == (1, [1])
    assert [row.outcome for row in store.rows] == ["CamsRefusedError Product.Unsubscript"]
    assert "refused it when it was sent again" in said(slack)
    assert "Product.Unsubscript" in said(slack)
    assert "R-1" in said(slack)


async def test_a_send_again_that_was_throttled_is_left_for_later() -> None:
    store, slack, cams = FakeStore(due=[unsettled()]), StrictSlack(), WritesCams()
    cams.before[CREATE] = raising(CamsThrottledError(CREATE, "too many"))
    await settled(cams, store, slack)

    assert (store.closed, slack.shown) == ([], [])
    assert store.noted[-1] == (LOOK_AGAIN_SECONDS, {})


@pytest.mark.parametrize("unreachable", [GONE, TimeoutError(), ValueError("a mistake")])
async def test_a_person_who_cannot_be_reached_is_tried_again_later(unreachable: Exception) -> None:
    store = FakeStore(due=[unsettled(operation=VERIFY, begun_at=NOON - TRY_FOR)])
    await settled(WritesCams(), store, StrictSlack(unreachable=unreachable))

    assert (store.closed, store.noted[-1]) == ([], (TELL_AGAIN_SECONDS, {}))


@pytest.mark.parametrize("unreachable", [GONE, TimeoutError(), ValueError("a mistake")])
@pytest.mark.parametrize("changes", [{"operation": VERIFY}, {"sends": SENDS_MAX}, {"state": "made", "code": "X"}])
async def test_a_person_who_cannot_be_reached_does_not_keep_a_row_open_for_ever(
    unreachable: Exception, changes: dict[str, Any]
) -> None:
    store = FakeStore(due=[unsettled(begun_at=LONG_AGO, **changes)])
    await settled(WritesCams(), store, StrictSlack(unreachable=unreachable))

    assert (store.closed, [row.outcome for row in store.rows]) == ([1], ["nobody could be told"])


async def test_a_list_that_cams_does_not_show_is_looked_at_again() -> None:
    store, cams = FakeStore(due=[unsettled()]), WritesCams()
    cams.before[LIST] = raising(CamsPermissionError(LIST, "no"))
    await settled(cams, store)

    assert (store.closed, store.noted) == ([], [(LOOK_AGAIN_SECONDS, {})])


@pytest.mark.parametrize("unreachable", [None, GONE])
async def test_a_list_that_cams_never_shows_does_not_keep_a_row_open_for_ever(unreachable: Exception | None) -> None:
    store, slack, cams = FakeStore(due=[unsettled(begun_at=LONG_AGO)]), StrictSlack(), WritesCams()
    slack.unreachable = unreachable
    cams.before[LIST] = raising(CamsPermissionError(LIST, "no"))
    await settled(cams, store, slack)

    assert store.closed == [1]
    assert ("could not be found out" in said(slack)) is (unreachable is None)


async def test_a_look_that_takes_long_holds_up_no_other_row() -> None:
    slow, other = unsettled(id=1), unsettled(id=2, phone_number="491")
    store, cams, tasks = FakeStore(due=[slow, other]), WritesCams(qr("NEW", number="491")), Tasks()
    shown, closed = asyncio.Event(), asyncio.Event()

    async def list_slowly() -> None:
        if len(cams.sent) == 1:
            await shown.wait()

    class Watched(FakeStore):
        async def close_write(self, *given: Any) -> bool:
            closed.set()
            return await super().close_write(*given)

    store, cams.before[LIST] = Watched(due=store.due), list_slowly
    job, services = settling(tasks), make_services(cams=cams, store=store)
    async with asyncio.timeout(10):
        await job(services)
        await closed.wait()
        early = list(store.closed)
        shown.set()
        await tasks.drain(10)

    assert (early, store.closed) == ([2], [2, 1])


async def test_no_more_rows_are_worked_on_at_once_than_so_many() -> None:
    rows = [unsettled(id=key, phone_number=str(key)) for key in range(AT_ONCE + 1)]
    store, cams, tasks, shown = FakeStore(due=rows), WritesCams(), Tasks(), asyncio.Event()

    async def list_slowly() -> None:
        await shown.wait()

    cams.before[LIST] = list_slowly
    job, services = settling(tasks), make_services(cams=cams, store=store)
    for _ in range(2):
        await job(services)
    waiting = len(store.due)
    shown.set()
    await tasks.drain(10)
    await job(services)
    await tasks.drain(10)

    assert (waiting, len(store.closed)) == (1, AT_ONCE + 1)


@pytest.mark.parametrize(
    "changes", [{}, {"operation": VERIFY}, {"sends": SENDS_MAX}, {"state": "made", "code": "NEW"}, {"sent_at": NOON}]
)
async def test_who_has_lost_a_row_sends_and_tells_nothing(changes: dict[str, Any]) -> None:
    store, slack, cams = Taken(due=[unsettled(**changes)]), StrictSlack(), WritesCams()
    await settled(cams, store, slack)

    assert (slack.shown, store.closed, store.rows) == ([], [], [])
    assert CREATE not in cams.sent


@pytest.mark.parametrize(("state", "graces"), [("unknown", 1), ("sending", SENDING_GRACES)])
async def test_a_delete_whose_end_is_not_known_keeps_others_away_until_cams_is_done(state: str, graces: float) -> None:
    sent = NOON - graces * GRACE
    done = FakeStore(due=[unsettled(operation=DELETE, state=state, sent_at=sent)])
    at_it = FakeStore(due=[unsettled(operation=DELETE, state=state, sent_at=sent + timedelta(seconds=1))])
    for store in (done, at_it):
        await settled(WritesCams(), store)

    assert (done.closed, at_it.closed, at_it.noted) == ([1], [], [(LOOK_AGAIN_SECONDS, {})])


async def test_who_may_have_been_sent_a_verification_code_is_told_and_none_is_sent() -> None:
    store, slack, cams = FakeStore(due=[unsettled(operation=VERIFY, content="sms en_US")]), StrictSlack(), WritesCams()
    await settled(cams, store, slack)

    assert (store.closed, VERIFY in cams.sent) == ([1], False)
    assert "CAMS says that the number is NOT_VERIFIED" in said(slack)


async def test_a_slack_that_hangs_does_not_hold_a_row_longer_than_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(StrictSlack):
        async def tell(self, *_: object) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(settle, "TELL_SECONDS", 0.01)
    store = FakeStore(due=[unsettled(operation=VERIFY)])
    await settled(WritesCams(), store, Hanging())

    assert (store.closed, store.noted[-1]) == ([], (TELL_AGAIN_SECONDS, {}))


def test_a_lease_outlasts_a_send_with_the_look_after_it_and_what_is_told() -> None:
    limits = Limits()
    send = max(limits.total(priority, reads=False) for priority in Priority)
    look = limits.total(Priority.CONFIRM, reads=True)

    assert timedelta(seconds=send + look) < LEASE
    assert timedelta(seconds=TELL_SECONDS) < LEASE


async def test_the_names_of_a_picture_are_short_whatever_the_code_is() -> None:
    picture = settle.picture_of(qr("X" * 500, number=NUMBER), b"")

    assert len(picture.file_name) < 150
