import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.alerts import acting
from bot.alerts.bundle import plan
from bot.alerts.view import card
from bot.store import Card, Mode, NewPost, Store
from tests.fixtures.alert_samples import put_card
from tests.fixtures.changes import REJECTED, record_change
from tests.fixtures.clock import NOON, begun_before_it_was_set

LATER = NOON + timedelta(hours=1)


def ack(user_id: str) -> partial[Card | None]:
    return partial(acting.acknowledge, user_id, LATER)


async def test_a_card_is_given_back_as_it_was_stored(store: Store) -> None:
    stored = await put_card(store)

    assert await store.card(stored.id) == stored
    assert await store.card(999) is None


async def test_open_cards_are_those_of_a_channel_or_a_space(store: Store) -> None:
    await put_card(store, id=1, channel_id="C1", space_id="cams-1")
    await put_card(store, id=2, channel_id="C2", space_id="cams-1")
    await put_card(store, id=3, channel_id="C2", space_id="cams-2")
    await put_card(store, id=4, channel_id="C2", space_id="cams-2", state="closed")

    assert [one.id for one in await store.open_cards()] == [1, 2, 3]
    assert [one.id for one in await store.open_cards(channel_id="C2")] == [2, 3]
    assert [one.id for one in await store.open_cards(space_id="cams-1")] == [1, 2]
    assert [one.id for one in await store.open_cards(space_id="cams-1", channel_id="C2")] == [2]


async def test_an_act_changes_the_card_has_it_shown_again_and_is_written_down(store: Store) -> None:
    before = await put_card(store)
    after = await store.act_on_card(before.id, "U1", "ack", "", ack("U1"), LATER)

    assert after is not None
    assert after == replace(before, acked_by="U1", acked_at=LATER, version=2, show_at=after.show_at)
    assert await store.card(before.id) == after
    [done] = await store.card_acts(before.id)
    assert (done.user_id, done.act, done.at) == ("U1", "ack", LATER)


async def test_an_act_that_changes_nothing_is_not_written_down(store: Store) -> None:
    told = await put_card(store)
    await store.act_on_card(told.id, "U1", "ack", "", ack("U1"), LATER)

    assert await store.act_on_card(told.id, "U2", "ack", "", ack("U2"), LATER) is None
    assert len(await store.card_acts(told.id)) == 1


async def test_there_is_nothing_to_do_with_a_card_that_is_not_there(store: Store) -> None:
    assert await store.act_on_card(999, "U1", "ack", "", ack("U1"), LATER) is None


async def test_of_two_who_acknowledge_at_once_one_does(store: Store) -> None:
    told = await put_card(store)
    people = [f"U{number}" for number in range(8)]
    done = await asyncio.gather(*(store.act_on_card(told.id, user, "ack", "", ack(user), LATER) for user in people))

    assert len([one for one in done if one]) == 1
    assert len(await store.card_acts(told.id)) == 1


async def test_acts_at_once_are_all_kept(store: Store) -> None:
    told = await put_card(store)
    people = [f"U{number}" for number in range(8)]
    await asyncio.gather(
        *(store.act_on_card(told.id, user, "assign", user, partial(acting.assign, user), LATER) for user in people)
    )
    after = await store.card(told.id)

    assert after is not None
    assert after.version == 9
    assert sorted(one.user_id for one in await store.card_acts(told.id)) == people


async def test_an_error_of_who_decides_changes_nothing(store: Store) -> None:
    told = await put_card(store)

    def decide(_card: Card) -> Card:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.act_on_card(told.id, "U1", "ack", "", decide, LATER)
    assert await store.card(told.id) == told
    assert await store.card_acts(told.id) == []


async def test_what_is_said_of_a_card_is_owed_in_the_thread_of_its_message(store: Store) -> None:
    told = await put_card(store)

    def attend(card: Card, message_id: int | None) -> tuple[Card, NewPost]:
        post = NewPost(channel_id="C1", kind="reminder", content="{}", parent_id=message_id, card_id=card.id, key="k")
        return replace(card, reminders=1), post

    assert await store.attend_card(told.id, attend, LATER)
    card_post, reminder = await store.posts_waiting(10)
    assert (card_post.kind, reminder.kind, reminder.parent_id) == ("card", "reminder", card_post.id)
    after = await store.card(told.id)
    assert after is not None
    assert after.reminders == 1


async def test_what_has_a_key_is_said_once(store: Store) -> None:
    told = await put_card(store)

    def attend(card: Card, _message_id: int | None) -> tuple[Card, NewPost]:
        return card, NewPost(channel_id="C1", kind="reminder", content="{}", key="k")

    assert await store.attend_card(told.id, attend, LATER)
    assert not await store.attend_card(told.id, attend, LATER)
    assert len(await store.posts_waiting(10)) == 2


