"""Where the bot is, and where it is not."""

import pytest

from tests.e2e.reading import scan, shown
from tests.fixtures.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_bot_joins_a_public_channel_that_it_has_to_post_in(world: World) -> None:
    number, place = world.new_number(), world.new_channel(with_bot=False)
    message = await world.says("operator", f"/cams qr create {number.digits} Hello", place.id)

    assert len(message.files) == 1
    assert world.slack.workspace.app.user in world.slack.channel(place.id).members


async def test_the_bot_joins_no_channel_where_it_only_answers(world: World) -> None:
    place = world.new_channel(with_bot=False)
    message = await world.says("viewer", "/cams waba", place.id)

    assert "Harbour Coffee" in shown(message)
    assert world.slack.workspace.app.user not in world.slack.channel(place.id).members


async def test_in_a_private_channel_the_bot_says_that_it_has_to_be_invited(world: World) -> None:
    number, place = world.new_number(), world.new_channel(with_bot=False, is_private=True)
    message = await world.says("operator", f"/cams qr create {number.digits} Hello", place.id)

    assert "I am not in this channel" in shown(message)
    assert "/invite @" in shown(message)


async def test_nothing_is_called_where_the_bot_could_not_post(world: World) -> None:
    number, place = world.new_number(), world.new_channel(with_bot=False, is_private=True)
    await world.says("operator", f"/cams qr create {number.digits} Hello", place.id)

    assert not number.qr_codes
    assert not world.calls()


async def test_in_a_private_channel_with_the_bot_a_picture_is_posted(world: World) -> None:
    number, place = world.new_number(), world.new_channel(is_private=True)
    message = await world.says("operator", f"/cams qr create {number.digits} Hello", place.id)

    assert len(message.files) == 1


async def test_an_archived_channel_is_named_as_such_before_anything_is_done(world: World) -> None:
    number, place = world.new_number(), world.new_channel(is_archived=True)
    view = await world.opens("operator", f"/cams qr create {number.digits}")
    again = await world.sends("operator", view, message="Hello", channel=place.id)

    assert "This channel is archived" in shown(again)
    assert not world.calls()


async def test_a_watch_in_a_private_channel_without_the_bot_is_not_made(world: World) -> None:
    space, place = world.new_space(), world.new_channel(with_bot=False, is_private=True)
    await world.says("operator", f"/cams watch {space.id}", place.id)

    assert await world.store.subscriptions(space_id=space.id) == []


async def test_in_the_conversation_with_the_app_a_picture_is_posted(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create {number.digits} Hello", "DM")
    [code] = number.qr_codes.values()

    assert scan(world.slack.workspace.files[message.files[0]].content) == code.deep_link_url


async def test_in_the_conversation_with_the_app_the_form_opens_ready_to_be_sent(world: World) -> None:
    number, operator = world.new_number(), world.person("operator")
    await operator.command(f"/cams qr create {number.digits}", "DM")
    view = await operator.opened_view()
    message = await world.next_message("operator", lambda: operator.submit(view, message="Hello"), "DM")

    assert len(message.files) == 1
