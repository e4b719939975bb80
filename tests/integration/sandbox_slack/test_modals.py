import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person, View
from sandbox.slack.errors import CannotActError
from tests.integration.sandbox_slack.support import Json, actions, ask, button, modal, options, plain, section

Payloads = asyncio.Queue[Json]


class Screen:
    """Opens modals before the operator; keeps what was submitted and answers it with `answer`."""

    def __init__(self, slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, person: Person) -> None:
        self._slack = slack
        self._client = client
        self._person = person
        self.answer: Json = {}
        self.submitted: Payloads = asyncio.Queue()
        app.view("form")(self._take)

    async def _take(self, ack: AsyncAck, body: Json) -> None:
        await ack(**self.answer)
        await self.submitted.put(body)

    async def show(self, *blocks: Json, channel: str = "", **more: Any) -> View:
        trigger_id = self._slack.workspace.triggers.issue(self._person.user.id, channel)
        await self._client.views_open(trigger_id=trigger_id, view=modal(*blocks, **more))
        return await self._person.opened_view()

    def values(self) -> Json:
        """Return the fields of the last submission."""
        values: Json = self.submitted.get_nowait()["view"]["state"]["values"]
        return values


@pytest.fixture
def screen(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, operator: Person) -> Screen:
    return Screen(slack, app, client, operator)


async def test_every_kind_of_field_is_submitted_as_slack_writes_it(screen: Screen, operator: Person) -> None:
    fields = [
        ask("text"),
        ask("number", "number_input", is_decimal_allowed=False),
        ask("one", "static_select", options=options("a", "b")),
        ask("radio", "radio_buttons", options=options("a", "b")),
        ask("boxes", "checkboxes", options=options("a", "b", "c")),
        ask("day", "datepicker"),
    ]
    view = await screen.show(*fields)
    await operator.submit(view, text="x", number=7, one="b", radio="A", boxes=["a", "c"], day="2026-11-21")
    values = screen.values()

    assert values["text"]["text"] == {"type": "plain_text_input", "value": "x"}
    assert values["number"]["number"]["value"] == "7"
    assert values["one"]["one"]["selected_option"] == options("b")[0]
    assert values["radio"]["radio"]["selected_option"] == options("a")[0]
    assert values["boxes"]["boxes"]["selected_options"] == options("a", "c")
    assert values["day"]["day"] == {"type": "datepicker", "selected_date": "2026-11-21"}


async def test_people_and_channels_are_chosen_by_name(slack: LocalSlack, screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("where", "conversations_select"), ask("who", "users_select"))
    await operator.submit(view, where="#elsewhere", who="viewer")
    values = screen.values()

    assert values["where"]["where"]["selected_conversation"] == slack.channel("#elsewhere").id
    assert values["who"]["who"]["selected_user"] == slack.person("viewer").user.id


async def test_fields_that_nobody_touched_keep_their_first_values(screen: Screen, operator: Person) -> None:
    fields = [
        ask("text", initial_value="x"),
        ask("one", "static_select", options=options("a", "b"), initial_option=options("b")[0]),
        ask("empty", optional=True),
        ask("boxes", "checkboxes", optional=True, options=options("a")),
    ]
    await operator.submit(await screen.show(*fields))
    values = screen.values()

    assert values["text"]["text"]["value"] == "x"
    assert values["one"]["one"]["selected_option"] == options("b")[0]
    assert values["empty"]["empty"]["value"] is None
    assert values["boxes"]["boxes"]["selected_options"] == []


