from dataclasses import dataclass

import pytest

from bot.cams.circuit import FAILURES, KEY_PROBE_SECONDS, PROBE_SECONDS, Circuits, KeyCircuit
from bot.cams.credentials import Credentials
from bot.cams.errors import (
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsNotSentError,
    CamsUnknownOutcomeError,
)

READ, WRITE = "QueryChatappBindWaba", "CreatePhoneMessageQrdl"
OLD, NEW = Credentials("old", "secret"), Credentials("new", "secret")


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def lost(operation: str = READ) -> CamsUnknownOutcomeError:
    return CamsUnknownOutcomeError(operation, "no whole answer", transient=True)


def passes(circuits: Circuits, operation: str = READ) -> bool:
    try:
        circuits.admit(operation)
    except CamsDownError:
        return False
    return True


def broken(clock: Clock) -> Circuits:
    """Return circuits that have just opened: no connection can be made."""
    circuits = Circuits(clock)
    for _ in range(FAILURES):
        clock.now += 1.25
        circuits.failed(CamsNotSentError(READ, "no connection to CAMS"))
    return circuits


def test_it_opens_after_five_failures_over_five_seconds() -> None:
    circuits = broken(Clock())

    assert circuits.whole.is_open
    assert not passes(circuits)


@pytest.mark.parametrize(("failures", "seconds"), [(FAILURES - 1, 60.0), (50, 4.9)])
def test_it_stays_closed_before(failures: int, seconds: float) -> None:
    clock = Clock()
    circuits = Circuits(clock)
    for _ in range(failures):
        circuits.failed(CamsNotSentError(READ, "no connection to CAMS"))
        clock.now += seconds / failures

    assert passes(circuits)


def test_an_operation_that_fails_alone_keeps_only_its_own_calls_back() -> None:
    clock = Clock()
    circuits = Circuits(clock)
    for _ in range(20):
        clock.now += 1
        circuits.failed(lost(READ))

    assert not passes(circuits, READ)
    assert passes(circuits, WRITE)


def test_two_operations_that_fail_keep_all_calls_back() -> None:
    clock = Clock()
    circuits = Circuits(clock)
    for _ in range(FAILURES):
        clock.now += 2
        circuits.failed(lost(READ))
        circuits.failed(lost(WRITE))

    assert not passes(circuits, "ListInstance")


def test_one_of_a_hundred_callers_passes_every_five_seconds() -> None:
    clock = Clock()
    circuits = broken(clock)
    opened, probes = clock.now, list[float]()
    while clock.now < opened + 60:
        clock.now += 0.125
        if sum(passes(circuits) for _ in range(100)) == 1:
            probes.append(clock.now - opened)
            circuits.failed(CamsNotSentError(READ, "no connection to CAMS"))

    assert probes == [PROBE_SECONDS * turn for turn in range(1, 13)]


def test_a_probe_that_the_whole_refuses_is_not_lost_to_its_operation() -> None:
    clock = Clock()
    circuits = broken(clock)
    clock.now += PROBE_SECONDS / 2
    circuits.whole.failed(CamsNotSentError(WRITE, "no connection to CAMS"))
    clock.now += PROBE_SECONDS / 2

    assert not passes(circuits)
    clock.now += PROBE_SECONDS / 2
    assert passes(circuits)


def test_one_success_closes_it() -> None:
    clock = Clock()
    circuits = broken(clock)
    clock.now += PROBE_SECONDS
    circuits.admit(READ)
    circuits.answered(READ)

    assert all(passes(circuits) for _ in range(100))
    assert circuits.whole.seconds == 0


def test_the_error_names_the_reason_and_the_next_try() -> None:
    clock = Clock()
    circuits = broken(clock)
    clock.now += 1

    with pytest.raises(CamsDownError, match=r"for \d+ s \(no connection to CAMS\).*tried again in 4 s"):
        circuits.admit(READ)


def test_a_refused_key_is_tried_again_only_now_and_then_and_another_at_once() -> None:
    clock = Clock()
    key = KeyCircuit(clock)
    key.refused(OLD, CamsCredentialsRefusedError(READ, "not known", request_id="REQ-1"))

    key.admit(NEW, READ)
    for _ in range(3):
        with pytest.raises(CamsCredentialsRefusedError, match="REQ-1"):
            key.admit(OLD, WRITE)
        clock.now += KEY_PROBE_SECONDS
        key.admit(OLD, WRITE)
    key.accepted()
    key.admit(OLD, WRITE)
    assert key.problem is None