async def test_what_is_said_of_an_act_is_owed_with_it_or_not_at_all(store: Store) -> None:
    told = await put_card(store)

    def say(card: Card, message_id: int | None) -> NewPost:
        return NewPost(channel_id="C1", kind="line", content=card.acked_by, parent_id=message_id)

    await store.act_on_card(told.id, "U1", "ack", "", ack("U1"), LATER, say)
    await store.act_on_card(told.id, "U2", "ack", "", ack("U2"), LATER, say)
    root, *lines = await store.posts_waiting(10)

    assert [(one.content, one.parent_id) for one in lines] == [("U1", root.id)]


async def test_who_leaves_takes_its_open_card_of_the_space_with_it_and_has_that_shown(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    left = await put_card(store, space_id="space-1", channel_id="C1")
    other = await put_card(store, id=2, space_id="space-1", channel_id="C2")
    await store.unsubscribe("space-1", "C1", keep_watch=False, by="U2")
    after = await store.card(left.id)

    assert after is not None
    assert (after.state, after.version) == ("closed", left.version + 1)
    assert await store.open_cards() == [other]
    acts = await store.card_acts(left.id)
    assert "later changes are not shown" in str(card(after, acts).blocks)
    assert [(one.user_id, one.act) for one in acts] == [("U2", "unwatch")]


async def test_when_somebody_ended_a_card_goes_by_the_clock_as_it_is_set(store: Store) -> None:
    await store.subscribe("cams-1", "C1", "U1", NOON)
    told = await put_card(store, channel_id="C1")
    store._steady = begun_before_it_was_set()
    await store.unsubscribe("cams-1", "C1", keep_watch=False, by="U2")
    [act] = await store.card_acts(told.id)

    assert datetime.now(UTC) - act.at < timedelta(hours=1)


@pytest.mark.parametrize(("mode", "state"), [("card", "open"), ("each", "closed"), ("digest", "closed")])
async def test_a_channel_that_gets_no_cards_any_more_is_left_with_no_open_one(
    store: Store, mode: Mode, state: str
) -> None:
    told = await put_card(store, channel_id="C1")
    other = await put_card(store, id=8, channel_id="C2")
    await store.change_channel("C1", lambda channel: replace(channel, mode=mode), by="U1")
    after = await store.card(told.id)

    assert after is not None
    assert (after.state, after.version > told.version) == (state, state == "closed")
    assert [one.act for one in await store.card_acts(told.id)] == (["mode"] if state == "closed" else [])
    assert await store.card(other.id) == other


async def test_a_channel_that_subscribes_ends_the_card_of_the_one_that_was_told_for_want_of_it(store: Store) -> None:
    told = await put_card(store, space_id="space-1", channel_id="C0FALLBACK")
    other = await put_card(store, id=8, space_id="space-2", channel_id="C0FALLBACK")
    await store.subscribe("space-1", "C1", "U1", NOON)
    mine = await put_card(store, id=9, space_id="space-1", channel_id="C1")
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.subscribe("space-1", "C2", "U1", NOON)

    assert await store.open_cards() == [other, mine]
    assert [(one.act, one.detail) for one in await store.card_acts(told.id)] == [("watch", "C1")]


async def test_a_channel_that_was_told_for_want_of_another_loses_its_card_to_who_subscribes(store: Store) -> None:
    await store.begin_watching(["space-1"])
    await record_change(store, "space-1", NOON, REJECTED, fallback="C9")
    await store.bundle(plan, NOON)
    before = [card.channel_id for card in await store.open_cards()]
    await store.subscribe("space-1", "C1", "U1", NOON)

    assert (before, await store.open_cards()) == (["C9"], [])


async def test_who_subscribes_is_told_what_another_channel_was_still_owed_for_want_of_one(store: Store) -> None:
    await store.begin_watching(["space-1", "space-2"])
    for space_id in ("space-1", "space-2"):
        await record_change(store, space_id, NOON, REJECTED, fallback="C9")
    await store.subscribe("space-1", "C1", "U1", NOON)
    await store.bundle(plan, NOON)

    assert [(card.space_id, card.channel_id) for card in await store.open_cards()] == [
        ("space-1", "C1"),
        ("space-2", "C9"),
    ]


async def test_a_second_subscription_leaves_the_card_of_the_first_open(store: Store) -> None:
    await store.subscribe("space-1", "C1", "U1", NOON)
    await record_change(store, "space-1", NOON, REJECTED)
    await store.bundle(plan, NOON)
    await store.subscribe("space-1", "C2", "U1", NOON)

    assert [card.channel_id for card in await store.open_cards()] == ["C1"]


async def test_what_a_channel_was_still_owed_when_it_left_opens_no_card(store: Store) -> None:
    for channel in ("C1", "C2"):
        await store.subscribe("space-1", channel, "U1", NOON)
    await record_change(store, "space-1", NOON, REJECTED)
    await store.unsubscribe("space-1", "C1", keep_watch=False)
    await store.bundle(plan, NOON)

    assert [card.channel_id for card in await store.open_cards()] == ["C2"]
    assert await store.count_waiting() == 1
