import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from bot import qr
from bot.drawing import Drawer

LINKS = [f"https://wa.me/message/ABCDEFGHIJ123{number}" for number in range(4)]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    with Drawer() as opened:
        yield opened


def drawing_processes() -> set[int]:
    return {child.pid for child in multiprocessing.active_children() if child.pid}


async def test_pictures_are_drawn_in_another_process(drawer: Drawer) -> None:
    before = drawing_processes()
    picture = await drawer.draw(LINKS[0])

    assert qr.read(picture) == LINKS[0]
    assert len(drawing_processes() - before) == 1


async def test_what_cannot_be_drawn_is_told_across_the_processes(drawer: Drawer) -> None:
    with pytest.raises(qr.UnreadablePictureError, match="0 bytes"):
        await drawer.draw("")


async def test_after_its_process_was_killed_everybody_still_gets_a_picture(drawer: Drawer) -> None:
    before = drawing_processes()
    await drawer.draw(LINKS[0])
    [process] = drawing_processes() - before
    os.kill(process, signal.SIGKILL)
    pictures = await asyncio.gather(*map(drawer.draw, LINKS))

    assert [qr.read(picture) for picture in pictures] == LINKS
    assert len(drawing_processes() - before) == 1


async def test_ctrl_c_is_left_to_the_parent(drawer: Drawer) -> None:
    before = drawing_processes()
    await drawer.draw(LINKS[0])
    [process] = drawing_processes() - before
    os.kill(process, signal.SIGINT)
    await drawer.draw(LINKS[1])

    assert drawing_processes() - before == {process}


async def test_at_the_end_no_process_is_left() -> None:
    before = drawing_processes()
    with Drawer() as drawer:
        await drawer.draw(LINKS[0])

    assert drawing_processes() == before
