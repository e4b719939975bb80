import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from bot import watching
from bot.cams.models import Waba
from bot.store import open_store
from bot.tasks import Tasks
from bot.watching import Poller, Rules
from tests.fixtures.changes import waba
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.databases import fresh_schema
from tests.fixtures.delivery import later


async def test_a_look_that_has_lost_its_claim_ends_beside_the_one_that_has_it() -> None:
    asked, may_answer = asyncio.Queue[str](), asyncio.Event()

    async def fetch(space_id: str) -> Waba:
        asked.put_nowait(space_id)
        await may_answer.wait()
        return waba("APPROVED")

    async with fresh_schema() as url, open_store(url) as store:
        await store.subscribe("space", "C1", "U1", NOON)
        clock, tasks = Clock(), Tasks()
        poller = Poller(store, fetch, Rules((), "", timedelta(minutes=5)), clock, tasks)
        with capture_logs() as logs:
            for _ in range(2):
                await poller.tick()
                await asked.get()
                await later(store, clock, watching.LEASE)
            may_answer.set()
            await tasks.drain(10)
        [seen] = await store.watches()

    assert [entry for entry in logs if entry["event"] == "a task failed"] == []
    assert (seen.review_status, seen.lease_until) == ("APPROVED", None)
