"""The same handlers behind a request URL: what is signed is served, what is not gets a 401 and leaves a row."""

import aiohttp
import pytest

from tests.e2e.reading import row, scan, shown
from tests.fixtures.world import EVENTS_PATH, Setup, World, done

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("running", [Setup(http=True)], indirect=True, ids=["http"], scope="module"),
]


async def test_a_command_is_answered(world: World) -> None:
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert row(message, "Space") == "cams-demo3"


async def test_what_was_typed_arrives_as_it_was_typed(world: World) -> None:
    number = world.new_number()
    message = await world.says("operator", f"/cams qr create +{number.digits} 1+1=2 & 100% <b>")
    [code] = number.qr_codes.values()

    assert code.message == "1+1=2 & 100% <b>"
    assert scan(world.slack.workspace.files[message.files[0]].content) == code.deep_link_url


async def test_a_form_is_opened_complained_about_mended_and_answered(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    done(await world.person("viewer").submit(view, phone="123"))
    complained = world.person("viewer").view()
    result = await world.sends("viewer", view, phone="+8613800001234")

    assert complained is not None
    assert sorted(complained.errors) == ["phone"]
    assert row(result, "Industry") == "Restaurant"


async def test_a_button_works(world: World) -> None:
    card = await world.says("viewer", "/cams waba cams-demo3")
    shared = await world.next_message("viewer", lambda: world.person("viewer").press(card, "share"))

    assert shared.ephemeral_to == ""


async def test_a_list_of_options_comes_with_the_answer(world: World) -> None:
    view = await world.opens("admin", "/cams verify")
    found = await world.person("admin").options(view, "verify.language", "german")

    assert [option["value"] for option in found] == ["de"]


async def test_a_shortcut_opens_its_form(world: World) -> None:
    done(await world.person("viewer").shortcut("check_waba"))

    assert (await world.person("viewer").opened_view()).callback_id == "waba"


async def test_a_stranger_is_refused_in_words(world: World) -> None:
    message = await world.says("stranger", "/cams help")

    assert shown(message).startswith("Only members of this bot's own workspace may use it.")


async def test_slack_can_verify_the_address(world: World) -> None:
    assert await world.slack.http.verify()


async def test_a_wrong_signature_is_refused_and_written_down(world: World) -> None:
    world.slack.http.signing_secret = "somebody else's"
    ack = await world.person("admin").command("/cams verify", world.channel)
    world.slack.http.signing_secret = world.slack.workspace.app.signing_secret
    found = await world.audited("signature")

    assert ack.problem == "dispatch_failed"
    assert (found.entry, found.allowed, found.outcome, found.target) == ("http", False, "401", "from=127.0.0.1")


async def test_a_stale_time_stamp_is_refused_and_written_down(world: World) -> None:
    world.slack.http.seconds_late = 301
    ack = await world.person("admin").command("/cams verify", world.channel)
    world.slack.http.seconds_late = 0
    found = await world.audited("signature")

    assert ack.problem == "dispatch_failed"
    assert found.outcome == "401"


async def test_a_time_stamp_of_five_minutes_ago_is_still_good(world: World) -> None:
    world.slack.http.seconds_late = 290
    message = await world.says("viewer", "/cams help")
    world.slack.http.seconds_late = 0

    assert message.text == "What cams-bot can do"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
    ],
)
async def test_a_request_without_a_whole_signature_gets_401(world: World, headers: dict[str, str]) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(await world.url() + EVENTS_PATH, data={"command": "/cams"}, headers=headers) as answer,
    ):
        status = answer.status

    assert status == 401


@pytest.mark.parametrize(("path", "status"), [("/healthz", "alive"), ("/readyz", "ready")])
async def test_whoever_runs_the_bot_can_ask_how_it_is(world: World, path: str, status: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(await world.url() + path) as answer:
        said = await answer.json()

    assert (answer.status, said) == (200, {"status": status})
