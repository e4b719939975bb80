"""A browser's part: the event stream read, and acts posted."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

Json = dict[str, Any]


class Stream:
    """The events of one page, as they have come."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.events: list[tuple[str, Json]] = []
        self._bell = asyncio.Event()
        self._taken = 0

    async def read(self) -> None:
        name = ""
        async for line in self.answer.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                self.events.append((name, json.loads(value)))
                self._bell.set()

    async def next(self, wanted: Callable[[str, Json], object]) -> Json:
        """Return the first event that is wanted of those not looked at yet; those before it are passed over."""
        async with asyncio.timeout(10):
            while True:
                while self._taken < len(self.events):
                    self._taken += 1
                    if wanted(*self.events[self._taken - 1]):
                        return self.events[self._taken - 1][1]
                self._bell.clear()
                await self._bell.wait()

    async def snapshot(self) -> Json:
        return await self.next(lambda name, _: name == "snapshot")

    async def change(self, kind: str, **fields: Any) -> Json:
        """Return the next change of a kind whose fields are these."""

        def wanted(_: str, data: Json) -> bool:
            return data.get("kind") == kind and all(data.get(key) == value for key, value in fields.items())

        return await self.next(wanted)


class Page:
    """The page at `url` as a browser uses it."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    def get(self, path: str, **headers: str) -> Any:
        return self._session.get(f"{self.url}{path.removeprefix('/')}", headers=headers)

    async def post(self, path: str, **body: Any) -> Json:
        """Post an act and return its answer, which has to be a 200."""
        status, answer = await self.try_post(path, body)
        assert status == 200, answer
        return answer

    async def refusal(self, path: str, **body: Any) -> str:
        """Post an act that has to be refused, and return the sentence that says why."""
        status, answer = await self.try_post(path, body)
        assert (status, answer.get("ok")) == (400, False), answer
        return str(answer["error"])

    async def try_post(self, path: str, body: Any) -> tuple[int, Json]:
        async with self._session.post(f"{self.url}api/{path}", json=body) as answer:
            return answer.status, await answer.json()

    @asynccontextmanager
    async def watching(self, person: str = "operator") -> AsyncIterator[Stream]:
        """Read the stream as somebody until the end of the block; the snapshot has come when it begins."""
        async with self.get(f"api/stream?person={person}") as answer:
            stream = Stream(answer)
            reading = asyncio.create_task(stream.read())
            try:
                yield stream
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading
