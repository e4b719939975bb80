"""Where the kills of the kill matrix fall."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from tests.kill.awaits import Await
from tests.kill.control import Control, StageClock
from tests.kill.killer import KINDS, Way, plans

WORK = """
import asyncio, sys
from pathlib import Path
from tests.kill.awaits import Await
from tests.kill.control import Control
from tests.kill.victim import Watcher, watch_callbacks

async def work():
    for number in range(1, 1000):
        print("before", number, flush=True)
        await asyncio.sleep(0)

folder = Path(sys.argv[1])
with Control.open(folder / "control") as control, (folder / "awaits").open("a", buffering=1) as met:
    watch_callbacks(Watcher(control, met, set(map(int, sys.argv[2:]))))
    asyncio.run(work())
"""


async def watched(folder: Path, *moments: int) -> tuple[int, str]:
    """Return how a process that is watched has ended, and what it has said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WORK,
        str(folder),
        *map(str, moments),
        start_new_session=True,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode is not None
    return process.returncode, said.decode()


def test_the_kills_are_spread_over_the_whole_way() -> None:
    way = Way(callbacks=1000, seconds=2.0, from_start=3000)
    made = plans(way, 100, random.Random(1))
    on_the_way = sorted(plan.callback for plan in made if plan.kind != "start")
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
    with Control.open(tmp_path / "control") as control:
        control.begin(500, armed=True)
        status, _ = await watched(tmp_path)

        assert (status, control.counted, control.struck) == (-signal.SIGKILL, 500, False)


async def test_the_victim_dies_where_the_waiting_begins_or_where_it_is_over(tmp_path: Path) -> None:
    with Control.open(tmp_path / "control") as control:
        control.begin(100, armed=True)
        _, untouched = await watched(tmp_path)
        [place] = [Await(name) for name in (tmp_path / "awaits").read_text().splitlines() if "work" in name]
        ends = []
        for moment in (place.begun, place.over):
            control.begin(armed=True)
            status, out = await watched(tmp_path, moment)
            ends.append((status, out, control.struck == moment))
    assert "before 3" in untouched
    assert ends == [(-signal.SIGKILL, "before 1\n", True)] * 2
