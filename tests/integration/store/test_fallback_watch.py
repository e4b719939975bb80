"""What becomes of the channel that is told because nobody subscribes, when somebody does, or leaves it."""

from datetime import timedelta
from functools import partial

import pytest

from bot import review
from bot.alerts.bundle import plan
from bot.cams.errors import CamsCredentialsRefusedError, CamsError, CamsRefusedError
from bot.cams.models import Waba
from bot.store import Store
from handlers import watch
from handlers.routes import Ask
from tests.fixtures.changes import REJECTED, record_change, waba
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import alerts_owed
from tests.unit.fakes import FakeCams, make_services

FALLBACK = "C0FALL"
NO_SUCH = CamsRefusedError("QueryChatappBindWaba", "no", code="No.Such")


class RefusingCams(FakeCams):
    def __init__(self, error: CamsError) -> None:
        super().__init__()
        self._error = error

    async def get_waba(self, _space_id: str = "") -> Waba:
        raise self._error


async def asked(store: Store, act: str, channel: str, cams: FakeCams | None = None) -> str:
    """Have somebody type /cams watch or unwatch, and return what they read."""
    services = make_services(store=store, cams=cams, BOT_ALERT_CHANNEL=FALLBACK)
    handler = {"watch": watch.watch, "unwatch": watch.unwatch}[act]
    return (await handler(Ask("U1", channel, {"space": "cams-1"}), services)).text


async def seen(status: str, _space_id: str) -> Waba:
    return waba(status)


async def changed(store: Store, *, is_told: bool) -> None:
    await store.begin_watching(["cams-1"])
    await record_change(store, "cams-1", NOON, REJECTED, FALLBACK)
    if is_told:
        await store.bundle(plan, NOON)


async def test_what_was_not_told_yet_for_want_of_another_goes_to_the_channel_that_subscribes(store: Store) -> None:
    await changed(store, is_told=False)
    await store.subscribe("cams-1", "C1", "U1", NOON + timedelta(minutes=1))
    await store.bundle(plan, NOON + timedelta(minutes=1))

    assert [card.channel_id for card in await store.open_cards()] == ["C1"]


async def test_a_channel_that_leaves_what_it_never_subscribed_to_is_told_all_the_same(store: Store) -> None:
    await changed(store, is_told=False)
    await asked(store, "unwatch", FALLBACK)

    assert [alert.channel_id for alert in await alerts_owed(store)] == [FALLBACK]


async def test_a_channel_that_leaves_what_it_never_subscribed_to_keeps_its_card(store: Store) -> None:
    await changed(store, is_told=True)
    await asked(store, "unwatch", FALLBACK)

    assert [card.channel_id for card in await store.open_cards()] == [FALLBACK]


@pytest.mark.parametrize("has_subscribed", [False, True])
async def test_the_fallback_channel_that_leaves_reads_that_it_is_told_all_the_same(
    store: Store, has_subscribed: bool
) -> None:
    if has_subscribed:
        await store.subscribe("cams-1", FALLBACK, "U1", NOON)

    assert "as long as no other watches it (BOT_ALERT_CHANNEL)" in await asked(store, "unwatch", FALLBACK)


async def test_the_fallback_channel_that_leaves_beside_another_is_told_no_more(store: Store) -> None:
    await store.subscribe("cams-1", FALLBACK, "U1", NOON)
    await store.subscribe("cams-1", "C1", "U1", NOON)

    assert await asked(store, "unwatch", FALLBACK) == "Review changes of cams-1 no longer go to this channel."


async def test_who_begins_to_watch_while_the_key_is_refused_is_told_later(store: Store) -> None:
    refusal = CamsCredentialsRefusedError("QueryChatappBindWaba", "no such key", code="InvalidAccessKeyId.NotFound")
    said = await asked(store, "watch", "C1", RefusingCams(refusal))

    assert "The first look failed, and is tried again by itself." in said
    assert [one.channel_id for one in await store.subscriptions()] == ["C1"]


async def test_a_space_that_cams_refuses_is_not_watched(store: Store) -> None:
    with pytest.raises(CamsRefusedError):
        await asked(store, "watch", "C1", RefusingCams(NO_SUCH))

    assert await store.subscriptions() == []


async def test_a_space_that_was_seen_is_watched_although_cams_refuses_it_now_and_what_is_owed_is_told(
    store: Store,
) -> None:
    await store.begin_watching(["cams-1"])
    for status in ("APPROVED", "REJECTED"):
        await review.look(store, partial(seen, status), "cams-1", FALLBACK, Clock())
    said = await asked(store, "watch", "C1", RefusingCams(NO_SUCH))

    assert "The first look failed, and is tried again by itself." in said
    assert [alert.channel_id for alert in await alerts_owed(store)] == ["C1"]
