"""The bot dies between CAMS's work and its answer; and codes that stand there twice."""

from sandbox.cams import Fault
from tests.e2e.reading import scan, shown
from tests.fixtures.world import World, done

CREATE, VERIFY = "CreatePhoneMessageQrdl", "GetChatappVerifyCode"


async def test_a_code_that_was_made_as_the_bot_died_is_posted_once_by_its_next_life(new_world: World) -> None:
    await new_world.start_bot()
    number = new_world.new_number()
    new_world.cams.faults.add(Fault("drip", CREATE, count=1, seconds=60))
    done(await new_world.person("operator").command(f"/cams qr create {number.digits} Hello", new_world.channel))
    await new_world.slack.wait_for(lambda: number.qr_codes)
    await new_world.crash_bot()
    await new_world.start_bot()
    [posted] = await new_world.alerts(1)
    again = await new_world.says("operator", f"/cams qr create {number.digits} Another")
    [code, _] = number.qr_codes.values()
    rows = [row for row in await new_world.audit_rows() if row.entry == "journal"]

    assert [(row.act, row.outcome) for row in rows] == [("qr create", f"ok code={code.code}")]
    assert scan(new_world.slack.workspace.files[posted.files[0]].content) == code.deep_link_url
    assert "Another" in shown(again)
    assert len(await new_world.alerts(2)) == 2


async def test_who_had_a_code_sent_as_the_bot_died_is_told_that_it_may_be_on_its_way(new_world: World) -> None:
    await new_world.start_bot()
    number = new_world.new_number()
    page = await new_world.sends("admin", await new_world.opens("admin", f"/cams verify {number.digits}"))
    new_world.cams.faults.add(Fault("drip", VERIFY, count=1, seconds=60))
    done(await new_world.person("admin").submit(page))
    await new_world.slack.wait_for(lambda: new_world.cams.world.sent_codes)
    await new_world.crash_bot()
    before = max((message.ts for message in new_world.person("admin").messages(new_world.channel)), default="")
    await new_world.start_bot()
    told = await new_world.person("admin").next_message(new_world.channel, after=before)

    assert "it may be on its way. It was not repeated. CAMS says that the number is" in shown(told)
    assert len(new_world.cams.world.sent_codes) == 1


async def test_two_equal_codes_are_shown_and_one_is_deleted_but_never_the_last(new_world: World) -> None:
    await new_world.start_bot()
    number = new_world.new_number()
    operator = new_world.person("operator")
    new_world.cams.faults.add(Fault("drip", CREATE, count=1, seconds=60))
    done(await operator.command(f"/cams qr create {number.digits} Hello", new_world.channel))
    await new_world.slack.wait_for(lambda: number.qr_codes)
    await new_world.crash_bot()
    number.add_qr_code("Hello", "PNG")
    before = max((message.ts for message in operator.messages(new_world.channel)), default="")
    await new_world.start_bot()
    doubled = await operator.next_message(new_world.channel, after=before)
    first, second = number.qr_codes
    deleted = await new_world.next_message("operator", lambda: operator.press(doubled, "qr.delete:1"))
    last = await new_world.next_message("operator", lambda: operator.press(doubled, "qr.delete:2"))

    assert (first in shown(doubled), second in shown(doubled)) == (True, True)
    assert shown(deleted).startswith(f"The code {first} was deleted. {second} stays")
    assert "the only one left" in shown(last)
    assert list(number.qr_codes) == [second]
