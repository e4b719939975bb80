from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import Clock, ask, error_of, modal, section

Trigger = Callable[[], str]


@pytest.fixture
def trigger(slack: LocalSlack, operator: Person) -> Trigger:
    """Something that the operator has just done."""
    return lambda: slack.workspace.triggers.issue(operator.user.id)


async def test_a_trigger_opens_a_modal_for_who_did_it(
    client: AsyncWebClient, operator: Person, viewer: Person, trigger: Trigger
) -> None:
    said = await client.views_open(trigger_id=trigger(), view=modal(title="Hello"))

    view = await operator.opened_view()
    assert (view.id, view.hash, view.title) == (said["view"]["id"], said["view"]["hash"], "Hello")
    assert viewer.view() is None


async def test_a_trigger_works_once(client: AsyncWebClient, trigger: Trigger) -> None:
    trigger_id = trigger()
    await client.views_open(trigger_id=trigger_id, view=modal())

    assert await error_of(client.views_open(trigger_id=trigger_id, view=modal())) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(client: AsyncWebClient, trigger: Trigger, clock: Clock) -> None:
    trigger_id = trigger()
    clock.advance(3)

    assert await error_of(client.views_open(trigger_id=trigger_id, view=modal())) == "expired_trigger_id"


async def test_a_trigger_that_nobody_gave_is_invalid(client: AsyncWebClient) -> None:
    assert await error_of(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_bad_view_is_refused_with_the_place_and_keeps_the_trigger(
    client: AsyncWebClient, trigger: Trigger
) -> None:
    trigger_id = trigger()
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=trigger_id, view=modal(title="x" * 25))

    messages = ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == messages
    assert await error_of(client.views_open(trigger_id=trigger_id, view=modal())) == ""


async def test_a_view_of_more_than_250_kb_is_too_large(client: AsyncWebClient, trigger: Trigger) -> None:
    view = modal(*[section("x" * 2600)] * 100)

    assert await error_of(client.views_open(trigger_id=trigger(), view=view)) == "view_too_large"


async def test_three_views_may_be_stacked(client: AsyncWebClient, operator: Person, trigger: Trigger) -> None:
    await client.views_open(trigger_id=trigger(), view=modal(title="1"))
    pushed = [await error_of(client.views_push(trigger_id=trigger(), view=modal(title=name))) for name in "234"]

    top = await operator.opened_view()
    assert pushed == ["", "", "push_limit_reached"]
    assert top.title == "3"


async def test_a_pushed_view_knows_those_below(client: AsyncWebClient, trigger: Trigger) -> None:
    first = await client.views_open(trigger_id=trigger(), view=modal())
    second = await client.views_push(trigger_id=trigger(), view=modal())

    assert second["view"]["root_view_id"] == second["view"]["previous_view_id"] == first["view"]["id"]


async def test_nothing_can_be_pushed_where_no_modal_is_open(client: AsyncWebClient, trigger: Trigger) -> None:
    assert await error_of(client.views_push(trigger_id=trigger(), view=modal())) == "not_found"


async def test_an_update_changes_the_hash_and_not_the_id(client: AsyncWebClient, trigger: Trigger) -> None:
    first = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    second = (await client.views_update(view_id=first["id"], hash=first["hash"], view=modal(title="New")))["view"]

    assert second["id"] == first["id"]
    assert second["hash"] != first["hash"]


async def test_an_update_with_an_old_hash_is_refused(client: AsyncWebClient, trigger: Trigger) -> None:
    view = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    await client.views_update(view_id=view["id"], view=modal())

    call = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(call) == "hash_conflict"


async def test_a_closed_view_cannot_be_updated(client: AsyncWebClient, operator: Person, trigger: Trigger) -> None:
    view = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    await operator.close(await operator.opened_view())

    assert await error_of(client.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_a_view_can_be_named_by_its_external_id(
    client: AsyncWebClient, operator: Person, trigger: Trigger
) -> None:
    await client.views_open(trigger_id=trigger(), view=modal(external_id="mine"))
    await client.views_update(external_id="mine", view=modal(external_id="mine", title="New"))

    assert (await operator.opened_view()).title == "New"


async def test_an_external_id_is_taken_once(client: AsyncWebClient, trigger: Trigger) -> None:
    await client.views_open(trigger_id=trigger(), view=modal(external_id="mine"))

    call = client.views_push(trigger_id=trigger(), view=modal(external_id="mine"))
    assert await error_of(call) == "duplicate_external_id"


async def test_what_was_typed_survives_an_update(client: AsyncWebClient, operator: Person, trigger: Trigger) -> None:
    await client.views_open(trigger_id=trigger(), view=modal(ask("name"), ask("city")))
    view = await operator.fill(await operator.opened_view(), name="Ada")
    await client.views_update(view_id=view.id, view=modal(ask("name", initial_value="Bob"), ask("town")))

    view = await operator.opened_view()
    assert view.state["name"]["name"]["value"] == "Ada"
    assert list(view.state) == ["name", "town"]


async def test_a_home_tab_is_published_and_replaced(client: AsyncWebClient, operator: Person) -> None:
    home = {"type": "home", "blocks": [section("1")]}
    first = (await client.views_publish(user_id=operator.user.id, view=home))["view"]
    second = (await client.views_publish(user_id=operator.user.id, view=home, hash=first["hash"]))["view"]

    stale = client.views_publish(user_id=operator.user.id, view=home, hash=first["hash"])
    assert second["id"] == first["id"]
    assert await error_of(stale) == "hash_conflict"


async def test_a_modal_is_no_home_tab(client: AsyncWebClient, operator: Person) -> None:
    assert await error_of(client.views_publish(user_id=operator.user.id, view=modal())) == "invalid_arguments"


async def test_a_home_tab_needs_its_owner(client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [section()]}

    assert await error_of(client.views_publish(user_id="U404", view=home)) == "invalid_arguments"