async def test_a_channel_select_may_start_where_the_person_is(
    slack: LocalSlack, screen: Screen, operator: Person
) -> None:
    shop = slack.channel("#shop").id
    field = ask("where", "conversations_select", default_to_current_conversation=True, response_url_enabled=True)
    await operator.submit(await screen.show(field, channel=shop))
    body = screen.submitted.get_nowait()

    assert body["view"]["state"]["values"]["where"]["where"]["selected_conversation"] == shop
    assert [url["channel_id"] for url in body["response_urls"]] == [shop]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (ask("f"), ""),
        (ask("f", min_length=3), "xx"),
        (ask("f", max_length=3), "xxxx"),
        (ask("f"), "x" * 3001),
        (ask("f", "number_input", is_decimal_allowed=False), "seven"),
        (ask("f", "number_input", is_decimal_allowed=False), "7.5"),
        (ask("f", "number_input", is_decimal_allowed=True, max_value="7"), "7.5"),
        (ask("f", "multi_static_select", options=options("a", "b"), max_selected_items=1), ["a", "b"]),
    ],
)
async def test_slacks_own_client_refuses_before_the_app_hears_of_it(
    screen: Screen, operator: Person, field: Json, value: Any
) -> None:
    ack = await operator.submit(await screen.show(field), f=value)

    assert not ack.ok
    assert ack.problem.startswith("f: ")
    assert screen.submitted.empty()


async def test_an_option_that_is_not_there_cannot_be_chosen(screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("one", "static_select", options=options("a")))

    with pytest.raises(CannotActError, match="no option 'z'"):
        await operator.submit(view, one="z")


async def test_a_field_that_is_not_there_cannot_be_filled(screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("one"))

    with pytest.raises(CannotActError, match="no field 'two'"):
        await operator.submit(view, two="x")


async def test_an_empty_answer_closes_the_modal(screen: Screen, operator: Person) -> None:
    ack = await operator.submit(await screen.show())

    assert ack.ok
    assert operator.view() is None


async def test_errors_stand_beside_the_fields(screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("name"))
    screen.answer = {"response_action": "errors", "errors": {"name": "No."}}
    await operator.submit(view, name="Ada")

    shown = operator.view()
    assert shown is not None
    assert shown.errors == {"name": "No."}
    assert shown.state["name"]["name"]["value"] == "Ada"


async def test_errors_for_a_field_that_is_not_there_are_a_problem(screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("name"))
    screen.answer = {"response_action": "errors", "errors": {"nome": "No."}}
    ack = await operator.submit(view, name="Ada")

    assert not ack.ok
    assert "nome" in ack.problem


async def test_an_answer_may_update_the_view(screen: Screen, operator: Person) -> None:
    view = await screen.show()
    screen.answer = {"response_action": "update", "view": modal(title="Loading")}
    await operator.submit(view)

    updated = await operator.opened_view(after=view)
    assert (updated.id, updated.title) == (view.id, "Loading")


async def test_a_view_that_slack_cannot_show_is_a_problem_and_leaves_the_old_one(
    screen: Screen, operator: Person
) -> None:
    view = await screen.show()
    screen.answer = {"response_action": "update", "view": modal(title="x" * 25)}
    ack = await operator.submit(view)

    assert ack.problem.startswith("invalid_arguments")
    assert operator.view() == view


async def test_an_answer_may_push_a_view_and_closing_it_shows_the_first(screen: Screen, operator: Person) -> None:
    view = await screen.show()
    screen.answer = {"response_action": "push", "view": modal(title="Details")}
    await operator.submit(view)
    pushed = await operator.opened_view(after=view)
    await operator.close(pushed)

    assert pushed.title == "Details"
    assert operator.view() == view


async def test_an_answer_may_clear_the_stack(screen: Screen, operator: Person) -> None:
    view = await screen.show()
    screen.answer = {"response_action": "push", "view": modal(title="Details")}
    await operator.submit(view)
    screen.answer = {"response_action": "clear"}
    await operator.submit(await operator.opened_view(after=view))

    assert operator.view() is None


async def test_without_an_answer_in_time_the_modal_stays(slack: LocalSlack, screen: Screen, operator: Person) -> None:
    view = await screen.show(callback_id="nobody-listens")
    slack.courier.patience = 0.05
    ack = await operator.submit(view)

    assert ack.problem == "operation_timeout"
    assert operator.view() == view


