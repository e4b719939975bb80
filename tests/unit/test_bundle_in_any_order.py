from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.statuses import is_well
from bot.store.delivery import Mode
from tests.fixtures.place import Place
from tests.unit.hostile import message_problems

STATUSES = st.sampled_from(["PENDING", "APPROVED", "REJECTED", "DISABLED", "DEFERRED", "TOMORROWS"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 3), STATUSES),
        st.tuples(st.sampled_from(["fails", "other"]), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([2, 60, 599, 600, 3600, 86_400, -3600])),
        st.tuples(st.sampled_from(["few", "flood"]), STATUSES),
        st.tuples(st.just("mode"), st.sampled_from(["card", "each"])),
        st.tuples(st.just("tick"), st.none()),
    ),
    max_size=60,
)


def happened(place: Place, steps: Sequence[tuple[Any, Any]]) -> None:
    for what, value in steps:
        if what == "wait":
            place.now += timedelta(seconds=value)
        elif what == "mode":
            place.mode = cast("Mode", value)
        elif what in {"few", "flood"}:
            for number in range(12 if what == "flood" else 6):
                place.moves(value, space=f"cams-{number}")
        elif what == "fails":
            place.moves("REJECTED", space=f"cams-{value}", kind="poll_failing")
        elif what == "other":
            place.moves("REJECTED", space=f"cams-{value}", waba="waba-2")
        elif what == "tick":
            place.tick()
        else:
            place.moves(value, space=f"cams-{what}")


def problems(place: Place) -> list[str]:
    return [one for made in place.made for one in message_problems(list(made.message.blocks), made.message.text)]


@settings(deadline=None, max_examples=200)
@given(STEPS)
def test_whatever_happens_each_change_is_told_once_and_in_order(steps: Sequence[tuple[Any, Any]]) -> None:
    place = Place()
    happened(place, steps)
    early = list(place.told)
    place.now = max([place.now, *(one.seen_at for one in place.seen)]) + timedelta(days=2)
    place.tick()
    in_space = {one.id: one.space_id for one in place.seen}
    orders = [[key for key in place.told if in_space[key] == space] for space in set(in_space.values())]

    assert len(early) == len(set(early))
    assert sorted(place.told) == [one.id for one in place.seen]
    assert [order for order in orders if order != sorted(order)] == []
    assert problems(place) == []


@settings(deadline=None, max_examples=200)
@given(STEPS.map(lambda steps: [step for step in steps if step[0] not in {"mode", "fails"}]))
def test_whatever_happens_a_card_is_open_exactly_where_all_is_not_well(steps: Sequence[tuple[Any, Any]]) -> None:
    place = Place()
    happened(place, steps)
    place.now = max([place.now, *(one.seen_at for one in place.seen)]) + timedelta(days=2)
    place.tick()
    now = {one.space_id: one.after for one in place.seen}

    assert {one.space_id: one.status for one in place.open} == {
        space: status for space, status in now.items() if not is_well(status)
    }
