import random
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.board import Board
from tests.kill.hunt import FEW, Hunt
from tests.kill.life import Plan

PLAN = Plan("await", 6.0, callback=7)
ON_THE_WAY = [Await(f"bot/outbox.py:{line} f") for line in (1, 2)]
BESIDES = Await("bot/health.py:1 g")
MET = Await("bot/outbox.py:3 h")


def moments(*places: Await) -> set[int]:
    return {moment for place in places for moment in (place.begun, place.over)}


def hunt_of(folder: Path, name: str = "one") -> Hunt:
    """Return a hunt that has learned of two places, and may read of two others; all of a folder share a board."""
    folder.mkdir(exist_ok=True)
    file = folder / f"awaits-{name}"
    file.write_text("".join(f"{place.name}\n" for place in ON_THE_WAY))
    hunt = Hunt([file, folder / "not-there-yet"], random.Random(1), Board(folder / "board"))
    hunt.learn()
    with file.open("a") as more:
        more.write(f"{BESIDES.name}\n{MET.name}\n")
    return hunt


def strike(hunt: Hunt, *places: Await) -> None:
    for moment in moments(*places):
        hunt.strike(moment)


def aimed(hunt: Hunt, times: int = 20) -> list[frozenset[int]]:
    return [hunt.aim(PLAN).moments for _ in range(times)]


def test_lives_end_on_the_way_of_a_change_first_and_then_wherever_else_one_was(tmp_path: Path) -> None:
    many = [Await(f"bot/review.py:{line} h") for line in range(FEW)]
    hunt = hunt_of(tmp_path)
    Board(tmp_path / "board").learned(many)
    first = frozenset[int]().union(*aimed(hunt))
    strike(hunt, *many, *ON_THE_WAY)

    then = aimed(hunt)
    strike(hunt, MET)

    assert first == moments(*ON_THE_WAY, *many)
    assert set(then) == {frozenset(moments(MET))}
    assert set(aimed(hunt)) == {frozenset(moments(BESIDES))}


def test_while_few_moments_on_the_way_are_left_every_other_life_may_end_elsewhere_too(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)

    assert set(aimed(hunt)) == {frozenset(moments(*ON_THE_WAY)), frozenset(moments(*ON_THE_WAY, MET))}


def test_of_many_moments_a_life_gets_a_part_and_all_get_their_turn(tmp_path: Path) -> None:
    many = [Await(f"bot/review.py:{line} h") for line in range(FEW)]
    hunt = hunt_of(tmp_path)
    strike(hunt, *ON_THE_WAY)
    Board(tmp_path / "board").learned(many)
    found = aimed(hunt)

    assert {len(life) for life in found} == {FEW}
    assert set().union(*found) == moments(*many)


def test_where_somebody_died_nobody_is_sent_again(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    strike(hunt, *ON_THE_WAY, BESIDES)

    assert set(aimed(hunt)) == {frozenset(moments(MET))}
    assert hunt.moments.left_on_the_way == []
    assert hunt.moments.left(hunt.moments.met) == [f"begun {MET}", f"over {MET}"]


def test_where_no_moment_is_left_a_plan_keeps_its_callback(tmp_path: Path) -> None:
    hunt = hunt_of(tmp_path)
    strike(hunt, *ON_THE_WAY, BESIDES, MET)

    assert hunt.aim(PLAN) == Plan("change", 6.0, callback=7)


def test_what_one_trial_learned_another_hunts_and_where_one_died_the_other_sends_nobody(tmp_path: Path) -> None:
    one, other = hunt_of(tmp_path), hunt_of(tmp_path, "other")
    Board(tmp_path / "board").learned([MET])
    strike(one, *ON_THE_WAY)

    assert set(aimed(other)) == {frozenset(moments(MET)), frozenset(moments(MET, BESIDES))}


def test_a_moment_that_one_trial_met_besides_and_another_on_the_way_counts_once(tmp_path: Path) -> None:
    one, other = hunt_of(tmp_path), hunt_of(tmp_path / "elsewhere")
    Board(tmp_path / "elsewhere" / "board").learned([MET])
    one.look().add(other.look())

    assert set(one.moments.met) == moments(BESIDES)
    assert set(one.moments.on_the_way) == moments(*ON_THE_WAY, MET)