async def test_a_view_without_a_submit_button_cannot_be_submitted(
    slack: LocalSlack, client: AsyncWebClient, operator: Person
) -> None:
    view = {"type": "modal", "title": plain("Read"), "blocks": [section()]}
    await client.views_open(trigger_id=slack.workspace.triggers.issue(operator.user.id), view=view)
    opened = await operator.opened_view()

    with pytest.raises(CannotActError, match="no submit button"):
        await operator.submit(opened)


async def test_a_closed_view_cannot_be_submitted(screen: Screen, operator: Person) -> None:
    view = await screen.show()
    await operator.close(view)

    with pytest.raises(CannotActError, match="not open"):
        await operator.submit(view)


async def test_an_app_hears_of_a_closed_view_when_it_asked_to(app: AsyncApp, screen: Screen, operator: Person) -> None:
    closed: Payloads = asyncio.Queue()

    @app.view_closed("form")
    async def gone(ack: AsyncAck, body: Json) -> None:
        await ack()
        await closed.put(body)

    await operator.close(await screen.show(notify_on_close=True), everything=True)

    assert closed.get_nowait()["is_cleared"] is True


async def test_options_come_from_the_app_once_enough_is_typed(app: AsyncApp, screen: Screen, operator: Person) -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()

    @app.options("city")
    async def cities(ack: AsyncAck, payload: Json) -> None:
        await asked.put(payload["value"])
        await ack(options=options("berlin", "bern"))

    view = await screen.show(ask("city", "external_select", min_query_length=2))
    too_short = await operator.options(view, "city", "b")
    found = await operator.options(view, "city", "be")

    assert (too_short, found) == ([], options("berlin", "bern"))
    assert (asked.get_nowait(), asked.empty()) == ("be", True)


async def test_an_option_is_typed_and_chosen_in_one_go(app: AsyncApp, screen: Screen, operator: Person) -> None:
    @app.options("city")
    async def cities(ack: AsyncAck) -> None:
        await ack(options=options("berlin", "bern"))

    view = await screen.show(ask("city", "external_select"))
    await operator.submit(view, city="bern")

    assert screen.values()["city"]["city"]["selected_option"] == options("bern")[0]


async def test_options_that_slack_would_not_show_are_no_options(
    app: AsyncApp, screen: Screen, operator: Person
) -> None:
    @app.options("city")
    async def cities(ack: AsyncAck) -> None:
        await ack(options=[{"text": plain("x" * 76), "value": "x"}])

    view = await screen.show(ask("city", "external_select"))

    with pytest.raises(CannotActError, match="less than 76"):
        await operator.options(view, "city", "bern")


