import random
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.hunt import FEW, Hunt
from tests.kill.life import Plan

PLAN = Plan("await", 6.0, callback=7)
ON_THE_WAY = [Await(f"bot/outbox.py:{line} f") for line in (1, 2)]
BESIDES = Await("bot/health.py:1 g")
MET = Await("bot/outbox.py:3 h")


def moments(*places: Await) -> set[int]:
    return {moment for place in places for moment in (place.begun, place.over)}


def hunt_of(folder: Path, part: int = 0, of: int = 1) -> Hunt:
    """Return a hunt that has learned of two places, and may read of a third."""
    file = folder / f"awaits-{part}"
    file.write_text("".join(f"{place.name}\n" for place in [*ON_THE_WAY, BESIDES]))
    hunt = Hunt([file, folder / "not-there-yet"], random.Random(1), part, of)
    hunt.learn()
    with file.open("a") as more:
        more.write(f"{MET.name}\n")
    return hunt


def aimed(hunt: Hunt, times: int = 20) -> list[frozenset[int]]:
    return [hunt.aim(PLAN).moments for _ in range(times)]


def test_lives_end_on_the_way_of_a_change_first_and_then_wherever_else_one_was(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    first = aimed(hunt)
    hunt.moments.struck |= moments(*ON_THE_WAY)

    then = aimed(hunt)
    hunt.moments.struck |= moments(MET)

    assert set(first) == {frozenset(moments(*ON_THE_WAY))}
    assert set(then) == {frozenset(moments(MET))}
    assert set(aimed(hunt)) == {frozenset(moments(BESIDES))}


def test_of_many_moments_a_life_gets_a_part_and_all_get_their_turn(tmp_path: Path) -> None:
    many = [Await(f"bot/review.py:{line} h") for line in range(FEW)]
    hunt = hunt_of(tmp_path)
    hunt.moments.on_the_way = dict.fromkeys(moments(*many), "there")
    found = [life & moments(*many) for life in aimed(hunt)]

    assert {len(life) for life in found} == {FEW}
    assert set().union(*found) == moments(*many)


def test_where_somebody_died_nobody_is_sent_again(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    hunt.moments.struck |= moments(*ON_THE_WAY)

    hunt.moments.struck |= moments(BESIDES)

    assert set(aimed(hunt)) == {frozenset(moments(MET))}
    assert hunt.moments.left(hunt.moments.on_the_way) == []
    assert hunt.moments.left(hunt.moments.met) == [f"begun {MET}", f"over {MET}"]


def test_where_no_moment_is_left_a_plan_keeps_its_callback(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    hunt.moments.struck |= moments(*ON_THE_WAY, BESIDES, MET)

    assert hunt.aim(PLAN) == Plan("change", 6.0, callback=7)


def test_several_trials_share_the_moments(tmp_path: Path) -> None:
    first, second = (frozenset[int]().union(*aimed(hunt_of(tmp_path, part, 2))) for part in (0, 1))

    assert first | second == moments(*ON_THE_WAY)
    assert not first & second


def test_a_moment_that_one_trial_met_besides_and_another_on_the_way_counts_once(tmp_path: Path) -> None:
    one, other = hunt_of(tmp_path), hunt_of(tmp_path, 1)
    other.aim(PLAN)
    other.moments.on_the_way |= dict.fromkeys(moments(MET), "there")
    one.aim(PLAN)
    one.moments.add(other.moments)

    assert set(one.moments.met) == moments(BESIDES)
    assert set(one.moments.on_the_way) == moments(*ON_THE_WAY, MET)
