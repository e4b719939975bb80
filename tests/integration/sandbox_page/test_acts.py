import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from sandbox import Sandbox
from sandbox.slack import Message, View
from tests.integration.sandbox_page.support import Json, Page, Stream
from tests.integration.sandbox_slack.support import actions, ask, button, modal, options, plain, section

Payloads = asyncio.Queue[Json]


@pytest.fixture
async def payloads(app: AsyncApp) -> Payloads:
    """What reaches the app; it suggests two languages wherever it is asked."""
    told: Payloads = asyncio.Queue()

    async def take(ack: AsyncAck, body: Json) -> None:
        await ack()
        await told.put(body)

    async def suggest(ack: AsyncAck) -> None:
        await ack(options=options("de", "fr"))

    app.command("/test")(take)
    app.action({"action_id": "go"})(take)
    app.action({"action_id": "language"})(take)
    app.view("form")(take)
    app.shortcut("do_it")(take)
    app.event("app_home_opened")(take)
    app.options("language")(suggest)
    return told


def posted(sandbox: Sandbox, *elements: Json) -> Message:
    app = sandbox.slack.workspace.app
    return sandbox.slack.workspace.timeline.post(
        sandbox.slack.channel("#shop").id, app.user, "", bot_id=app.bot_id, blocks=[actions(*elements)]
    )


def opened(sandbox: Sandbox, *blocks: Json, **more: Any) -> View:
    return sandbox.slack.workspace.modals.open(sandbox.slack.person("operator").user.id, modal(*blocks, **more))


async def values(page: Page, payloads: Payloads, view: View, **filled: Any) -> Json:
    """Submit, and return what the app is told of the fields, by block."""
    await page.post("submit", person="operator", view=view.id, values=filled)
    state = payloads.get_nowait()["view"]["state"]["values"]
    return {block_id: next(iter(fields.values())) for block_id, fields in state.items()}


