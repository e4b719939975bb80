import asyncio

from structlog.testing import capture_logs

from bot.tasks import Tasks


async def test_a_drain_waits_for_what_was_started() -> None:
    tasks, may_end, done = Tasks(), asyncio.Event(), list[str]()

    async def work() -> None:
        await may_end.wait()
        done.append("work")

    tasks.start(work())
    draining = asyncio.create_task(tasks.drain(60))
    await asyncio.sleep(0)
    may_end.set()

    assert await draining == 0
    assert done == ["work"]


async def test_a_drain_waits_for_what_the_work_itself_starts() -> None:
    tasks, done = Tasks(), list[str]()

    async def more() -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        done.append("more")

    async def work() -> None:
        tasks.start(more())

    tasks.start(work())
    await tasks.drain(60)

    assert done == ["more"]


async def test_work_that_takes_too_long_is_cancelled_and_counted() -> None:
    tasks = Tasks()
    late = [tasks.start(asyncio.Event().wait()) for _ in range(2)]

    assert await tasks.drain(0) == 2
    assert [task.cancelled() for task in late] == [True, True]


async def test_a_drain_is_seen_from_outside() -> None:
    tasks = Tasks()
    before = tasks.draining
    await tasks.drain(0)

    assert (before, tasks.draining) == (False, True)


async def test_a_task_that_fails_is_logged() -> None:
    tasks, mistake = Tasks(), ValueError("a mistake")

    async def work() -> None:
        raise mistake

    with capture_logs() as logs:
        tasks.start(work())
        late = await tasks.drain(60)

    assert late == 0
    assert [(entry["event"], entry["exc_info"]) for entry in logs] == [("a task failed", mistake)]


async def test_a_task_that_was_cancelled_is_no_failure() -> None:
    tasks = Tasks()
    with capture_logs() as logs:
        tasks.start(asyncio.Event().wait())
        await tasks.drain(0)

    assert logs == []
