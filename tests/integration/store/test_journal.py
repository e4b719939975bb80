import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.journal import CREATE, LEASE
from bot.store import AuditEntry, JournalEntry, LostLeaseError, Store, Wanted
from tests.fixtures.clock import NOON

WANTED = Wanted(
    operation=CREATE, phone_number="6591234567", space_id="cams-1", content="Hello", user_id="U1", channel_id="C1"
)


async def begun(store: Store, **changes: str) -> JournalEntry:
    entry = await store.begin_write(replace(WANTED, **changes), {"OLD"}, NOON, LEASE)
    assert entry is not None
    return entry


def said(outcome: str) -> AuditEntry:
    return AuditEntry(
        at=NOON,
        user_id="U1",
        team_id="",
        channel_id="C1",
        entry="journal",
        act="qr create",
        target="",
        allowed=True,
        outcome=outcome,
        request_id="",
        duration_ms=0,
    )


async def test_a_row_holds_what_was_asked_for_and_what_was_there_before(store: Store) -> None:
    entry = await begun(store)

    assert await store.journal_entry(entry.id) == entry
    assert (entry.content, entry.known_before, entry.state, entry.sends) == ("Hello", frozenset({"OLD"}), "sending", 1)


async def test_codes_that_could_not_be_listed_are_none_and_not_no_codes(store: Store) -> None:
    entry = await store.begin_write(WANTED, None, NOON, LEASE)

    assert entry is not None
    assert entry.known_before is None


async def test_the_same_write_is_under_way_once_at_a_time(store: Store) -> None:
    both = await asyncio.gather(*(store.begin_write(WANTED, (), NOON, LEASE) for _ in range(5)))
    [first] = [entry for entry in both if entry]
    other = await store.begin_write(replace(WANTED, content="Bye"), (), NOON, LEASE)
    await store.close_write(first)

    assert other is not None
    assert await store.begin_write(WANTED, (), NOON, LEASE) is not None


async def test_who_works_on_a_row_has_it_alone_until_the_lease_ends(store: Store) -> None:
    entry = await begun(store)
    early = await store.claim_writes(NOON + LEASE - timedelta(seconds=1), LEASE, 10)
    claims = await asyncio.gather(*(store.claim_writes(NOON + LEASE, LEASE, 10) for _ in range(5)))

    assert early == []
    assert [[one.id for one in claim] for claim in claims if claim] == [[entry.id]]


async def test_who_lost_a_row_changes_nothing_of_it_any_more(store: Store) -> None:
    entry = await begun(store)
    [taken] = await store.claim_writes(NOON + LEASE, LEASE, 10)

    with pytest.raises(LostLeaseError):
        await store.note_write(entry, NOON, LEASE, state="made", code="X")
    assert (await store.note_write(taken, NOON, LEASE, state="made", code="Y")).code == "Y"


async def test_who_lost_a_row_does_not_close_it_and_writes_down_no_outcome(store: Store) -> None:
    entry = await begun(store)
    [taken] = await store.claim_writes(NOON + LEASE, LEASE, 10)
    late = await store.close_write(entry, said("late"))
    still_open = [one.id for one in await store.open_writes()]
    closed = [await store.close_write(taken, said(word)) for word in ("closed", "twice")]

    assert (late, still_open, closed) == (False, [entry.id], [True, False])
    assert [row.outcome for row in await store.audit_rows(10)] == ["closed"]


async def test_a_row_whose_lease_ran_out_is_still_closed_by_its_holder_while_nobody_wants_it(store: Store) -> None:
    entry = await begun(store)
    await store.release_writes(NOON)

    assert await store.close_write(entry)


async def test_a_start_takes_over_what_the_dead_process_held(store: Store) -> None:
    entry = await begun(store)
    await store.release_writes(NOON)

    assert [one.id for one in await store.claim_writes(NOON, LEASE, 10)] == [entry.id]


async def test_a_closed_row_is_claimed_by_nobody(store: Store) -> None:
    await store.close_write(await begun(store))

    assert await store.claim_writes(NOON + LEASE, LEASE, 10) == []
    assert await store.open_writes() == []


async def test_codes_of_others_are_those_of_the_same_number_and_message(store: Store) -> None:
    for code, changes in (("THEIRS", {}), ("OTHER", {"content": "Bye"}), ("ELSEWHERE", {"phone_number": "491"})):
        entry = await begun(store, **changes)
        await store.close_write(await store.note_write(entry, NOON, LEASE, state="made", code=code))
    mine = await store.note_write(await begun(store), NOON, LEASE, state="made", code="MINE")

    assert await store.codes_of_others(mine) == {"THEIRS"}
