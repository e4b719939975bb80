"""Slack is in trouble while somebody waits for an answer."""

import pytest

from sandbox.cams import Fault as CamsFault
from sandbox.slack import Fault
from sandbox.slack.faults import Kind
from tests.e2e.reading import row, shown
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("files.getUploadURLExternal", "error"),
        ("files.getUploadURLExternal", "server_error"),
        ("upload", "server_error"),
        ("files.completeUploadExternal", "error"),
        ("files.completeUploadExternal", "cut_before"),
    ],
)
async def test_a_code_whose_picture_slack_did_not_take_is_told_with_its_link(
    world: World, method: str, kind: Kind
) -> None:
    number = world.new_number()
    world.slack.faults.add(Fault(kind, method))
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")
    [code] = number.qr_codes.values()

    assert shown(message).startswith("Done, but the picture is not in the channel.")
    assert row(message, "Link") == code.deep_link_url


async def test_an_upload_that_was_too_fast_for_slack_is_made_again(world: World) -> None:
    number = world.new_number()
    world.slack.faults.add(Fault("rate_limited", "files.completeUploadExternal", count=1, seconds=1))
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")

    assert len(message.files) == 1
    assert len(number.qr_codes) == 1


async def test_a_channel_that_slack_tells_nothing_of_stops_the_work_before_it_begins(world: World) -> None:
    world.slack.faults.add(Fault("error", "conversations.info"))
    message = await world.says("operator", f"/cams qr create {world.new_number().digits} Hello")

    assert "Nothing was done" in shown(message)
    assert not world.calls()


@pytest.mark.parametrize("kind", ["server_error", "cut_before"])
async def test_a_form_that_did_not_open_is_told(world: World, kind: Kind) -> None:
    world.slack.faults.add(Fault(kind, "views.open"))
    message = await world.says("viewer", "/cams profile")

    assert "Slack" in shown(message)


async def test_a_result_that_slack_did_not_take_for_the_form_is_told_below(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    world.slack.faults.add(Fault("server_error", "views.update"))
    message = await world.next_message("viewer", lambda: world.person("viewer").submit(view, phone="+8613800001234"))

    assert row(message, "Industry") == "Restaurant"


async def test_an_answer_that_its_response_url_does_not_take_is_whispered(world: World) -> None:
    world.slack.faults.add(Fault("server_error", "response_url"))
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert message.ephemeral_to
    assert "DISABLED" in shown(message)


async def test_an_answer_that_slack_takes_nowhere_leaves_its_row_all_the_same(world: World) -> None:
    world.slack.faults.add(Fault("server_error", "response_url"))
    world.slack.faults.add(Fault("server_error", "chat.postEphemeral"))
    done(await world.person("viewer").command("/cams watches", world.channel))
    found = await world.audited("watches")

    assert found.allowed
    assert found.outcome != "ok"


async def test_who_left_the_form_of_a_refused_call_is_told_what_cams_said(world: World) -> None:
    world.cams.faults.add(CamsFault("refusal", "QueryPhoneBusinessProfile", code="Product.Unsubscript", seconds=0.5))
    viewer = world.person("viewer")
    view = await world.opens("viewer", "/cams profile")
    done(await viewer.submit(view, phone="+8613800001234"))
    await viewer.close(await viewer.opened_view())
    message = await viewer.next_message(world.channel)

    assert "(code Product.Unsubscript, RequestId " in shown(message)
