"""Buttons, lists and forms of a card, and the commands about alerts, as people use them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.alerts import view
from bot.store import Card, Channel
from sandbox.slack import Message
from sandbox.slack.model import utc_now
from tests.e2e.reading import buttons, held, shown
from tests.fixtures.alert_samples import put_card
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")
SPACE = "cams-demo3"


async def card_of(world: World, **more: Any) -> tuple[Card, Message]:
    """A card in this test's channel, and the message that the bot shows it with."""
    key = len(await world.store.open_cards()) + 100
    told = await put_card(world.store, **{"id": key, "channel_id": world.channel_id, "space_id": SPACE, **more})
    [posted] = await world.alerts(1)
    return told, posted


async def now(world: World, told: Card) -> Card:
    found = await world.store.card(told.id)
    assert found is not None
    return found


async def presses(world: World, card: Message, action_id: str, choice: str | None = None) -> str:
    return shown(await world.next_message("operator", lambda: world.person("operator").press(card, action_id, choice)))


async def test_a_card_is_acknowledged_and_that_is_taken_back(world: World) -> None:
    told, card = await card_of(world)
    said = await presses(world, card, "card.ack")

    assert "Acme is acknowledged" in said
    operator = world.person("operator").user.id
    assert (await now(world, told)).acked_by == operator
    again = view.card(await now(world, told), await world.store.card_acts(told.id))
    assert operator in str(again.blocks)

    posted = world.slack.workspace.timeline.post(
        world.channel_id, world.slack.workspace.app.user, again.text, blocks=again.blocks
    )
    assert "not acknowledged any more" in await presses(world, posted, "card.unack")
    assert (await now(world, told)).acked_by == ""


async def test_a_card_is_assigned_to_who_was_chosen_and_they_are_told(world: World) -> None:
    told, card = await card_of(world)
    admin = world.person("admin").user.id

    assert "Acme is assigned" in await presses(world, card, f"card.assign:{told.id}", admin)
    assert (await now(world, told)).assigned_to == admin
    row = await world.audited("card.assign")
    assert (row.target, row.outcome) == (f"value={told.id} chosen={admin}", "ok")
    _, line = await world.alerts(2)
    assert admin in str(line.blocks)


async def test_a_card_is_snoozed_until_the_next_change(world: World) -> None:
    told, card = await card_of(world)

    assert "snoozed until the next change" in await presses(world, card, f"card.snooze:{told.id}", "change")
    assert (await now(world, told)).snoozed_to_change


async def test_a_card_is_snoozed_until_a_time_of_ones_own(world: World) -> None:
    told, card = await card_of(world)
    person = world.person("operator")
    before = person.view()
    done(await person.press(card, f"card.snooze:{told.id}", "own"))
    form = await person.opened_view(after=before)
    until = utc_now().replace(microsecond=0) + timedelta(days=2)
    result = await world.sends("operator", form, until=int(until.timestamp()))

    assert "is snoozed until" in shown(result)
    assert (await now(world, told)).snoozed_until == until


async def test_a_time_that_is_over_is_said_beside_the_field(world: World) -> None:
    told, card = await card_of(world)
    person = world.person("operator")
    before = person.view()
    done(await person.press(card, f"card.snooze:{told.id}", "own"))
    form = await person.opened_view(after=before)
    again = await world.sends("operator", form, until=int(NOON.timestamp()) - 10**8)

    assert "still to come" in shown(again)
    result = await world.sends("operator", again, until=int((utc_now() + timedelta(days=1)).timestamp()))
    assert "is snoozed until" in shown(result)
    assert (await now(world, told)).snoozed_until is not None


async def test_who_may_only_look_reads_what_it_means_and_acts_on_nothing(world: World) -> None:
    told, card = await card_of(world)
    viewer = world.person("viewer")
    meaning = await world.next_message("viewer", lambda: viewer.press(card, "card.meaning"))
    refused = await world.next_message("viewer", lambda: viewer.press(card, "card.ack"))

    assert "Request review" in shown(meaning)
    assert "operator" in shown(refused)
    assert (await now(world, told)).acked_by == ""


