import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cams.client import CamsClient
from bot.journal import (
    GRACE,
    QUICK_SECONDS,
    SENDS_MAX,
    TOO_OLD,
    Adopt,
    Doubled,
    GiveUp,
    Journal,
    SendAgain,
    Verdict,
    Wait,
    verdict,
)
from bot.store import JournalEntry, Store
from tests.fixtures.clock import NOON
from tests.unit.cams import virtual_time
from tests.unit.fakes import FakeStore, entry_of
from tests.unit.writes import LIST, WANTED, WritesCams, qr


def entry(**changes: Any) -> JournalEntry:
    return entry_of(WANTED, state="unknown", **changes)


def test_the_one_new_code_with_the_message_is_adopted() -> None:
    listed = [qr("OLD"), qr("NEW"), qr("OTHER", "Bye")]

    assert verdict(entry(known_before=frozenset({"OLD"})), listed, (), NOON) == Adopt(qr("NEW"))


def test_a_code_of_another_row_is_not_adopted() -> None:
    assert verdict(entry(), [qr("THEIRS")], ["THEIRS"], NOON) == Wait()


def test_as_long_as_cams_may_be_at_work_nothing_is_sent_again() -> None:
    assert verdict(entry(), [], (), NOON + GRACE - timedelta(milliseconds=1)) == Wait()
    assert verdict(entry(), [], (), NOON + GRACE) == SendAgain()


def test_it_is_sent_a_few_times_and_no_more() -> None:
    assert verdict(entry(sends=SENDS_MAX - 1), [], (), NOON + GRACE) == SendAgain()
    assert verdict(entry(sends=SENDS_MAX), [], (), NOON + GRACE) == GiveUp()


def test_what_was_asked_for_long_ago_is_not_sent_again() -> None:
    late = NOON + TOO_OLD + timedelta(seconds=1)

    assert verdict(entry(sent_at=NOON), [], (), late) == GiveUp()


def test_two_equal_new_codes_are_left_to_a_person() -> None:
    assert verdict(entry(), [qr("A"), qr("B")], (), NOON) == Doubled((qr("A"), qr("B")))


def test_where_the_codes_could_not_be_listed_before_nothing_can_be_told() -> None:
    assert verdict(entry(known_before=None), [qr("A")], (), NOON) == GiveUp()


def test_a_message_is_compared_as_the_database_keeps_it() -> None:
    listed = [qr("NEW", "Hello\0")]

    assert verdict(entry_of(WANTED, content="Hello\ufffd"), listed, (), NOON) == Adopt(listed[0])


@given(
    before=st.frozensets(st.sampled_from("ABCDEF")),
    theirs=st.frozensets(st.sampled_from("ABCDEF")),
    listed=st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(["Hello", "Bye"])), unique_by=lambda x: x[0]),
    seconds=st.floats(0, 1000),
    sends=st.integers(1, SENDS_MAX),
)
def test_what_was_there_before_or_is_somebody_elses_is_never_taken_and_nothing_is_sent_beside_a_new_code(
    before: frozenset[str], theirs: frozenset[str], listed: list[tuple[str, str]], seconds: float, sends: int
) -> None:
    codes = [qr(code, message) for code, message in listed]
    new = [one for one in codes if one.message == "Hello" and one.code not in before | theirs]
    found = verdict(entry(known_before=before, sends=sends), codes, theirs, NOON + timedelta(seconds=seconds))

    match found:
        case Adopt(code):
            assert [code] == new
        case Doubled(several):
            assert list(several) == new
            assert len(new) > 1
        case _:
            assert new == []


@pytest.mark.parametrize("seconds", [0, 9.9, 10, 600, 601])
def test_a_code_that_shows_up_late_is_adopted_at_any_time(seconds: float) -> None:
    assert verdict(entry(sends=SENDS_MAX), [qr("NEW")], (), NOON + timedelta(seconds=seconds)) == Adopt(qr("NEW"))


class SlowStore(FakeStore):
    """Takes seconds for each transaction, and counts those that were cut off."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.cut_off = 0

    async def codes_of_others(self, entry: JournalEntry) -> frozenset[str]:
        await self._work()
        return await super().codes_of_others(entry)

    async def note_write(self, entry: JournalEntry, *given: Any, **changes: Any) -> JournalEntry:
        await self._work()
        return await super().note_write(entry, *given, **changes)

    async def _work(self) -> None:
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cut_off += 1
            raise


async def found_out(cams: WritesCams, store: FakeStore) -> tuple[Verdict, float]:
    journal = Journal(cast(Store, store), cast(CamsClient, cams), lambda: NOON)
    _, found = await journal.find_out(entry())
    return found, asyncio.get_running_loop().time()


@pytest.mark.parametrize("seconds", [0.5, QUICK_SECONDS - 0.1, QUICK_SECONDS + 10])
def test_a_quick_look_never_cuts_off_a_transaction(seconds: float) -> None:
    store = SlowStore(seconds)
    found, _ = virtual_time.run(found_out(WritesCams(qr("NEW")), store))

    assert (found, store.cut_off) == (Adopt(qr("NEW")), 0)


def test_a_quick_look_that_cams_does_not_answer_ends_in_time() -> None:
    cams = WritesCams(qr("NEW"))

    async def hang() -> None:
        await asyncio.sleep(3600)

    cams.before[LIST] = hang
    found, took = virtual_time.run(found_out(cams, FakeStore()))

    assert (found, took) == (Wait(), QUICK_SECONDS)


def test_a_code_that_shows_up_in_a_moment_is_found_by_a_quick_look() -> None:
    cams = WritesCams()

    async def show_up() -> None:
        if cams.sent.count(LIST) == 3:
            cams._codes.append(qr("NEW"))

    cams.before[LIST] = show_up
    found, took = virtual_time.run(found_out(cams, FakeStore()))

    assert (found, took) == (Adopt(qr("NEW")), 3.0)
