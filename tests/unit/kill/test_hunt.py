import random
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.hunt import HEAD_START, Hunt
from tests.kill.life import Plan

PLAN = Plan("await", 6.0, callback=7)
ON_THE_WAY = [Await(f"bot/a.py:{line} f") for line in (1, 2)]
MET = Await("bot/b.py:1 g")


def moments(*places: Await) -> set[int]:
    return {moment for place in places for moment in (place.begun, place.over)}


def hunt_of(folder: Path, part: int = 0, of: int = 1) -> Hunt:
    """Return a hunt that has learned of two places, and may read of a third."""
    file = folder / f"awaits-{part}"
    file.write_text("".join(f"{place.name}\n" for place in ON_THE_WAY))
    hunt = Hunt([file, folder / "not-there-yet"], random.Random(1), part, of)
    hunt.learn()
    with file.open("a") as more:
        more.write(f"{MET.name}\n")
    return hunt


def aimed(hunt: Hunt, count: int) -> list[int]:
    return [hunt.aim(PLAN).moment for _ in range(count)]


def test_each_moment_on_the_way_is_tried_before_any_other(tmp_path: Path) -> None:
    found = aimed(hunt_of(tmp_path), 4 * HEAD_START)

    assert set(found[:4]) == moments(*ON_THE_WAY)
    assert set(found) == moments(*ON_THE_WAY)


def test_then_those_that_were_met_besides(tmp_path: Path) -> None:
    found = aimed(hunt_of(tmp_path), 4 * HEAD_START + 6)

    assert set(found) == moments(*ON_THE_WAY, MET)


def test_where_somebody_died_nobody_is_sent_again(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    hunt.moments.struck |= moments(*ON_THE_WAY)

    assert set(aimed(hunt, 5)) == moments(MET)
    assert hunt.moments.left(hunt.moments.on_the_way) == []
    assert hunt.moments.left(hunt.moments.met) == [f"begun {MET}", f"over {MET}"]


def test_where_no_moment_is_left_a_plan_keeps_its_callback(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    hunt.moments.struck |= moments(*ON_THE_WAY, MET)

    assert hunt.aim(PLAN) == Plan("change", 6.0, callback=7)


def test_several_trials_share_the_moments(tmp_path: Path) -> None:
    first, second = (set(aimed(hunt_of(tmp_path, part, 2), 30)) for part in (0, 1))

    assert first | second == moments(*ON_THE_WAY, MET)
    assert not first & second


def test_a_moment_that_one_trial_met_besides_and_another_on_the_way_counts_once(tmp_path: Path) -> None:
    one, other = hunt_of(tmp_path), hunt_of(tmp_path, 1)
    other.aim(PLAN)
    other.moments.on_the_way |= dict.fromkeys(moments(MET), "there")
    one.aim(PLAN)
    one.moments.add(other.moments)

    assert one.moments.met == {}
    assert set(one.moments.on_the_way) == moments(*ON_THE_WAY, MET)
