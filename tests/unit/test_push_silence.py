from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.health import PUSH_MEMORY, PUSH_PATIENCE, push_silence
from tests.fixtures.clock import NOON

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
THREE = (HOUR, 2 * HOUR, 3 * HOUR)


@pytest.mark.parametrize(
    ("pushed", "found", "silent"),
    [
        (DAY, THREE, True),
        # Pushes never came.
        (None, THREE, False),
        # Two may be chance.
        (DAY, THREE[:2], False),
        # One was pushed since: not in a row.
        (150 * MINUTE, THREE, False),
        # Their pushes may still come.
        (DAY, (*THREE[:2], PUSH_PATIENCE - MINUTE), False),
        (DAY, (*THREE[:2], PUSH_PATIENCE), True),
        # One of them is too long ago.
        (3 * PUSH_MEMORY, (*THREE[:2], PUSH_MEMORY), False),
    ],
)
def test_three_changes_without_a_push_in_a_week_are_silence(
    pushed: timedelta | None, found: Sequence[timedelta], silent: bool
) -> None:
    alarm = push_silence(None if pushed is None else NOON - pushed, [NOON - age for age in found], NOON)

    assert (alarm is not None) == silent


def test_the_silence_began_with_the_first_change_that_was_not_pushed() -> None:
    alarm = push_silence(NOON - DAY, [NOON - age for age in THREE], NOON)

    assert alarm is not None
    assert (alarm.kind, alarm.since) == ("push_silent", NOON - 3 * HOUR)
    assert "3 changes" in alarm.detail
