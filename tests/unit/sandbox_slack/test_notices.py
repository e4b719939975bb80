import asyncio

import pytest

from sandbox.slack.notices import Change, Notices


async def test_who_waits_is_woken_by_a_change() -> None:
    notices = Notices()
    found: list[str] = []
    waiting = asyncio.create_task(notices.wait_for(lambda: found, 10, str))
    await asyncio.sleep(0)
    notices.tell("something", None)
    found.append("it")
    notices.tell("something", None)

    assert await waiting == ["it"]


async def test_what_is_there_already_is_not_waited_for() -> None:
    assert await Notices().wait_for(lambda: "it", 0, str) == "it"


async def test_a_wait_in_vain_says_what_there_was_instead() -> None:
    with pytest.raises(TimeoutError, match="three blind mice"):
        await Notices().wait_for(lambda: None, 0, lambda: "three blind mice")


def test_a_listener_hears_of_changes_until_it_stops() -> None:
    notices = Notices()
    heard: list[Change] = []
    stop = notices.listen(heard.append)
    notices.tell("first", 1)
    stop()
    notices.tell("second", 2)

    assert heard == [Change("first", 1)]
