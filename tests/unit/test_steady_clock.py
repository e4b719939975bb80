from datetime import UTC, datetime

from bot.store.base import SteadyClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


def test_a_clock_that_jumps_moves_no_time_of_ours() -> None:
    wall, monotonic = [NOON], [1000.0]
    clock = SteadyClock(lambda: wall[0], lambda: monotonic[0])
    monotonic[0] += 60
    told = set()
    for jump in (-86_400, 0, 86_400):
        wall[0] = NOON + jump
        told.add(clock())

    assert told == {datetime(2026, 11, 20, 12, 1, tzinfo=UTC)}
