import asyncio
from collections.abc import Iterable
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cams.line import Line, Place, Priority
from bot.cams.permits import Permit
from tests.unit.cams.virtual_time import run


def place(priority: Priority) -> Place:
    return Place(priority, 0.0, asyncio.get_running_loop().create_future())


def served(line: Line) -> Place:
    found = line.serve()
    assert found is not None
    found.granted.set_result(Permit(0))
    return found


def fill(line: Line, priorities: Iterable[Priority]) -> list[Place]:
    places = [place(priority) for priority in priorities]
    for each in places:
        line.add(each)
    return places


@given(st.lists(st.sampled_from(list(Priority)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_the_most_urgent_go_first_and_within_a_class_the_earliest(priorities: list[Priority]) -> None:
    async def main() -> None:
        line = Line()
        places = fill(line, priorities)

        assert [served(line) for _ in places] == sorted(places, key=lambda each: each.priority)
        assert not line

    run(main())


@pytest.mark.parametrize("starving", [priority for priority in Priority if priority > Priority.PERSON])
def test_no_class_waits_for_ever(starving: Priority) -> None:
    async def main() -> int:
        line = Line()
        others = [priority for priority in Priority if priority != starving]
        fill(line, [*others * 200, starving])
        order = [served(line).priority for _ in range(400)]
        return len(list(takewhile(lambda priority: priority != starving, order)))

    assert run(main()) <= len(Priority) * (Line.TURN + 1)


@given(st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_a_person_waits_behind_one_grant_to_the_others_at_most(before: int) -> None:
    async def main() -> int:
        line = Line()
        fill(line, [Priority.CONFIRM, Priority.POLL, Priority.BULK] * 200)
        for _ in range(before):
            served(line)
        (person,) = fill(line, [Priority.PERSON])
        return len(list(takewhile(lambda each: each is not person, iter(lambda: served(line), None))))

    assert run(main()) <= 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_who_left_is_never_served_and_counts_no_more(data: st.DataObject) -> None:
    async def main() -> None:
        line = Line()
        places = fill(line, data.draw(st.lists(st.sampled_from(list(Priority)), min_size=1, max_size=20)))
        leaving = data.draw(st.sets(st.sampled_from(range(len(places)))))
        for at in leaving:
            places[at].granted.cancel()
            line.leave(places[at])
        staying = [each for at, each in enumerate(places) if at not in leaving]

        assert line.ahead_of(Priority.BULK) == len(staying)
        assert {id(served(line)) for _ in staying} == {id(each) for each in staying}
        assert line.serve() is None
        assert not line

    run(main())
