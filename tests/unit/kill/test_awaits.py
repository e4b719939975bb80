import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.kill.awaits import Await, waiting_task


async def outer(gate: asyncio.Event) -> None:
    async with held(gate):
        await inner(gate)


async def inner(gate: asyncio.Event) -> None:
    await gate.wait()
    gate.clear()
    await gate.wait()


@asynccontextmanager
async def held(gate: asyncio.Event) -> AsyncIterator[None]:
    await gate.wait()
    gate.clear()
    yield


async def open_gate(gate: asyncio.Event) -> None:
    """Let whoever waits go on to where it waits next."""
    gate.set()
    while gate.is_set():  # noqa: ASYNC110 - each turn of the loop is a step of the others
        await asyncio.sleep(0)


def functions(place: Await) -> list[str]:
    return [step.split(" ")[1] for step in place.name.split(" > ")]


async def test_a_place_names_all_that_wait_for_each_other_through_context_managers_too() -> None:
    gate = asyncio.Event()
    task = asyncio.create_task(outer(gate))
    await asyncio.sleep(0)
    entering = Await.of(task)
    await open_gate(gate)
    within = Await.of(task)
    task.cancel()

    assert functions(entering) == ["outer", "__aenter__", "held", "wait"]
    assert functions(within) == ["outer", "inner", "wait"]


async def test_two_waits_of_one_function_are_two_places_with_two_moments_each() -> None:
    gate = asyncio.Event()
    task = asyncio.create_task(inner(gate))
    await asyncio.sleep(0)
    first = Await.of(task)
    await open_gate(gate)
    second = Await.of(task)
    task.cancel()

    assert len({first.begun, first.over, second.begun, second.over}) == 4


async def test_another_task_at_the_same_place_has_the_same_moments() -> None:
    gate = asyncio.Event()
    tasks = [asyncio.create_task(inner(gate)) for _ in range(2)]
    await asyncio.sleep(0)
    one, other = map(Await.of, tasks)
    for task in tasks:
        task.cancel()

    assert (one.begun, one.over) == (other.begun, other.over)


async def test_only_the_steps_of_a_task_that_has_begun_are_at_a_place() -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(inner(asyncio.Event()))
    step = asyncio.Handle(task.cancel, (), loop)
    before = waiting_task(step)
    await asyncio.sleep(0)
    begun = waiting_task(step)
    task.cancel()
    await asyncio.wait([task])

    assert (before, begun, waiting_task(step)) == (None, task, None)
    assert waiting_task(asyncio.Handle(print, (), loop)) is None
