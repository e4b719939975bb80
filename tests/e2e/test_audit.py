"""One row for every act, and no secret in any row or in the log. The log is at its most talkative here."""

import re
from dataclasses import asdict

import pytest

from bot.store import AuditEntry
from sandbox.cams import Fault as CamsFault
from tests.e2e.reading import shown
from tests.fixtures.world import World, done, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG_DIGITS = re.compile(r"(?<![\w.:-])\+?\d{8,15}(?![\w-]|[.:]\d)")


async def test_a_command_leaves_who_where_what_and_how_it_ended(world: World) -> None:
    number = world.new_number()
    await world.says("operator", f"/cams qr create {number.digits} Hello")
    row = await world.audited("qr create")
    user = world.person("operator").user

    assert (row.user_id, row.team_id, row.channel_id) == (user.id, user.team_id, world.channel_id)
    assert (row.entry, row.target, row.allowed, row.outcome) == ("command", f"phone={number.digits}", True, "ok")


async def test_a_row_has_the_request_id_of_the_call(world: World) -> None:
    await world.says("viewer", "/cams waba cams-demo3")
    row = await world.audited("waba")

    assert row.request_id == world.cams.calls.of("QueryChatappBindWaba")[-1].request_id


async def test_a_row_says_how_long_the_act_took(world: World) -> None:
    world.cams.faults.add(CamsFault("latency", "QueryChatappBindWaba", count=1, seconds=0.3))
    await world.says("viewer", "/cams waba cams-demo3")
    row = await world.audited("waba")

    assert row.duration_ms >= 300


async def test_a_refusal_of_cams_is_the_outcome_of_a_row(world: World) -> None:
    fault = CamsFault("refusal", "QueryChatappBindWaba", count=1, code="Product.Unsubscript")
    world.cams.faults.add(fault)
    await world.says("viewer", "/cams waba cams-demo3")
    row = await world.audited("waba")

    assert row.allowed
    assert row.outcome == "CamsRefusedError Product.Unsubscript"
    assert row.request_id == world.cams.calls.of("QueryChatappBindWaba")[-1].request_id


@pytest.mark.parametrize("name", ["viewer", "guest", "stranger"])
async def test_a_refused_command_leaves_a_row(world: World, name: str) -> None:
    await world.says(name, "/cams qr create 8613800001234 Hello")
    [row] = await _rows(world)

    assert (row.user_id, row.team_id) == (world.person(name).user.id, world.person(name).user.team_id)
    assert (row.entry, row.allowed, row.outcome) == ("command", False, "AccessDeniedError")


async def test_an_unknown_command_leaves_a_row(world: World) -> None:
    await world.says("viewer", "/cams nonsense")
    [row] = await _rows(world)

    assert (row.act, row.outcome) == ("unknown", "UserError")


async def test_a_form_leaves_a_row_when_it_opens_and_one_when_it_is_sent(world: World) -> None:
    view = await world.opens("viewer", "/cams profile")
    await _rows(world, 1)
    await world.sends("viewer", view, phone="+8613800001234")
    rows = await _rows(world, 2)

    assert [(row.entry, row.outcome) for row in rows] == [("command", "form opened"), ("submission", "ok")]
    assert rows[-1].target == "phone=8613800001234"


async def test_a_confirmed_verify_leaves_the_way_and_the_language_but_no_code(world: World) -> None:
    number = world.new_number()
    view = await world.opens("admin", f"/cams verify {number.digits}")
    await world.sends("admin", await world.sends("admin", view, method="voice", language="de"))
    row = (await _rows(world, 2))[-1]

    assert (row.entry, row.target) == ("submission", f"phone={number.digits} method=voice language=de")


async def test_a_button_leaves_a_row(world: World) -> None:
    card = await world.says("viewer", "/cams waba cams-demo3")
    await world.next_message("viewer", lambda: world.person("viewer").press(card, "share"))
    row = await world.audited("share waba")

    assert (row.entry, row.target, row.channel_id) == ("button", "space=cams-demo3", world.channel_id)


async def test_a_shortcut_leaves_a_row(world: World) -> None:
    done(await world.person("viewer").shortcut("check_waba"))
    await world.person("viewer").opened_view()
    row = await world.audited("waba")

    assert (row.entry, row.outcome) == ("shortcut", "form opened")


async def test_a_list_that_is_refused_leaves_a_row(world: World) -> None:
    view = await world.opens("admin", "/cams verify")
    viewer = world.person("viewer")
    copy = world.slack.workspace.modals.open(viewer.user.id, dict(view.body), view.channel)
    await viewer.options(copy, "verify.language", "german")
    row = await world.audited("verify.language")

    assert (row.entry, row.user_id, row.allowed) == ("options", viewer.user.id, False)


async def test_no_secret_reaches_the_log_or_a_row(world: World) -> None:
    await _use_everything(world)
    text = world.log_text() + "\n".join(str(asdict(row)) for row in await world.store.audit_rows(1000))
    app = world.slack.workspace.app
    secrets = [app.bot_token, app.app_token, app.signing_secret, world.environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]]

    assert [secret for secret in secrets if secret in text] == []


async def test_no_verification_code_and_no_signature_reaches_the_log_or_a_row(world: World) -> None:
    await _use_everything(world)
    text = world.log_text() + "\n".join(str(asdict(row)) for row in await world.store.audit_rows(1000))
    codes = [sent.code for sent in world.cams.world.sent_codes]

    assert [code for code in codes if re.search(rf"\b{code}\b", text)] == []
    assert "Signature=" not in text
    assert "/response/" not in text
    assert "ticket=" not in text


async def test_no_whole_telephone_number_reaches_the_log(world: World) -> None:
    await _use_everything(world)

    assert LONG_DIGITS.findall(world.log_text()) == []


async def _use_everything(world: World) -> None:
    number = world.new_number()
    await world.says("operator", f"/cams qr create {number.digits} Hello")
    await world.says("operator", f"/cams qr create +65 9199 {number.digits[-4:]} Hello")
    await world.says("viewer", f"/cams qr list {number.digits}")
    await world.says("viewer", f"/cams profile {number.digits}")
    world.cams.faults.add(CamsFault("cut_after", "GetChatappVerifyCode", count=1))
    for _ in range(2):
        view = await world.opens("admin", f"/cams verify {number.digits}")
        result = await world.sends("admin", await world.sends("admin", view))
        if "requested" not in shown(result) and "may or may not" not in shown(result):
            raise AssertionError(shown(result))


async def _rows(world: World, count: int = 1) -> list[AuditEntry]:
    """Wait for so many rows of this test, and return all there are, the oldest first."""

    async def find() -> list[AuditEntry]:
        rows = await world.audit_rows()
        return rows[::-1] if len(rows) >= count else []

    return await eventually(find)