async def test_a_command_reaches_the_app(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    shop = sandbox.slack.channel("#shop")
    ack = await page.post("command", person="viewer", channel=shop.id, line=" /test this ")
    told = payloads.get_nowait()

    assert (ack["ok"], ack["problem"], ack["dialog"], ack["payload"]) == (True, "", "", {})
    assert (told["user_name"], told["channel_id"], told["text"]) == ("viewer", shop.id, "this")


async def test_a_command_that_the_manifest_does_not_know_is_refused(page: Page) -> None:
    assert await page.refusal("command", line="/nope at all") == "'/nope' is not a valid command"


async def test_a_command_without_an_app_fails_as_in_slack(page: Page, stream: Stream) -> None:
    ack = await page.post("command", line="/test")
    message = (await stream.change("message"))["message"]

    assert (ack["ok"], ack["problem"]) == (False, "operation_timeout")
    assert message["user_name"] == "Slackbot"


async def test_who_does_not_see_a_channel_cannot_act_there(page: Page) -> None:
    assert await page.refusal("say", person="guest", channel="#secret", text="hi") == "guest does not see #secret"


async def test_who_is_not_there_cannot_act(page: Page) -> None:
    assert await page.refusal("say", person="nobody", text="hi") == "There is no 'nobody'."


async def test_a_person_replies_in_a_thread(sandbox: Sandbox, page: Page) -> None:
    first = sandbox.slack.person("viewer").say("first")
    await page.post("say", person="operator", channel=first.channel, text="reply", thread_ts=first.ts)

    assert sandbox.slack.person("operator").messages()[-1].thread_ts == first.ts


async def test_a_reply_to_what_is_gone_is_refused(page: Page) -> None:
    refusal = await page.refusal("say", text="reply", thread_ts="1.0")

    assert refusal == "the message to reply to is not there any more"


async def test_nothing_is_said_in_an_archived_channel(page: Page) -> None:
    assert await page.refusal("say", channel="#old", text="hi") == "#old is archived"


async def test_a_button_is_pressed(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    message = posted(sandbox, button("go", value="1"), button("go", value="2"))
    where = {"channel": message.channel, "ts": message.ts}
    await page.post("press", person="operator", where=where, action_id="go", block_id="row", choice="2")

    assert payloads.get_nowait()["actions"][0]["value"] == "2"


async def test_a_confirm_dialog_is_passed_on_to_whoever_asks(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    confirm = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
    message = posted(sandbox, button("go", confirm=confirm))
    where = {"channel": message.channel, "ts": message.ts}
    ack = await page.post("press", where=where, action_id="go")

    assert ack["dialog"] == "Sure?\nReally"


async def test_a_button_of_a_removed_message_is_refused(sandbox: Sandbox, page: Page) -> None:
    message = posted(sandbox, button("go"))
    sandbox.slack.workspace.timeline.remove(message)
    where = {"channel": message.channel, "ts": message.ts}

    assert await page.refusal("press", where=where, action_id="go") == "the message is not there any more"


async def test_suggested_options_are_chosen_by_their_value(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    message = posted(sandbox, {"type": "external_select", "action_id": "language", "min_query_length": 0})
    where = {"channel": message.channel, "ts": message.ts}
    offered = await page.post("options", where=where, action_id="language", query="")
    await page.post("press", where=where, action_id="language", choice="fr")

    assert offered["options"] == options("de", "fr")
    assert payloads.get_nowait()["actions"][0]["selected_option"] == options("fr")[0]


async def test_an_option_that_was_never_suggested_is_refused(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, ask("language", "external_select"))
    refusal = await page.refusal("submit", view=view.id, values={"language": "tlh"})

    assert refusal == "no option 'tlh' was offered"


async def test_a_suggested_option_survives_the_submission_that_does_not_change_it(
    sandbox: Sandbox, page: Page, payloads: Payloads
) -> None:
    view = opened(sandbox, ask("language", "external_select", initial_option=options("it")[0]))
    told = await values(page, payloads, view, language="it")

    assert told["language"]["selected_option"] == options("it")[0]


async def test_several_suggested_options_are_submitted_by_value(
    sandbox: Sandbox, page: Page, payloads: Payloads
) -> None:
    view = opened(sandbox, ask("language", "multi_external_select", min_query_length=1))
    await page.post("options", where={"view": view.id}, action_id="language", query="x")
    told = await values(page, payloads, view, language=["fr", "de"])

    assert told["language"]["selected_options"] == options("fr", "de")


@pytest.mark.parametrize(
    ("field", "value", "held"),
    [
        (ask("f"), "text", {"value": "text"}),
        (ask("f", optional=True), "", {"value": None}),
        (ask("f", "static_select", options=options("a", "b")), "b", {"selected_option": options("b")[0]}),
        (ask("f", "static_select", optional=True, options=options("a")), "", {"selected_option": None}),
        (ask("f", "checkboxes", options=options("a", "b")), ["a"], {"selected_options": options("a")}),
        (ask("f", "checkboxes", optional=True, options=options("a")), None, {"selected_options": []}),
        (ask("f", "datepicker"), "2026-11-21", {"selected_date": "2026-11-21"}),
        (ask("f", "datetimepicker"), "1795225296", {"selected_date_time": 1795225296}),
        (ask("f", "number_input", is_decimal_allowed=False), "7", {"value": "7"}),
    ],
)
async def test_a_field_is_submitted_as_slack_writes_it(
    sandbox: Sandbox, page: Page, payloads: Payloads, field: Json, value: Any, held: Json
) -> None:
    told = await values(page, payloads, opened(sandbox, field), f=value)

    assert told["f"] == {"type": field["element"]["type"], **held}


async def test_rich_text_may_be_typed_as_plain_text(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    told = await values(page, payloads, opened(sandbox, ask("f", "rich_text_input")), f="words")
    [part] = told["f"]["rich_text_value"]["elements"]

    assert part["elements"] == [{"type": "text", "text": "words"}]


async def test_a_channel_is_submitted_by_its_id(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    shop = sandbox.slack.channel("#shop").id
    told = await values(page, payloads, opened(sandbox, ask("f", "conversations_select")), f=shop)

    assert told["f"]["selected_conversation"] == shop


async def test_an_empty_required_field_is_complained_of_beside_it(sandbox: Sandbox, page: Page, stream: Stream) -> None:
    view = opened(sandbox, ask("f"))
    await stream.change("view")
    ack = await page.post("submit", person="operator", view=view.id, values={"f": ""})
    shown = (await stream.change("view"))["view"]

    assert ack["ok"] is False
    assert shown["errors"] == {"f": "Please complete this required field."}


async def test_complaints_go_with_the_next_submission(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    view = opened(sandbox, ask("f"), notify_on_close=True)
    await page.post("submit", view=view.id, values={"f": ""})
    await page.post("submit", view=view.id, values={"f": "now filled"})

    assert payloads.get_nowait()["view"]["state"]["values"]["f"]["f"]["value"] == "now filled"
    assert sandbox.slack.person("operator").view() is None


async def test_old_complaints_are_gone_once_the_form_is_sent(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, ask("f"))
    await page.post("submit", view=view.id, values={"f": ""})
    await page.post("submit", view=view.id, values={"f": "sent to an app that is not there"})
    still_open = sandbox.slack.person("operator").view()

    assert still_open is not None
    assert still_open.errors == {}


async def test_what_is_typed_already_is_told_with_a_press(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    view = opened(sandbox, ask("f"), actions(button("go")))
    await page.post("press", where={"view": view.id}, action_id="go", block_id="row", values={"f": "typed"})

    assert payloads.get_nowait()["view"]["state"]["values"]["f"]["f"]["value"] == "typed"


async def test_a_field_that_is_not_there_is_refused(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, ask("f"))

    assert await page.refusal("submit", view=view.id, values={"g": "x"}) == "the view 'A form' has no field 'g'"


async def test_the_view_of_another_is_not_to_be_submitted(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, ask("f"))
    refusal = await page.refusal("submit", person="viewer", view=view.id, values={"f": "x"})

    assert refusal == "the view 'A form' is not open any more"


async def test_a_view_is_closed(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, section())
    await page.post("close", person="operator", view=view.id)

    assert sandbox.slack.person("operator").view() is None


async def test_a_closed_view_is_not_closed_again(sandbox: Sandbox, page: Page) -> None:
    view = opened(sandbox, section())
    await page.post("close", person="operator", view=view.id)

    assert await page.refusal("close", person="operator", view=view.id) == "the view is not open any more"


async def test_a_shortcut_is_started(page: Page, payloads: Payloads) -> None:
    await page.post("shortcut", person="viewer", callback_id="do_it")

    assert payloads.get_nowait()["type"] == "shortcut"


async def test_a_shortcut_of_a_message_tells_the_message(sandbox: Sandbox, page: Page, payloads: Payloads) -> None:
    message = sandbox.slack.person("viewer").say("this one")
    await page.post("shortcut", callback_id="do_it", where={"channel": message.channel, "ts": message.ts})

    assert payloads.get_nowait()["message"]["text"] == "this one"


async def test_opening_the_home_tab_is_told_to_the_app(page: Page, payloads: Payloads) -> None:
    await page.post("home", person="viewer")

    assert payloads.get_nowait()["event"]["type"] == "app_home_opened"
