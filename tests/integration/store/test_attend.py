import asyncio
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot.alerts import acting
from bot.alerts.attend import attend, send_digests
from bot.alerts.flood_view import FLOOD_FROM
from bot.alerts.message import Message
from bot.outbox import LEASE
from bot.store import Change, Channel, NewPost, Post, Store, Watch
from bot.store.tables import cards
from tests.fixtures.alert_samples import card, put_card
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import Chat, Poster

HOUR = timedelta(hours=1)


async def said(store: Store) -> list[Post]:
    return [one for one in await store.posts_waiting(50) if one.kind != "card"]


async def test_a_reminder_is_owed_in_the_thread_of_the_card(store: Store) -> None:
    await put_card(store)

    assert await attend(store, Clock(NOON + HOUR)) == 1
    [reminder] = await said(store)
    assert (reminder.kind, reminder.key, reminder.parent_id is not None) == ("reminder", "remind:7:1:1", True)
    assert "nobody has acknowledged it" in Message.loads(reminder.content).text


async def test_a_reminder_stands_in_the_thread_of_the_message_that_slack_has_taken(store: Store) -> None:
    await put_card(store)
    [refused] = await store.claim_posts(NOON, LEASE, 1)
    await store.drop(refused, "invalid_blocks")
    again = NewPost(channel_id="C012ABC", kind="card", content=refused.content, card_id=7)
    taken = await store.owe(again, NOON)
    await attend(store, Clock(NOON + HOUR))
    [reminder] = await said(store)

    assert reminder.parent_id == taken


async def test_several_replicas_remind_once(store: Store) -> None:
    await put_card(store)
    await asyncio.gather(*(attend(store, Clock(NOON + HOUR)) for _ in range(5)))

    assert len(await said(store)) == 1


