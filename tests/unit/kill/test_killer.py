"""Where the kills of the kill matrix fall."""

import asyncio
import random
import sys
from pathlib import Path

from tests.kill.control import Control, StageClock
from tests.kill.killer import KINDS, Way, plans


def test_the_kills_are_spread_over_the_whole_way() -> None:
    way = Way(callbacks=1000, seconds=2.0, from_start=3000)
    made = plans(way, 100, random.Random(1))
    on_the_way = sorted(plan.callback for plan in made if plan.kind == "change")
    gaps = [after - before for before, after in zip([0, *on_the_way], [*on_the_way, way.callbacks], strict=True)]

    assert {plan.kind for plan in made} == set(KINDS)
    assert min(on_the_way) >= 1
    assert max(on_the_way) <= way.callbacks
    # Every part of the way has a kill, however the dice fall.
    assert max(gaps) <= 5 * way.callbacks / 100
    assert max(plan.callback for plan in made if plan.kind == "start") > 2500


def test_as_many_kills_as_callbacks_hit_each_of_them() -> None:
    made = plans(Way(callbacks=50, seconds=1.0, from_start=50), 50, random.Random(2))

    assert {plan.callback for plan in made} == set(range(1, 51))


def test_callbacks_count_from_the_moment_it_is_armed(tmp_path: Path) -> None:
    with Control.open(tmp_path / "control") as control, Control.open(tmp_path / "control") as same:
        control.begin(3)

        assert not any(control.tick() for _ in range(10))

        same.arm()

        assert [control.tick() for _ in range(4)] == [False, False, True, False]
        assert (same.total, same.counted) == (14, 4)


def test_a_clock_is_seen_by_whoever_maps_it(tmp_path: Path) -> None:
    with StageClock.open(tmp_path / "clock") as ours, StageClock.open(tmp_path / "clock") as theirs:
        ours.pass_by(300)
        ours.jump(-3600)

        assert theirs.ahead == -3300
        assert (ours.world_now() - theirs.bots_now()).total_seconds() > 3599

        ours.jump(0)

        assert theirs.ahead == 300


async def test_the_victim_counts_every_callback_of_its_loop(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from tests.kill.control import Control; from tests.kill.victim import count_callbacks\n"
        "async def work():\n"
        "    while True: await asyncio.sleep(0)\n"
        "with Control.open(Path(sys.argv[1])) as control:\n"
        "    count_callbacks(control); asyncio.run(work())\n"
    )
    with Control.open(tmp_path / "control") as control:
        control.begin(500, armed=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, str(tmp_path / "control"), start_new_session=True
        )
        status = await asyncio.wait_for(process.wait(), 20)

        assert status == -9
        assert control.counted == 500
