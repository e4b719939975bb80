"""What the handlers write into the journal, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cams.errors import CamsError
from bot.errors import UserError
from bot.journal import CREATE, DELETE, GRACE, LEASE, VERIFY, SendAgain, Wait
from bot.services import Services
from bot.settle import TELL_AGAIN_SECONDS, TRY_FOR, settling
from bot.store import JournalEntry, Store
from bot.tasks import Tasks
from handlers import ROUTES, qr
from handlers.acts import Acts
from handlers.answers import Request
from handlers.routes import Ask, Reply
from tests.fixtures.clock import Clock
from tests.fixtures.refusals import refused as slack_refused
from tests.unit.fakes import StrictSlack, make_services
from tests.unit.writes import LIST, NUMBER, STATUS, WANTED, Weather, WritesCams, lost, raising, refused
from tests.unit.writes import qr as code

PERSON = "U012ABC"
VERIFICATION = {"phone": NUMBER, "space": "cams-1", "method": "sms", "language": "en_US"}


def made(store: Store, cams: WritesCams, clock: Clock, slack: StrictSlack | None = None) -> Services:
    services = make_services(slack, cams, store, BOT_ADMINS=PERSON)
    return replace(services, clock=clock)


async def verify(services: Services) -> None:
    request = Request("submission", PERSON, "T1", "C1")
    await Acts(ROUTES, services).submission(request, ROUTES.forms["verify"], VERIFICATION)


async def settled(services: Services) -> None:
    tasks = Tasks()
    await settling(tasks)(services)
    assert await tasks.drain(10) == 0


def said(slack: StrictSlack) -> list[str]:
    return [text for text, _ in slack.shown]


@pytest.mark.parametrize("outcome", ["sent", "unknown"])
async def test_a_verification_stays_open_until_its_answer_was_given(store: Store, outcome: str) -> None:
    open_at_the_answer: list[int] = []

    class Looking(StrictSlack):
        async def whisper(self, *given: Any) -> None:
            open_at_the_answer.append(len(await store.open_writes()))
            await super().whisper(*given)

    slack, cams = Looking(), WritesCams()
    if outcome == "unknown":
        cams.before[VERIFY] = raising(lost(VERIFY))
    await verify(made(store, cams, Clock(), slack))

    assert (open_at_the_answer, await store.open_writes()) == ([1], [])
    assert (cams.sent.count(VERIFY), STATUS in cams.sent) == (1, outcome == "unknown")


async def test_a_verification_that_cams_refuses_leaves_nothing_open(store: Store) -> None:
    slack, cams = StrictSlack(), WritesCams()
    cams.before[VERIFY] = raising(refused(VERIFY))
    await verify(made(store, cams, Clock(), slack))

    assert await store.open_writes() == []
    assert "Requesting the verification code failed" in str(slack.shown)


@pytest.mark.parametrize("outcome", ["sent", "unknown"])
async def test_a_verification_whose_answer_was_lost_is_told_of_later_and_not_sent_again(
    store: Store, outcome: str
) -> None:
    class Away(StrictSlack):
        async def whisper(self, *_: object) -> None:
            raise slack_refused("fatal_error")

    slack, cams, clock = Away(), WritesCams(), Clock()
    if outcome == "unknown":
        cams.before[VERIFY] = raising(lost(VERIFY))
    services = made(store, cams, clock, slack)
    await verify(services)
    [held] = await store.open_writes()
    clock.now += LEASE
    await settled(services)

    assert held.operation == VERIFY
    assert (await store.open_writes(), cams.sent.count(VERIFY)) == ([], 1)
    assert "it may be on its way. It was not repeated." in said(slack)[-1]


async def test_a_slow_verification_renews_its_lease_before_it_looks(store: Store) -> None:
    cams, clock, claimed = WritesCams(), Clock(), list[JournalEntry]()

    async def send_slowly() -> None:
        clock.now += LEASE - timedelta(seconds=1)
        raise lost(VERIFY)

    async def look_slowly() -> None:
        clock.now += timedelta(seconds=25)
        claimed.extend(await store.claim_writes(clock(), LEASE, 1))

    cams.before = {VERIFY: send_slowly, STATUS: look_slowly}
    await verify(made(store, cams, clock))

    assert (claimed, await store.open_writes()) == ([], [])


async def test_a_code_made_by_who_has_lost_the_row_is_left_to_who_has_it(store: Store) -> None:
    slack, cams, clock = StrictSlack(), WritesCams(), Clock()

    async def pause() -> None:
        clock.now += LEASE
        await store.claim_writes(clock(), LEASE, 1)

    cams.after[CREATE] = pause
    services = made(store, cams, clock, slack)
    request = Request("command", PERSON, "T1", "C1")
    await Acts(ROUTES, services).command(request, f"qr create {NUMBER} space=cams-1 Hello")
    told = said(slack)
    clock.now += LEASE
    await settled(services)

    assert "another process of this bot has taken over" in told[0]
    assert (len(told), cams.codes, cams.sent.count(CREATE)) == (1, ["MADE0"], 1)
    assert (len(slack.shown), await store.open_writes()) == (2, [])


async def test_a_refusal_that_comes_to_who_has_lost_the_row_does_not_end_it(store: Store) -> None:
    slack, cams, clock = StrictSlack(), WritesCams(), Clock()

    async def pause() -> None:
        clock.now += LEASE
        await store.claim_writes(clock(), LEASE, 1)
        raise refused(CREATE)

    cams.before[CREATE] = pause
    request = Request("command", PERSON, "T1", "C1")
    await Acts(ROUTES, made(store, cams, clock, slack)).command(request, f"qr create {NUMBER} space=cams-1 Hello")

    assert "another process of this bot has taken over" in said(slack)[0]
    assert len(await store.open_writes()) == 1


async def test_time_in_line_for_the_quota_does_not_count_as_sent(store: Store) -> None:
    cams, clock = WritesCams(), Clock()

    async def wait_in_line() -> None:
        clock.now += 2 * GRACE
        raise lost(CREATE)

    cams.before[CREATE] = wait_in_line
    journal = made(store, cams, clock).journal
    entry, _ = await journal.create(WANTED)
    entry, early = await journal.look(entry)
    clock.now += GRACE
    _, late = await journal.look(entry)

    assert (early, late) == (Wait(), SendAgain())


async def test_a_list_that_was_made_too_early_and_came_late_sends_nothing_again(store: Store) -> None:
    cams, clock = WritesCams(), Clock()
    cams.before[CREATE] = raising(lost(CREATE))
    journal = made(store, cams, clock).journal
    entry, _ = await journal.create(WANTED)

    async def come_late() -> None:
        clock.now += GRACE

    cams.after[LIST] = come_late
    entry, early = await journal.look(entry)
    _, late = await journal.look(entry)

    assert (early, late) == (Wait(), SendAgain())


async def doubled(store: Store, cams: WritesCams, clock: Clock) -> JournalEntry:
    entry = await store.begin_write(WANTED, (), clock(), LEASE)
    assert entry
    await store.close_write(entry)
    return entry


async def pressed(services: Services, entry: JournalEntry, which: str) -> Reply:
    return await qr.delete(Ask(PERSON, "C1", {"entry": str(entry.id), "code": which}), services)


def after_the_other(times: int = 2) -> Weather:
    """Wait until so many have come, or until nobody else can: then go on."""
    come = 0

    async def wait() -> None:
        nonlocal come
        come += 1
        for _ in range(200):
            if come >= times:
                return
            await asyncio.sleep(0.0005)

    return wait


async def test_two_presses_of_delete_one_at_once_delete_one_code_and_never_the_last(store: Store) -> None:
    cams, clock = WritesCams(code("ONE"), code("TWO")), Clock()
    services, entry = made(store, cams, clock), await doubled(store, cams, clock)
    # Both have seen both codes before either deletes, unless one is kept away.
    cams.before[DELETE] = after_the_other()
    both = [pressed(services, entry, which) for which in ("ONE", "TWO")]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    third = await asyncio.gather(pressed(services, entry, cams.codes[0]), return_exceptions=True)

    assert len(cams.codes) == 1
    assert sorted(type(one).__name__ for one in outcomes) == ["Reply", "UserError"]
    assert "the only one left" in str(third[0])
    assert await store.open_writes() == []


async def test_while_cams_may_still_be_deleting_one_code_the_other_stays(store: Store) -> None:
    cams, clock = WritesCams(code("ONE"), code("TWO")), Clock()
    services, entry = made(store, cams, clock), await doubled(store, cams, clock)
    cams.before[DELETE] = raising(lost(DELETE))
    with pytest.raises(CamsError):
        await pressed(services, entry, "ONE")
    del cams.before[DELETE]
    await settled(services)
    with pytest.raises(UserError, match="being deleted right now"):
        await pressed(services, entry, "TWO")
    clock.now += GRACE
    await settled(services)
    await pressed(services, entry, "TWO")

    assert cams.codes == ["ONE"]


async def test_who_comes_to_delete_when_the_turn_was_lost_deletes_nothing(store: Store) -> None:
    cams, clock = WritesCams(code("ONE"), code("TWO")), Clock()
    services, entry = made(store, cams, clock), await doubled(store, cams, clock)

    async def pause() -> None:
        clock.now += LEASE
        await store.claim_writes(clock(), LEASE, 1)

    cams.after[LIST] = pause
    with pytest.raises(UserError, match="Nothing was deleted"):
        await pressed(services, entry, "ONE")

    assert cams.codes == ["ONE", "TWO"]


@pytest.mark.parametrize("operation", [LIST, DELETE])
async def test_a_delete_that_was_not_done_lets_the_next_one_in_at_once(store: Store, operation: str) -> None:
    cams, clock = WritesCams(code("ONE"), code("TWO")), Clock()
    services, entry = made(store, cams, clock), await doubled(store, cams, clock)
    cams.before[operation] = raising(lost(LIST) if operation == LIST else refused(DELETE))
    with pytest.raises(CamsError):
        await pressed(services, entry, "ONE")
    del cams.before[operation]
    await pressed(services, entry, "ONE")

    assert cams.codes == ["TWO"]


async def test_a_person_whose_channel_is_gone_is_tried_for_an_hour_and_then_left(store: Store) -> None:
    slack, cams, clock = StrictSlack(unreachable=slack_refused("channel_not_found")), WritesCams(), Clock()
    slack.lost = slack.unreachable
    services = made(store, cams, clock, slack)
    entry = await services.journal.begin(WANTED, ())
    assert entry
    await services.journal.leave(entry, state="unknown")
    tries = 0
    while await store.open_writes():
        await settled(services)
        clock.now += timedelta(seconds=TELL_AGAIN_SECONDS)
        tries += 1
    [row] = [row for row in await store.audit_rows(10) if row.entry == "journal"]

    assert (row.outcome, cams.codes) == ("nobody could be told", ["MADE0"])
    assert clock.now - entry.begun_at > TRY_FOR
    assert tries <= TRY_FOR.total_seconds() / TELL_AGAIN_SECONDS + 2
