"""From a change in the world to a push, with what goes wrong on the way.

review changes -> item -> gathered for a moment -> faults -> sender
"""

import asyncio
import itertools
import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import aiohttp

from sandbox.cams.callbacks import items
from sandbox.cams.callbacks.faults import Forgery, PushFault, PushFaultKind, PushFaults
from sandbox.cams.callbacks.items import Empties, Item, Version
from sandbox.cams.callbacks.log import Push, PushLog
from sandbox.cams.callbacks.sender import Sender
from sandbox.cams.records import Space
from sandbox.cams.world import World

NAME = "ChatAppAudit"
# Documented for this kind of callback, and three seconds for an answer for a neighbour of it.
RETRY_SECONDS = (60.0, 300.0)
ANSWER_SECONDS = 3.0
# Inferred: "multiple review reports may be pushed at a time", and no more is documented.
GATHER_SECONDS = 0.05
ITEMS_AT_ONCE = 100
UNKNOWN_WABA = "999999999999999"
FORGERIES: tuple[Forgery, ...] = get_args(Forgery)


class Callbacks:
    """Pushes what happens in a world to the address that was set for it; its attributes may be changed at any time.

    `version` V1 knows templates only, so no change of a review is pushed. `empties` is how an item about a WABA has
    the fields that the page requires and that mean nothing there. `retry_seconds` are the waits before each further
    attempt, `answer_seconds` how long an answer may take, `gather_seconds` how long changes are gathered for one push.
    """

    def __init__(self, world: World, now: Callable[[], datetime]) -> None:
        """Put it together; nothing is pushed but while `running`."""
        self.version: Version = "V2"
        self.empties: Empties = "missing"
        self.retry_seconds: Sequence[float] = RETRY_SECONDS
        self.answer_seconds = ANSWER_SECONDS
        self.gather_seconds = GATHER_SECONDS
        self.items_at_once = ITEMS_AT_ONCE
        self.faults = PushFaults()
        self.log = PushLog()
        self._world, self._now = world, now
        self._sender = Sender(self.log, now)
        self._session: aiohttp.ClientSession | None = None
        self._numbers = itertools.count(1)
        self._gathered: defaultdict[str, list[tuple[Space, Item]]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: asyncio.Event | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Push until the end of the block; what is on its way then is forgotten."""
        async with aiohttp.ClientSession() as session:
            self._session = session
            stops = (self._world.listen_to_reviews(self._reviewed), self.log.listen(self._tried))
            try:
                yield
            finally:
                self._session = None
                for stop in stops:
                    stop()
                for task in (running := list(self._tasks)):
                    task.cancel()
                self._gathered.clear()
                await asyncio.gather(*running, return_exceptions=True)

    def push(self, space_id: str, *told: Item) -> None:
        """Push these items, where the space has an address and wants HTTP; `items` has functions that make some.

        Raises KeyError where there is no such space.
        """
        space, webhook = self._world.spaces[space_id], self._world.webhook(space_id)
        if self._session is None or not webhook.http:
            return
        if webhook.url not in self._gathered:
            self._begin(self._flush(webhook.url))
        self._gathered[webhook.url] += [(space, item) for item in told]

    def forge(self, kind: Forgery, space_id: str) -> None:
        """Push what CAMS does not: somebody else has found the address. Raises KeyError."""
        space, webhook = self._world.spaces[space_id], self._world.webhook(space_id)
        if self._session is not None and webhook.url:
            self._forge(kind, webhook.url, space)

    async def settled(self) -> None:
        """Wait until nothing is on its way, and nothing waits for another attempt."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _reviewed(self, space: Space) -> None:
        if space.waba is not None and self.version == "V2":
            self.push(space.id, items.review(space.waba.id, space.waba.account_review_status, self.empties))

    def _tried(self, push: Push) -> None:
        if push.attempts and not push.forgery and self._held is not None:
            self._held.set()

    async def _flush(self, url: str) -> None:
        await asyncio.sleep(self.gather_seconds)
        gathered = self._gathered.pop(url)
        for start in range(0, len(gathered), self.items_at_once):
            self._begin(self._launch(url, gathered[start : start + self.items_at_once]))

    async def _launch(self, url: str, gathered: list[tuple[Space, Item]]) -> None:
        """Let the faults strike, and push what they leave."""
        struck = {fault.kind: fault for fault in self.faults.take_all(NAME)}
        for kind in FORGERIES:
            if struck.pop(kind, None):
                self._forge(kind, url, gathered[0][0])
        told = [item for _, item in gathered]
        if "reordered" in struck:
            told.reverse()
        pushes = [self._written(url, told, tuple(struck)) for _ in range(2 if "doubled" in struck else 1)]
        if "lost" in struck:
            for push in pushes:
                push.outcome = "lost"
                self.log.changed(push)
            return
        await self._hold_back(struck)
        for push in pushes:
            self._deliver(push, self.retry_seconds)

    async def _hold_back(self, struck: dict[PushFaultKind, PushFault]) -> None:
        if "delayed" in struck:
            await asyncio.sleep(struck["delayed"].seconds)
        # One at a time: were all held back, they would leave in the order in which they came.
        if "reordered" in struck and self._held is None:
            self._held = asyncio.Event()
            try:
                await asyncio.wait_for(self._held.wait(), struck["reordered"].seconds)
            except TimeoutError:
                pass
            finally:
                self._held = None

    def _forge(self, kind: Forgery, url: str, space: Space) -> None:
        waba_id, status = (space.waba.id, space.waba.account_review_status) if space.waba else (UNKNOWN_WABA, "")
        match kind:
            case "wrong_secret":
                url = urlsplit(url)._replace(query="").geturl().rpartition("/")[0] + f"/{secrets.token_hex(16)}"
            case "unknown_waba":
                waba_id = UNKNOWN_WABA
            case "wrong_status":
                status = "APPROVED" if status == "DISABLED" else "DISABLED"
        # Whoever forges does not wait a minute in order to be refused again.
        self._deliver(self._written(url, [items.review(waba_id, status, self.empties)], forgery=kind), ())

    def _written(
        self, url: str, told: list[Item], faults: tuple[PushFaultKind, ...] = (), forgery: Forgery | Literal[""] = ""
    ) -> Push:
        body = json.dumps(told, ensure_ascii=False).encode()
        if "malformed" in faults:
            body = body[: len(body) // 2]
        push = Push(next(self._numbers), self._now(), url, tuple(told), body, faults, forgery)
        self.log.add(push)
        return push

    def _deliver(self, push: Push, waits: Sequence[float]) -> None:
        if self._session is not None:
            self._begin(self._sender.deliver(self._session, push, tuple(waits), self.answer_seconds))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()
