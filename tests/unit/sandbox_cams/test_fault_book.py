import pytest

from sandbox.cams.faults import Fault, Faults


def test_a_fault_strikes_as_often_as_it_was_told() -> None:
    faults = Faults()
    fault = faults.add(Fault("throttled", count=2))
    struck = [faults.take("A") for _ in range(3)]

    assert struck == [fault, fault, None]


def test_a_fault_counts_what_it_has_hit() -> None:
    faults = Faults()
    fault = faults.add(Fault("throttled", "A"))
    for operation in ("A", "B", "A"):
        faults.take(operation)

    assert fault.hits == 2


def test_a_fault_without_a_count_strikes_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add(Fault("error"))
    before = [faults.take("A") for _ in range(50)]
    faults.clear()

    assert None not in before
    assert faults.take("A") is None


def test_clearing_one_operation_leaves_the_others() -> None:
    faults = Faults()
    faults.add(Fault("error", "A"))
    kept = faults.add(Fault("error", "B"))
    faults.clear("A")

    assert faults.planted == [kept]


def test_faults_strike_in_the_order_in_which_they_were_added() -> None:
    faults = Faults()
    first, second = faults.add(Fault("error", count=1)), faults.add(Fault("throttled", count=1))

    assert [faults.take("A"), faults.take("A")] == [first, second]


def test_a_refusal_without_a_code_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs the code"):
        Fault("refusal")


def test_a_fault_that_comes_strikes_and_goes_is_told_each_time() -> None:
    faults, heard = Faults(), list[None]()
    faults.listen(heard.append)
    fault = faults.add(Fault("error"))
    faults.take("A")
    faults.remove(fault)

    assert len(heard) == 3
    assert (faults.planted, fault.hits, fault.latest) == ([], 1, "A")
