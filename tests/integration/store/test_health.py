from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from bot import health
from bot.cams.client import CamsClient
from bot.cams.errors import CamsCredentialsRefusedError, CamsError
from bot.outbox import LEASE
from bot.store import NewPost, Store
from tests.fixtures.clock import NOON
from tests.fixtures.delivery import alerts_owed, alerts_taken, everybody

REFUSED = CamsCredentialsRefusedError("QueryChatappBindWaba", "no such key", code="InvalidAccessKeyId.NotFound")


@dataclass
class Cams:
    """A client as far as its health goes."""

    silent_for: float = 0.0
    silent_because: str = "no connection to CAMS"
    key_problem: CamsError | None = None
    heard_since_trouble: bool = True


async def told(store: Store, cams: Cams, *channels: str) -> list[tuple[str, str]]:
    """Return what is owed after a check, which is then owed no longer."""
    await health.tell(store, cast(CamsClient, cams), everybody(*channels or ["C0"]), NOON)
    return [(alert.channel_id, alert.transition.kind) for alert in await alerts_taken(store)]


async def test_a_refused_key_is_one_alert_however_often_it_is_looked_at(store: Store) -> None:
    cams = Cams(key_problem=REFUSED, heard_since_trouble=False)
    first = await told(store, cams)
    again = await told(store, cams) + await told(store, cams)

    assert (first, again) == ([("C0", "key_refused")], [])


async def test_it_is_one_more_when_a_key_is_accepted(store: Store) -> None:
    await told(store, Cams(key_problem=REFUSED, heard_since_trouble=False))

    assert await told(store, Cams()) == [("C0", "key_accepted")]
    assert await told(store, Cams()) == []


async def test_a_process_that_has_heard_nothing_clears_nothing(store: Store) -> None:
    await told(store, Cams(key_problem=REFUSED, heard_since_trouble=False))

    assert await told(store, Cams(heard_since_trouble=False)) == []
    assert [alarm.kind for alarm in await store.alarms()] == ["key_refused"]


async def test_a_short_silence_is_told_to_nobody(store: Store) -> None:
    silent = Cams(silent_for=health.SILENT_AFTER.total_seconds() - 1, heard_since_trouble=False)

    assert await told(store, silent) == []


async def test_a_long_silence_is_told_with_its_beginning_and_its_cause(store: Store) -> None:
    silent = Cams(silent_for=health.SILENT_AFTER.total_seconds(), heard_since_trouble=False)
    news = await told(store, silent, "C1", "C2")
    [alarm] = await store.alarms()

    assert sorted(news) == [("C1", "cams_silent"), ("C2", "cams_silent")]
    assert (alarm.since, alarm.detail) == (NOON - health.SILENT_AFTER, "no connection to CAMS")


async def test_its_end_is_told_by_another_process_too(store: Store) -> None:
    await told(store, Cams(silent_for=3600, heard_since_trouble=False))

    assert await told(store, Cams()) == [("C0", "cams_answers")]


async def test_messages_that_wait_for_too_long_are_an_alarm_until_they_are_gone(store: Store) -> None:
    await store.owe(NewPost(channel_id="C1", kind="notice", content="{}"), NOON)
    [post] = await store.claim_posts(NOON, LEASE, 10)
    soon = await alarms_of_outbox(store, post.created_at + timedelta(minutes=9))
    late = await alarms_of_outbox(store, post.created_at + timedelta(minutes=10))
    await store.sent(post, "1.0", NOON)
    over = await alarms_of_outbox(store, post.created_at + timedelta(minutes=11))

    assert (soon, late, over) == ([], ["outbox_late"], [])
    assert [alert.transition.kind for alert in await alerts_owed(store)] == ["outbox_late", "outbox_moves"]


async def alarms_of_outbox(store: Store, now: datetime) -> list[str]:
    """Return the kinds of the alarms that stand after a look at what waits."""
    await health.tell_of_outbox(store, everybody("C0"), now)
    return [alarm.kind for alarm in await store.alarms()]