async def test_a_day_without_anybody_is_reminded_of_a_few_times_and_calls_others_once(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C012ABC", escalate_to="S1"))
    await put_card(store)
    clock, chat = Clock(), Chat()
    poster, keys = Poster(store, chat, clock), list[str | None]()
    for _ in range(24 * 60 * 2):
        clock += timedelta(seconds=30)
        if await attend(store, clock):
            keys += [one.key for one in await said(store)]
            await poster.tick()

    assert keys == ["remind:7:1:1", "remind:7:1:2", "escalate:7:1", "remind:7:1:3", "remind:7:1:4"]


async def test_what_a_channel_cannot_take_for_days_does_not_pile_up(store: Store) -> None:
    await put_card(store)
    for hours in range(1, 24 * 7):
        await attend(store, Clock(NOON + hours * HOUR))

    assert [one.key for one in await said(store)] == ["remind:7:1:1"]


async def test_a_snooze_that_is_over_is_told_once_and_the_card_shows_it_no_more(store: Store) -> None:
    await put_card(store, snoozed_by="U1", snoozed_until=NOON + HOUR / 2, acked_by="U2", acked_at=NOON)
    await asyncio.gather(*(attend(store, Clock(NOON + HOUR / 2)) for _ in range(5)))
    await attend(store, Clock(NOON + HOUR))
    [over] = await said(store)
    card = await store.card(7)

    assert (over.kind, over.parent_id is not None) == ("reminder", True)
    assert Message.loads(over.content).text == "The snooze is over, and Acme is still REJECTED."
    assert '"user_id": "U1"' in over.content
    assert card is not None
    assert (card.snoozed_by, card.snoozed_until, card.acked_by, card.version) == ("", None, "U2", 2)


async def test_an_escalation_stands_in_the_channel(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C012ABC", escalate_to="S1", remind_after=0))
    await put_card(store)
    await attend(store, Clock(NOON + 4 * HOUR))
    [call] = await said(store)

    assert (call.parent_id, call.key) == (None, "escalate:7:1")
    assert '"usergroup_id": "S1"' in call.content


async def test_a_card_that_cannot_be_attended_to_stops_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await put_card(store, id=1, space_id="cams-1")
    await put_card(store, id=2, space_id="cams-2")
    real = store.attend_card

    async def broken(card_id: int, *rest: object) -> bool:
        if card_id == 1:
            raise ZeroDivisionError
        return await real(card_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "attend_card", broken)

    assert await attend(store, Clock(NOON + HOUR)) == 1


async def put_bare(store: Store, count: int, **more: Any) -> list[int]:
    """Store cards of many that changed at once, which have no message."""
    told = [card(id=number, space_id=f"cams-{number}", **more) for number in range(1, count + 1)]
    async with store._writing() as tx:
        await tx.execute(insert(cards), [asdict(one) for one in told])
    return [one.id for one in told]


async def test_what_is_left_of_many_gets_its_cards_when_nobody_has_acknowledged_it(store: Store) -> None:
    keys = await put_bare(store, FLOOD_FROM - 1)
    made = [await attend(store, Clock(NOON + timedelta(minutes=minutes))) for minutes in (59, 60, 61, 179)]
    shown = await store.posts_waiting(50)

    assert made == [0, len(keys), 0, 0]
    assert [(one.kind, one.card_id) for one in shown] == [("card", key) for key in keys]
    assert {one.shown - one.version for one in await store.open_cards()} == {0}


async def test_who_has_not_acknowledged_what_is_left_of_many_is_reminded_and_others_are_called(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C012ABC", escalate_to="S1"))
    await put_bare(store, 1)
    clock, chat = Clock(), Chat()
    poster, keys = Poster(store, chat, clock), list[str | None]()
    for _ in range(5 * 60):
        clock += timedelta(minutes=1)
        await attend(store, clock)
        keys += [one.key for one in await store.posts_waiting(50)]
        await poster.tick()

    assert keys == ["card:1", "remind:1:1:2", "escalate:1:1"]
    [card_post, reminder, _] = chat.sent
    assert reminder.letter.thread_ts == card_post.ts


async def test_of_many_that_changed_at_once_nobody_is_reminded_while_they_are_many(store: Store) -> None:
    keys = await put_bare(store, FLOOD_FROM)
    before = await attend(store, Clock(NOON + HOUR))
    await store.act_on_card(keys[0], "U1", "ack", "", partial(acting.acknowledge, "U1", NOON), NOON)
    after = await attend(store, Clock(NOON + HOUR))

    assert (before, after) == (0, FLOOD_FROM - 1)
    assert sorted(one.card_id or 0 for one in await store.posts_waiting(50)) == keys[1:]


async def test_several_replicas_give_a_card_one_message(store: Store) -> None:
    await put_bare(store, 1)
    await asyncio.gather(*(attend(store, Clock(NOON + HOUR)) for _ in range(5)))

    assert len(await store.posts_waiting(50)) == 1


async def test_a_digest_is_owed_once_a_day(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C1", digest_at="12:00"))
    clock = Clock()
    for _ in range(3 * 24):
        await send_digests(store, clock, {})
        clock += HOUR

    assert [one.key for one in await said(store)] == [f"daily:C1:2026-11-{day}" for day in (20, 21, 22)]


async def test_a_digest_that_was_missed_comes_when_the_bot_is_back(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C1", digest_at="12:00"))
    for clock in (Clock(), Clock(NOON + 29 * HOUR)):
        await send_digests(store, clock, {})

    assert [one.key for one in await said(store)] == [f"daily:C1:2026-11-{day}" for day in (20, 21)]


async def test_a_first_digest_that_was_missed_comes_late_where_a_change_waits_for_it(store: Store) -> None:
    for number in (1, 2):
        await store.set_channel(Channel(channel_id=f"C{number}", digest_at="12:00", mode="digest"))
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON - HOUR)
    await send_digests(store, Clock(NOON + 5 * HOUR), {})

    assert [one.key for one in await said(store)] == ["daily:C1:2026-11-20"]


async def test_of_channels_without_a_digest_nothing_is_asked(store: Store) -> None:
    for number in range(20):
        await store.set_channel(Channel(channel_id=f"C{number}"))
    asked: list[str] = []
    event.listen(store._engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    await send_digests(store, Clock(), {})

    assert len([query for query in asked if query.startswith("SELECT")]) == 1


async def test_a_digest_tells_what_is_open_and_what_changed(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C012ABC", digest_at="11:00"))
    await store.subscribe("space-1", "C012ABC", "U1", NOON)
    await record_change(store, "space-1", NOON - HOUR)
    await put_card(store)
    await send_digests(store, Clock(), {})
    [digest] = await said(store)

    assert Message.loads(digest.content).text.startswith("Daily digest: 1 open, 1 change, 1 watched")


async def test_the_channel_of_what_nobody_claims_is_told_that_its_space_is_watched(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C1", digest_at="11:00"))
    await store.begin_watching(["space-1"])
    await send_digests(store, Clock(), {"C1": "space-1"})
    [digest] = await said(store)

    assert "1 watched" in Message.loads(digest.content).text


async def test_more_changes_than_a_digest_shows_stand_in_its_thread(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C1", mode="digest", digest_at="11:00"))
    await store.subscribe("space-1", "C1", "U1", NOON)
    for _ in range(120):
        await record_change(store, "space-1", NOON - HOUR)
    await send_digests(store, Clock(), {})
    root, *parts = await said(store)

    assert [one.parent_id for one in parts] == [root.id]
    assert parts[0].content.count("Acme (space-1)") == 120


async def test_a_digest_tells_what_is_not_well_also_where_there_is_no_card(store: Store) -> None:
    await store.set_channel(Channel(channel_id="C1", mode="digest", digest_at="11:00"))
    for space_id, status in (("space-1", "REJECTED"), ("space-2", "APPROVED"), ("space-3", "")):
        await store.subscribe(space_id, "C1", "U1", NOON)

        def decide(watch: Watch, status: str = status) -> tuple[Watch, list[Change]]:
            return replace(watch, waba_name="Acme", review_status=status, status_since=NOON - HOUR), []

        await store.record(space_id, decide, "", NOON)
    await send_digests(store, Clock(), {})
    [digest] = await said(store)

    assert Message.loads(digest.content).text.startswith("Daily digest: 1 open, no change, 3 watched")
