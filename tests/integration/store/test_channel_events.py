"""Slack may deliver an event more than once: https://docs.slack.dev/apis/events-api/#retries"""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.store import Store
from bot.tasks import Tasks
from handlers import ROUTES
from handlers.acts import Acts
from handlers.router import Listeners
from tests.fixtures.clock import NOON
from tests.unit.fakes import make_services


def renamed(to: str, event_ts: str) -> dict[str, Any]:
    return {"type": "channel_rename", "channel": {"id": "C1", "name": to}, "event_ts": event_ts}


async def test_a_new_name_that_slack_tells_twice_is_passed_on_once(store: Store) -> None:
    tasks = Tasks()
    listeners = Listeners(Acts(ROUTES, make_services(store=store)), tasks)
    for space_id, owner in (("space-1", "U1"), ("space-2", "U2")):
        await store.subscribe(space_id, "C1", owner, NOON)
    for event in (renamed("shop", "1.1"), renamed("shop", "1.1"), renamed("bar", "1.2"), renamed("shop", "1.3")):
        await listeners.event(AsyncAck(), event)
        assert await tasks.drain(10) == 0

    assert sorted(post.channel_id for post in await store.posts_waiting(10)) == ["U1"] * 3 + ["U2"] * 3
