"""The route of the callbacks on a port of its own, and what it was told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest

from bot import http
from bot.callback_route import PATH, add_callbacks
from bot.callbacks import Callback

SECRET = "open-sesame-0123456789"
BODY_SECONDS = 0.3


@dataclass
class Route:
    """What was taken, and a clock that stands still until a test moves it."""

    url: str = ""
    taken: list[Callback] = field(default_factory=list)
    seconds: float = 1000.0
    error: Exception | None = None

    @property
    def callback(self) -> str:
        return f"{self.url}{PATH}{SECRET}"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def wabas(self) -> list[frozenset[str]]:
        return [callback.wabas for callback in self.taken]

    def clock(self) -> float:
        return self.seconds

    def take(self, callback: Callback) -> None:
        self.taken.append(callback)
        if self.error is not None:
            raise self.error


async def _ready() -> bool:
    return True


@pytest.fixture
async def route() -> AsyncIterator[Route]:
    made = Route()
    app = http.application(_ready)
    add_callbacks(app, SECRET, made.take, made.clock, body_seconds=BODY_SECONDS)
    async with http.serving(app, "127.0.0.1", 0) as url:
        made.url = url
        yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as opened:
        yield opened
