"""What a QR picture costs that was read back before it is shown, and how long the event loop stands still meanwhile.

Each library is alone in its process. All draw the same link with error correction M, 10 pixels a module and a margin
of 4 modules; ours reads its picture back, theirs does not.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import qrcode
import segno
from qrcode.constants import ERROR_CORRECT_M

from benchmarks.rows import ROUNDS, Row, alternate, in_child
from bot import qr
from bot.drawing import Drawer

HERE = "benchmarks.pictures_drawn"
LINK = "https://wa.me/message/HARBOUR0COFFEE"
PICTURES = 60
WARM_UP = 5
BEAT_SECONDS = 0.001
MOST, MOST_STALL = 1.5, 5.0


def rows() -> list[Row]:
    """Measure a picture each way against both libraries, and the stall of the loop."""
    return [
        *(
            _row(f"QR picture that was read back, {way}", name, f"{HERE}:{ours}", f"{HERE}:{theirs}")
            for way, ours in (("qr.draw", "with_draw"), ("through Drawer", "with_drawer"))
            for name, theirs in (("qrcode", "with_qrcode"), ("segno", "with_segno"))
        ),
        _stall_row(),
    ]


def with_draw() -> float:
    """Return the seconds that a picture takes."""
    return _timed(lambda: qr.draw(LINK))


def with_qrcode() -> float:
    """Do the same with qrcode."""

    def draw() -> None:
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=10, border=4)
        code.add_data(LINK)
        code.make_image().save(io.BytesIO(), "PNG")

    return _timed(draw)


def with_segno() -> float:
    """Do the same with segno."""

    def draw() -> None:
        code = segno.make(LINK, error="m", boost_error=False, micro=False)
        code.save(io.BytesIO(), kind="png", scale=10, border=4)

    return _timed(draw)


async def with_drawer() -> float:
    """Do the same beside the event loop, as the bot does."""
    with Drawer() as drawer:
        took = [await _drawn(drawer) for _ in range(WARM_UP + PICTURES)]
    return median(took[WARM_UP:])


async def stall() -> list[float]:
    """Return how late, in milliseconds, a beat of the loop came at worst: idle, at the first picture, at the others."""
    with Drawer() as drawer:
        idle = await _latest(asyncio.sleep(PICTURES * 0.005))
        first = await _latest(_drawn(drawer))

        async def rest() -> None:
            for _ in range(PICTURES):
                await _drawn(drawer)

        return [idle * 1000, first * 1000, await _latest(rest()) * 1000]


async def _drawn(drawer: Drawer) -> float:
    began = perf_counter()
    await drawer.draw(LINK)
    return perf_counter() - began


def _timed(draw: Callable[[], object]) -> float:
    took = []
    for _ in range(WARM_UP + PICTURES):
        began = perf_counter()
        draw()
        took.append(perf_counter() - began)
    return median(took[WARM_UP:])


async def _latest(work: Awaitable[object]) -> float:
    """Return by how many seconds a beat of the loop came too late at worst while something was done."""
    doing, worst = asyncio.ensure_future(work), 0.0
    while not doing.done():
        began = perf_counter()
        await asyncio.sleep(BEAT_SECONDS)
        worst = max(worst, perf_counter() - began - BEAT_SECONDS)
    await doing
    return worst


def _row(what: str, name: str, ours: str, theirs: str) -> Row:
    mine, other = alternate(lambda: float(in_child(ours)), lambda: float(in_child(theirs)))
    took, their = median(mine) * 1000, median(other) * 1000
    return Row(what, f"{name}, not read back", f"{took:.2f} ms", f"{their:.2f} ms", took / their, MOST, at_least=False)


def _stall_row() -> Row:
    told = [in_child(f"{HERE}:stall") for _ in range(ROUNDS)]
    idle, first, others = (median(one[column] for one in told) for column in range(3))
    worst = max(first, others)
    return Row(
        "longest stall of the event loop while pictures are drawn",
        "-",
        f"{worst:.1f} ms",
        "-",
        worst,
        MOST_STALL,
        at_least=False,
        unit="ms",
        note=f"first picture, which starts the process: {first:.1f} ms; {PICTURES} more: {others:.1f} ms; "
        f"without pictures: {idle:.1f} ms",
    )
