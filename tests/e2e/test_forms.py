"""Forms: opened with what was understood, sent, confirmed, closed too early."""

import pytest

from sandbox.cams import Fault as CamsFault
from sandbox.slack import Fault, View
from tests.e2e.reading import buttons, held, row, scan, shown
from tests.fixtures.world import LOADING, World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINES = ["/cams qr create", "/cams qr list", "/cams verify", "/cams profile"]


@pytest.mark.parametrize("line", LINES)
async def test_a_command_without_arguments_opens_its_form_without_reproach(world: World, line: str) -> None:
    view = await world.opens("admin", line)

    assert "⚠" not in shown(view)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+86138000x1234", "A telephone number has no “x” in it."),
        ("13800001234", "Is its country code there?"),
        ("12", "That is no telephone number."),
    ],
)
async def test_a_bad_number_stands_in_the_form_with_what_is_wrong_below_it(
    world: World, line: str, number: str, words: str
) -> None:
    view = await world.opens("admin", f"{line} {number}")

    assert held(view, "phone") == number
    assert words in _below(view, "phone")
    assert not world.calls()


async def test_a_message_that_is_too_long_stands_in_the_form_whole(world: World) -> None:
    number = world.new_number()
    view = await world.opens("operator", f"/cams qr create {number.digits} {'x' * 141}")

    assert (held(view, "phone"), held(view, "message")) == (number.digits, "x" * 141)
    assert "The message has 141 characters; WhatsApp takes at most 140." in _below(view, "message")


async def test_a_message_of_140_characters_is_taken(world: World) -> None:
    number = world.new_number()
    await world.says("operator", f"/cams qr create {number.digits} {'☕' * 140}")

    assert [code.message for code in number.qr_codes.values()] == ["☕" * 140]


async def test_a_number_without_a_message_opens_the_form_with_the_message_missing(world: World) -> None:
    number = world.new_number()
    view = await world.opens("operator", f"/cams qr create {number.digits}")

    assert held(view, "phone") == number.digits
    assert "Give the message" in _below(view, "message")


async def test_digits_that_may_belong_to_the_number_are_asked_about(world: World) -> None:
    view = await world.opens("operator", "/cams qr create +49 30 123456 78 Hello")

    assert "Is this the whole number?" in _below(view, "phone")


async def test_the_form_takes_the_space_and_the_channel_from_the_command(world: World) -> None:
    view = await world.opens("operator", "/cams qr create space=cams-demo2")

    assert (held(view, "space"), held(view, "channel")) == ("cams-demo2", world.channel_id)


async def test_a_bad_submission_has_its_errors_beside_the_fields(world: World) -> None:
    view = await world.opens("operator", f"/cams qr create space={'x' * 129}")
    done(await world.person("operator").submit(view, phone="123", message=" "))
    complained = world.person("operator").view()

    assert complained is not None
    assert sorted(complained.errors) == ["message", "phone", "space"]
    assert not world.calls("CreatePhoneMessageQrdl")


async def test_slack_itself_counts_the_characters_of_the_message(world: World) -> None:
    view = await world.opens("operator", "/cams qr create")
    ack = await world.person("operator").submit(view, phone="+6591000001", message="x" * 141)

    assert ack.problem == "message: Please enter at most 140 characters."


async def test_a_good_submission_shows_that_it_is_worked_on_and_then_the_result(world: World) -> None:
    seen: list[str] = []
    stop = world.slack.workspace.notices.listen(
        lambda change: seen.append(shown(change.subject)) if isinstance(change.subject, View) else None
    )
    view = await world.opens("viewer", "/cams waba two words")
    await world.sends("viewer", view, space="cams-demo1")
    stop()

    assert any(LOADING in text for text in seen)
    assert "Harbour Coffee" in seen[-1]


async def test_a_code_that_was_made_with_the_form_is_posted_and_shown(world: World) -> None:
    number = world.new_number()
    view = await world.opens("operator", "/cams qr create")
    result = await world.sends("operator", view, phone=number.digits, message="Hello")
    message = await world.person("viewer").next_message(world.channel)
    [code] = number.qr_codes.values()

    assert scan(world.slack.workspace.files[message.files[0]].content) == code.deep_link_url
    assert f"Posted in #{world.channel_id}" in shown(result)
    assert row(result, "Code") == code.code


async def test_a_code_goes_into_the_channel_that_the_form_names(world: World) -> None:
    number, other = world.new_number(), world.new_channel()
    view = await world.opens("operator", f"/cams qr create {number.digits}")
    await world.sends("operator", view, message="Hello", channel=other.id)
    message = await world.person("viewer").next_message(other.id)

    assert len(message.files) == 1


async def test_a_list_that_was_asked_for_with_the_form_can_be_read(world: World) -> None:
    number = world.new_number()
    code = number.add_qr_code("Hello <b>", "PNG")
    view = await world.opens("viewer", "/cams qr list")
    result = await world.sends("viewer", view, phone=number.digits)

    assert code.code in shown(result)
    assert "Hello <b>" in shown(result)