async def test_a_button_in_a_modal_brings_the_state_and_a_trigger(
    app: AsyncApp, screen: Screen, operator: Person
) -> None:
    @app.action("more")
    async def more(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        name = body["view"]["state"]["values"]["name"]["name"]["value"]
        await client.views_push(trigger_id=body["trigger_id"], view=modal(title=f"More of {name}"))

    view = await screen.show(ask("name"), actions(button("more")))
    await operator.fill(view, name="Ada")
    await operator.press(view, "more")

    assert (await operator.opened_view(after=view)).title == "More of Ada"


async def test_a_field_tells_the_app_of_a_choice_only_when_it_dispatches(
    app: AsyncApp, screen: Screen, operator: Person
) -> None:
    chosen: asyncio.Queue[str] = asyncio.Queue()

    @app.action("loud")
    async def loud(ack: AsyncAck, action: Json) -> None:
        await ack()
        await chosen.put(action["selected_option"]["value"])

    quiet = ask("quiet", "static_select", options=options("a"))
    view = await screen.show(quiet, {**ask("loud", "static_select", options=options("a")), "dispatch_action": True})
    acks = [await operator.press(view, "quiet", "a"), await operator.press(view, "loud", "a")]

    assert [ack.ok for ack in acks] == [True, True]
    assert chosen.get_nowait() == "a"
    assert (await operator.opened_view()).state["quiet"]["quiet"]["selected_option"] == options("a")[0]


async def test_a_home_tab_is_opened_and_pressed(app: AsyncApp, operator: Person) -> None:
    @app.event("app_home_opened")
    async def publish(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [section(accessory=button("refresh"))]}
        await client.views_publish(user_id=event["user"], view=view)

    pressed: Payloads = asyncio.Queue()

    @app.action("refresh")
    async def refresh(ack: AsyncAck, body: Json) -> None:
        await ack()
        await pressed.put(body)

    await operator.open_home()
    home = operator.home()
    assert home is not None
    await operator.press(home, "refresh")

    assert pressed.get_nowait()["container"] == {"type": "view", "view_id": home.id}


async def test_a_shortcut_brings_a_trigger_and_no_channel(app: AsyncApp, operator: Person) -> None:
    heard: Payloads = asyncio.Queue()

    @app.shortcut("start")
    async def start(ack: AsyncAck, body: Json) -> None:
        await ack()
        await heard.put(body)

    await operator.shortcut("start")
    body = heard.get_nowait()

    assert (body["type"], body["callback_id"], body["user"]["id"]) == ("shortcut", "start", operator.user.id)
    assert "channel" not in body


async def test_a_message_shortcut_brings_the_message(app: AsyncApp, operator: Person, viewer: Person) -> None:
    @app.shortcut({"type": "message_action", "callback_id": "quote"})
    async def quote(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        await respond(f"> {body['message']['text']}", replace_original=False)

    said = viewer.say("hello")
    await operator.message_shortcut(said, "quote")

    assert (await operator.next_message(after=said)).text == "> hello"


async def test_an_update_takes_the_errors_away(client: AsyncWebClient, screen: Screen, operator: Person) -> None:
    view = await screen.show(ask("name"))
    screen.answer = {"response_action": "errors", "errors": {"name": "No."}}
    await operator.submit(view, name="Ada")
    await client.views_update(view_id=view.id, view=modal(ask("name")))

    assert (await operator.opened_view()).errors == {}


async def test_a_field_that_became_another_kind_starts_anew(
    client: AsyncWebClient, screen: Screen, operator: Person
) -> None:
    view = await screen.show(ask("name"))
    await operator.fill(view, name="Ada")
    await client.views_update(view_id=view.id, view=modal(ask("name", "datepicker")))

    assert (await operator.opened_view()).state["name"]["name"] == {"type": "datepicker", "selected_date": None}


async def test_a_channel_select_starts_empty_unless_told(slack: LocalSlack, screen: Screen) -> None:
    view = await screen.show(ask("where", "conversations_select"), channel=slack.channel("#shop").id)

    assert view.state["where"]["where"]["selected_conversation"] is None


async def test_a_chosen_option_keeps_its_description(screen: Screen, operator: Person) -> None:
    described = [{**options("a")[0], "description": plain("The first")}]
    await operator.submit(await screen.show(ask("one", "static_select", options=described)), one="a")

    assert screen.values()["one"]["one"]["selected_option"] == described[0]


async def test_a_view_is_used_by_its_owner_alone(screen: Screen, viewer: Person) -> None:
    view = await screen.show()

    with pytest.raises(CannotActError):
        await viewer.submit(view)


async def test_a_view_that_clears_on_close_takes_the_stack_along(screen: Screen, operator: Person) -> None:
    view = await screen.show()
    screen.answer = {"response_action": "push", "view": modal(clear_on_close=True)}
    await operator.submit(view)
    await operator.close(await operator.opened_view(after=view))

    assert operator.view() is None


async def test_an_app_hears_nothing_of_a_closed_view_when_it_did_not_ask(slack: LocalSlack, screen: Screen) -> None:
    deliveries: list[object] = []
    view = await screen.show()
    slack.workspace.notices.listen(lambda change: deliveries.append(change) if change.kind == "delivery" else None)
    await slack.person("operator").close(view)

    assert deliveries == []