async def test_refresh_looks_at_cams_and_has_the_card_shown_again(world: World) -> None:
    told, card = await card_of(world)

    assert "Looked again" in await presses(world, card, "card.refresh")
    assert (await now(world, told)).version == told.version + 1


async def test_two_who_acknowledge_at_once_are_one_and_one_who_came_late(world: World) -> None:
    told, card = await card_of(world)
    people = ["operator", "admin"]
    said = await asyncio.gather(
        *(world.next_message(name, lambda name=name: world.person(name).press(card, "card.ack")) for name in people)  # type: ignore[misc]
    )

    assert sorted("is so already" in shown(one) for one in said) == [False, True]
    assert len(await world.store.card_acts(told.id)) == 1


async def test_a_channel_is_set_in_a_form_that_remembers(world: World) -> None:
    form = await world.opens("operator", "/cams channel")
    result = await world.sends(
        "operator",
        form,
        mode="digest",
        time_zone="Asia/Singapore",
        digest_at="8:30",
        quiet_from="22:00",
        quiet_until="07:00",
        escalate_user=world.person("admin").user.id,
    )

    assert "A daily digest only" in shown(result)
    assert await world.store.channel(world.channel_id) == Channel(
        channel_id=world.channel_id,
        mode="digest",
        time_zone="Asia/Singapore",
        digest_at="08:30",
        quiet_from="22:00",
        quiet_until="07:00",
        escalate_to=world.person("admin").user.id,
    )
    again = await world.opens("operator", "/cams channel")
    assert (held(again, "time_zone"), held(again, "digest_at")) == ("Asia/Singapore", "08:30")


async def test_a_time_of_day_that_is_none_is_said_beside_its_field(world: World) -> None:
    form = await world.opens("operator", "/cams channel")
    person = world.person("operator")
    done(await person.submit(form, digest_at="25:00"))
    now_open = person.view()

    assert now_open is not None
    assert "HH:MM" in now_open.errors["digest_at"]


async def test_open_alerts_are_listed_with_who_looks_after_them(world: World) -> None:
    told, card = await card_of(world, waba_name="Listed")
    await presses(world, card, "card.ack")
    listed = shown(await world.says("viewer", "/cams alerts here"))

    assert "Listed" in listed
    assert "acknowledged by" in listed
    assert told.space_id == SPACE


async def test_a_time_line_is_shown_and_shared_as_a_file(world: World) -> None:
    space = world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}")
    await record_change(world.store, space.id, utc_now())
    listed = await world.says("viewer", f"/cams history {space.id}")
    shared = await world.next_message("viewer", lambda: world.person("viewer").press(listed, "history.csv"))
    content = world.slack.workspace.files[shared.files[0]].content or b""

    assert "PENDING → APPROVED" in shown(listed)
    assert buttons(listed) == ["Share as CSV"]
    assert b"PENDING,APPROVED,person" in content


async def test_why_says_who_is_told_and_what_became_of_it(world: World) -> None:
    space = world.new_space("PENDING")
    await world.says("operator", f"/cams watch {space.id}")
    told = shown(await world.says("viewer", f"/cams why {space.id}"))

    assert "Subscribed since" in told
    assert "was the baseline" in told


async def test_a_channel_is_named_as_people_name_it(world: World) -> None:
    told, _ = await card_of(world)
    for place in (world.channel, world.channel.upper(), f"<#{world.channel_id}|{world.channel[1:]}>", "here"):
        listed = shown(await world.says("viewer", f"/cams alerts {place}", raw=True))

        assert f"Of #{world.channel_id} alone" in listed
        assert told.waba_name in listed
    assert "I am in no channel #nowhere" in shown(await world.says("viewer", "/cams alerts #nowhere"))


async def test_a_card_whose_channel_wants_no_cards_any_more_says_so(world: World) -> None:
    _, card = await card_of(world)
    person = world.person("operator")
    before = person.view()
    done(await person.command("/cams channel", world.channel))
    form = await person.opened_view(after=before)
    await world.sends("operator", form, mode="each")
    ended = await world.slack.wait_for(
        lambda: next(
            (one for one in person.messages(world.channel) if one.ts == card.ts and "closed" in one.text), None
        )
    )

    assert "chose for this channel: A message for each change" in shown(ended)
    assert buttons(ended) == ["Refresh now"]