async def test_a_profile_that_was_asked_for_with_the_form_is_shown_in_it(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    result = await world.sends("viewer", view, phone="+86 (138) 0000-1234")

    assert row(result, "Industry") == "Restaurant"


async def test_what_cams_refuses_brings_the_form_back_as_it_was_sent(world: World) -> None:
    view = await world.opens("operator", "/cams qr create")
    again = await world.sends("operator", view, phone="+65 9199 9999", message="Hello", space="cams-demo2")

    assert "CAMS does not know this number in this space." in shown(again)
    assert (held(again, "message"), held(again, "space")) == ("Hello", "cams-demo2")


async def test_a_form_that_came_back_can_be_mended_and_sent(world: World) -> None:
    number = world.new_number()
    view = await world.opens("viewer", "/cams profile")
    again = await world.sends("viewer", view, phone=number.digits, space="cams-demo2")
    result = await world.sends("viewer", again, space="cams-demo1")

    assert row(result, "Space") == "cams-demo1"


async def test_verify_says_who_will_get_what_before_anything_is_sent(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    page = await world.sends("admin", view, method="voice", language="de")
    tail = number.digits[2:]

    assert f"WhatsApp calls +65 {tail[:4]} {tail[4:]} with a verification code in German." in shown(page)
    assert not world.calls("GetChatappVerifyCode")


async def test_change_goes_back_to_the_form_with_what_was_in_it(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    page = await world.sends("admin", view, method="voice", language="de")
    done(await world.person("admin").press(page, "form.back"))
    form = await world.settled("admin", page)

    assert [held(form, name) for name in ("phone", "method", "language")] == [number.digits, "voice", "de"]


async def test_a_confirmed_verify_has_one_code_sent_as_it_was_asked_for(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    page = await world.sends("admin", view, method="voice", language="de")
    await world.sends("admin", page)
    sent = [code for code in world.cams.world.sent_codes if code.phone_number == number.digits]

    assert [(code.method, code.locale) for code in sent] == [("voice", "de")]


async def test_a_confirmed_verify_says_what_to_do_next_and_not_the_code(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    result = await world.sends("admin", await world.sends("admin", view))
    [sent] = [code for code in world.cams.world.sent_codes if code.phone_number == number.digits]

    assert "Next: enter the code in the CAMS console" in shown(result)
    assert sent.code not in shown(result)


async def test_the_confirm_page_has_a_way_back(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    page = await world.sends("admin", view)

    assert buttons(page) == ["Change"]
    assert page.body["submit"]["text"] == "Yes, do it"


async def test_who_closes_the_form_while_the_work_runs_gets_the_answer_in_the_channel(world: World) -> None:
    world.cams.faults.add(CamsFault("latency", "QueryPhoneBusinessProfile", count=1, seconds=0.5))
    viewer = world.person("viewer")
    view = await world.opens("viewer", "/cams profile")
    done(await viewer.submit(view, phone="+8613800001234"))
    await viewer.close(await viewer.opened_view())
    message = await viewer.next_message(world.channel)

    assert row(message, "Industry") == "Restaurant"
    assert message.ephemeral_to == viewer.user.id


async def test_the_shortcut_that_creates_a_code_opens_its_form(world: World) -> None:
    operator = world.person("operator")
    number = world.new_number()
    done(await operator.shortcut("create_qr"))
    view = await operator.opened_view()
    await world.sends("operator", view, phone=number.digits, message="Hello", channel=world.channel_id)
    message = await operator.next_message(world.channel)

    assert len(message.files) == 1


async def test_the_shortcut_that_checks_a_waba_shows_it(world: World) -> None:
    viewer = world.person("viewer")
    done(await viewer.shortcut("check_waba"))
    result = await world.sends("viewer", await viewer.opened_view(), space="cams-demo3")

    assert "Mira & Söhne <GmbH>" in shown(result)


async def test_who_closes_the_form_of_a_shortcut_gets_the_answer_from_the_app_itself(world: World) -> None:
    world.cams.faults.add(CamsFault("latency", "QueryChatappBindWaba", count=1, seconds=0.5))
    viewer = world.person("viewer")
    before = max((message.ts for message in viewer.messages("DM")), default="")
    done(await viewer.shortcut("check_waba"))
    done(await viewer.submit(await viewer.opened_view(), space="cams-demo3"))
    await viewer.close(await viewer.opened_view())
    message = await viewer.next_message("DM", after=before)

    assert "Mira & Söhne <GmbH>" in shown(message)


async def test_a_form_that_slack_gave_up_on_is_told(world: World) -> None:
    world.slack.faults.add(Fault("error", "views.open", count=1, error="expired_trigger_id"))
    message = await world.says("viewer", "/cams profile")

    assert shown(message) == "Slack gave up on the form before it could open. Nothing was done; try again."


def _below(view: View, name: str) -> str:
    """Return the text under a field."""
    place = next(index for index, block in enumerate(view.blocks) if block.get("block_id") == name)
    below = view.blocks[place + 1 : place + 2]
    return " ".join(element["text"] for block in below if block["type"] == "context" for element in block["elements"])
