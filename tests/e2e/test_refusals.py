"""CAMS says no, says nothing, or says something that nobody can use."""

import pytest

from sandbox.cams import Fault, FaultKind
from sandbox.slack import View
from tests.e2e.reading import row, scan, shown
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")
WABA, CREATE, VERIFY = "QueryChatappBindWaba", "CreatePhoneMessageQrdl", "GetChatappVerifyCode"
UNKNOWN = "CAMS gave no usable answer, so it may or may not have happened."
CODES = {
    "Product.Unsubscript": "has not activated Chat App Message Service",
    "Ram.PermissionDeny": "Allow the action cams:",
    "System.LimitControl": "Nothing was done; try again in a minute.",
    "Unknown.ResourceOwnerId": "does not belong to the account of the AccessKey",
    "Some.NewThing": "give what follows to Alibaba Cloud's support",
}


@pytest.mark.parametrize("http_status", [400, 200])
@pytest.mark.parametrize(("code", "words"), CODES.items())
async def test_a_refusal_says_what_it_means_with_code_and_request_id(
    world: World, code: str, words: str, http_status: int
) -> None:
    world.cams.faults.add(Fault("refusal", WABA, code=code, http_status=http_status))
    message = await world.says("viewer", "/cams waba cams-demo3")
    request_id = world.cams.calls.of(WABA)[-1].request_id

    assert shown(message).startswith("Looking at the WABA failed.")
    assert words in shown(message)
    assert shown(message).endswith(f"(code {code}, RequestId {request_id})")


async def test_a_refused_code_is_not_made(world: World) -> None:
    number = world.new_number()
    world.cams.faults.add(Fault("refusal", CREATE, code="Product.Unsubscript"))
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")

    assert shown(message).startswith("Creating the QR code failed.")
    assert (len(number.qr_codes), world.calls(CREATE)) == (0, 1)


async def test_a_number_that_the_space_does_not_have_is_named_as_such(world: World) -> None:
    message = await world.says("viewer", "/cams profile +65 9199 9999")

    assert "CAMS does not know this number in this space." in shown(message)
    assert "(code InvalidParameter.PhoneNumberError, RequestId " in shown(message)


@pytest.mark.parametrize("kind", ["throttled", "error", "cut_before", "cut_after", "garbage"])
async def test_a_look_that_fails_once_is_tried_again_by_itself(world: World, kind: FaultKind) -> None:
    world.cams.faults.add(Fault(kind, WABA, count=1))
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert shown(message).startswith("Mira & Söhne <GmbH>")


async def test_a_write_that_was_throttled_once_is_tried_again_by_itself(world: World) -> None:
    number = world.new_number()
    world.cams.faults.add(Fault("throttled", CREATE, count=1))
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")
    [code] = number.qr_codes.values()

    assert scan(world.slack.workspace.files[message.files[0]].content) == code.deep_link_url


@pytest.mark.parametrize("kind", ["cut_before", "garbage", "truncated"])
async def test_a_look_that_keeps_failing_is_told(world: World, kind: FaultKind) -> None:
    world.cams.faults.add(Fault(kind, WABA))
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert shown(message).startswith(
        "Looking at the WABA failed. CAMS gave no usable answer. Nothing was changed by asking; try again in a minute."
    )


async def test_a_server_error_is_told_with_its_code_and_request_id(world: World) -> None:
    world.cams.faults.add(Fault("error", WABA))
    message = await world.says("viewer", "/cams waba cams-demo3")
    request_id = world.cams.calls.of(WABA)[-1].request_id

    assert shown(message).endswith(f"(code InternalError, RequestId {request_id})")


@pytest.mark.parametrize("kind", ["cut_after", "truncated"])
async def test_a_code_whose_answer_was_lost_is_found_and_posted(world: World, kind: FaultKind) -> None:
    number = world.new_number()
    world.cams.faults.add(Fault(kind, CREATE, count=1))
    message = await world.says("operator", f"/cams qr create {number.digits} Hello")
    [code] = number.qr_codes.values()

    assert scan(world.slack.workspace.files[message.files[0]].content) == code.deep_link_url
    assert world.calls(CREATE) == 1


async def test_a_code_that_was_not_made_is_made_a_little_later_and_the_wait_is_told(world: World) -> None:
    number = world.new_number()
    world.cams.faults.add(Fault("error", CREATE, count=1))
    told = await world.says("operator", f"/cams qr create {number.digits} Hello")
    [posted] = await world.alerts(1)
    [code] = number.qr_codes.values()

    assert shown(told).startswith(f"Creating the QR code: {UNKNOWN} I am finding out")
    assert scan(world.slack.workspace.files[posted.files[0]].content) == code.deep_link_url
    assert world.calls(CREATE) == 2


@pytest.mark.parametrize(
    ("kind", "sent"), [("cut_before", 0), ("cut_after", 1), ("truncated", 1), ("garbage", 0), ("error", 0)]
)
async def test_a_verify_whose_outcome_is_unknown_says_so_and_is_not_repeated(
    world: World, kind: FaultKind, sent: int
) -> None:
    number = world.new_number()
    page = await _confirm_page(world, number.digits)
    world.cams.faults.add(Fault(kind, VERIFY, count=1))
    result = await world.sends("admin", page)
    arrived = [code for code in world.cams.world.sent_codes if code.phone_number == number.digits]

    assert shown(result).startswith(f"Requesting the verification code: {UNKNOWN} The code may be on its way.")
    assert (len(arrived), world.calls(VERIFY)) == (sent, 1)


async def test_a_verify_whose_outcome_is_unknown_does_not_bring_the_form_back(world: World) -> None:
    page = await _confirm_page(world, world.new_number().digits)
    world.cams.faults.add(Fault("cut_after", VERIFY, count=1))
    result = await world.sends("admin", page)

    assert "submit" not in result.body


async def test_a_second_press_on_the_confirm_page_has_nothing_to_press(world: World) -> None:
    number = world.new_number()
    world.cams.faults.add(Fault("latency", VERIFY, count=1, seconds=0.3))
    page = await _confirm_page(world, number.digits)
    done(await world.person("admin").submit(page))
    waiting = await world.person("admin").opened_view()
    result = await world.settled("admin", page)

    assert "submit" not in waiting.body
    assert "was requested" in shown(result)
    assert world.calls(VERIFY) == 1


@pytest.mark.parametrize("kind", ["latency", "drip"])
async def test_a_slow_answer_is_waited_for(world: World, kind: FaultKind) -> None:
    world.cams.faults.add(Fault(kind, WABA, count=1, seconds=1.0))
    message = await world.says("viewer", "/cams waba cams-demo3")

    assert row(message, "Space") == "cams-demo3"
    assert world.calls(WABA) == 1


async def test_other_commands_go_on_while_one_waits_for_cams(world: World) -> None:
    world.cams.faults.add(Fault("latency", WABA, count=1, seconds=1.0))
    viewer = world.person("viewer")
    done(await viewer.command("/cams waba cams-demo3", world.channel))
    await world.says("viewer", "/cams help")
    messages = viewer.messages(world.channel)

    assert [message.text for message in messages] == ["What cams-bot can do"]


async def _confirm_page(world: World, digits: str) -> View:
    return await world.sends("admin", await world.opens("admin", f"/cams verify {digits}"))
