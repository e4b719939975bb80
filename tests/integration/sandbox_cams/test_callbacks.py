"""What the local CAMS pushes, as who is called back receives it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from sandbox.cams import LocalCams, PushFault, PushFaultKind, Webhook
from sandbox.cams.callbacks import Empties, Forgery, items
from sandbox.cams.callbacks.pusher import ANSWER_SECONDS, RETRY_SECONDS
from sandbox.cams.callbacks.sender import is_accepted

TAKEN = (200, '{"code":0,"msg":"成功"}')
REVIEW = {"WabaId": "105500000000001", "Type": "wabaReviewUpdate", "Status": "REJECTED"}


@dataclass
class Receiver:
    """Answers by its script, whose last entry goes on for ever, and keeps what it got."""

    url: str = ""
    script: list[tuple[int, str]] = field(default_factory=lambda: [TAKEN])
    got: list[tuple[str, str, bytes]] = field(default_factory=list)
    hangs: bool = False

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((request.path, request.headers["Content-Type"], await request.read()))
        if self.hangs:
            await asyncio.Event().wait()
        status, text = self.script[min(len(self.got), len(self.script)) - 1]
        return web.Response(status=status, text=text)

    @property
    def items(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
async def receiver(cams: LocalCams) -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/cams/secret"
    cams.world.set_webhook("cams-demo1", Webhook(made.url, http=True))
    cams.callbacks.retry_seconds = (0.0, 0.0)
    yield made
    await runner.cleanup()


async def reject(cams: LocalCams) -> None:
    cams.world.review("cams-demo1", "REJECTED")
    await cams.callbacks.settled()


async def test_a_changed_review_is_pushed_in_the_documented_form(cams: LocalCams, receiver: Receiver) -> None:
    await reject(cams)
    [(path, kind, body)] = receiver.got

    assert (path, kind) == ("/cams/secret", "application/json;charset=UTF-8")
    assert json.loads(body.decode()) == [REVIEW]


async def test_the_log_tells_when_where_what_and_how_it_was_answered(cams: LocalCams, receiver: Receiver) -> None:
    await reject(cams)
    [push] = cams.callbacks.log
    [attempt] = push.attempts

    assert (push.url, push.items, push.outcome, push.faults, push.forgery) == (receiver.url, (REVIEW,), "taken", (), "")
    assert (attempt.http_status, attempt.answer, attempt.error) == (*TAKEN, "")
    assert push.at <= attempt.at
    assert "secret" not in repr(push)


async def test_the_same_status_again_is_no_change(cams: LocalCams, receiver: Receiver) -> None:
    cams.world.review("cams-demo1", "APPROVED")
    await cams.callbacks.settled()

    assert len(cams.callbacks.log) == 0


@pytest.mark.parametrize("webhook", [Webhook(), Webhook("http://127.0.0.1:9/x", http=False, queue=True)])
async def test_without_an_address_for_http_nothing_is_pushed(
    cams: LocalCams, receiver: Receiver, webhook: Webhook
) -> None:
    cams.world.set_webhook("cams-demo1", webhook)
    await reject(cams)

    assert len(cams.callbacks.log) == 0


@pytest.mark.parametrize(("empties", "value"), [("null", None), ("empty", "")])
async def test_the_fields_that_the_page_requires_may_be_there_without_a_value(
    cams: LocalCams, receiver: Receiver, empties: Empties, value: object
) -> None:
    cams.callbacks.empties = empties
    await reject(cams)

    assert receiver.items == [[REVIEW | dict.fromkeys(("TemplateCode", "Language", "AuditStatus"), value)]]


async def test_the_first_version_tells_of_templates_only(cams: LocalCams, receiver: Receiver) -> None:
    cams.callbacks.version = "V1"
    cams.world.review("cams-demo1", "REJECTED")
    cams.callbacks.push("cams-demo1", items.template("105500000000001", "t-1", "fail", cams.callbacks.version))
    await cams.callbacks.settled()

    assert [[{*item} for item in pushed] for pushed in receiver.items] == [
        [{"WabaId", "TemplateCode", "Language", "AuditStatus", "Reason"}]
    ]


async def test_changes_that_come_together_are_pushed_together(cams: LocalCams, receiver: Receiver) -> None:
    cams.world.review("cams-demo2", "APPROVED")
    cams.callbacks.push("cams-demo1", items.quality("105500000000001", "6591234567", "RED"))
    await reject(cams)

    assert [[item["Type"] for item in pushed] for pushed in receiver.items] == [
        ["wabaReviewUpdate", "phoneQualityUpdate", "wabaReviewUpdate"]
    ]


async def test_a_push_has_only_so_many_items(cams: LocalCams, receiver: Receiver) -> None:
    cams.callbacks.items_at_once = 2
    cams.callbacks.push("cams-demo1", *(items.template("1", f"t-{at}") for at in range(5)))
    await cams.callbacks.settled()

    assert sorted(len(pushed) for pushed in receiver.items) == [1, 2, 2]


@pytest.mark.parametrize(
    "answer",
    [(500, TAKEN[1]), (201, TAKEN[1]), (302, ""), (200, ""), (200, "{}"), (200, '{"code":"0"}'), (200, '{"code":1}')],
)
async def test_what_is_not_accepted_is_pushed_three_times_in_all(
    cams: LocalCams, receiver: Receiver, answer: tuple[int, str]
) -> None:
    receiver.script = [answer]
    await reject(cams)
    [push] = cams.callbacks.log

    assert receiver.items == [[REVIEW]] * 3
    assert (push.outcome, [attempt.http_status for attempt in push.attempts]) == ("dropped", [answer[0]] * 3)


async def test_what_is_accepted_the_second_time_is_not_pushed_a_third_time(cams: LocalCams, receiver: Receiver) -> None:
    receiver.script = [(503, ""), TAKEN]
    await reject(cams)
    [push] = cams.callbacks.log

    assert (len(receiver.got), push.outcome) == (2, "taken")


async def test_an_answer_that_does_not_come_is_none(cams: LocalCams, receiver: Receiver) -> None:
    receiver.hangs, cams.callbacks.answer_seconds, cams.callbacks.retry_seconds = True, 0.05, ()
    await reject(cams)
    [push] = cams.callbacks.log

    assert [(attempt.http_status, attempt.error) for attempt in push.attempts] == [(0, "TimeoutError")]


async def test_nobody_at_the_address_is_no_answer(cams: LocalCams, receiver: Receiver) -> None:
    cams.world.set_webhook("cams-demo1", Webhook("http://127.0.0.1:1/x", http=True))
    await reject(cams)
    [push] = cams.callbacks.log

    assert (push.outcome, [attempt.http_status for attempt in push.attempts]) == ("dropped", [0, 0, 0])


async def test_the_waits_are_the_documented_ones_unless_somebody_changes_them(cams: LocalCams) -> None:
    assert (cams.callbacks.retry_seconds, RETRY_SECONDS) == ((60.0, 300.0), (60.0, 300.0))
    assert cams.callbacks.answer_seconds == ANSWER_SECONDS == 3.0


async def test_a_push_that_waits_for_its_second_attempt_does_not_hold_up_the_end(receiver: Receiver) -> None:
    async with asyncio.timeout(5), LocalCams.start() as other:
        other.world.set_webhook("cams-demo1", Webhook("http://127.0.0.1:1/x", http=True))
        other.world.review("cams-demo1", "REJECTED")
        await other.callbacks.log.wait_for(lambda: [push for push in other.callbacks.log if push.attempts])

    assert [push.outcome for push in other.callbacks.log] == ["waiting"]


async def struck_by(kind: PushFaultKind, cams: LocalCams, seconds: float = 0.0) -> PushFault:
    fault = cams.callbacks.faults.add(PushFault(kind, seconds, count=1))
    await reject(cams)
    return fault


async def test_a_lost_push_never_leaves(cams: LocalCams, receiver: Receiver) -> None:
    fault = await struck_by("lost", cams)
    [push] = cams.callbacks.log

    assert (receiver.got, push.outcome, push.attempts, push.faults) == ([], "lost", [], ("lost",))
    assert (fault.hits, fault.latest) == (1, "ChatAppAudit")


async def test_a_doubled_push_comes_twice(cams: LocalCams, receiver: Receiver) -> None:
    await struck_by("doubled", cams)

    assert receiver.items == [[REVIEW], [REVIEW]]


async def test_a_delayed_push_comes_late(cams: LocalCams, receiver: Receiver) -> None:
    began = asyncio.get_running_loop().time()
    await struck_by("delayed", cams, 0.2)

    assert receiver.items == [[REVIEW]]
    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_malformed_push_is_no_json(cams: LocalCams, receiver: Receiver) -> None:
    await struck_by("malformed", cams)
    [(_, _, body)] = receiver.got

    assert body == json.dumps([REVIEW]).encode()[: len(body)]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(body)


async def test_a_reordered_push_comes_after_the_next_one(cams: LocalCams, receiver: Receiver) -> None:
    cams.callbacks.gather_seconds = 0.0
    cams.callbacks.faults.add(PushFault("reordered", 10))
    cams.world.review("cams-demo1", "REJECTED")
    await cams.callbacks.log.wait_for(lambda: len(cams.callbacks.log))
    cams.world.review("cams-demo1", "PENDING")
    await cams.callbacks.settled()

    assert [pushed[0]["Status"] for pushed in receiver.items] == ["PENDING", "REJECTED"]


async def test_a_forgery_is_not_the_next_push_that_a_reordered_one_waits_for(
    cams: LocalCams, receiver: Receiver
) -> None:
    cams.callbacks.gather_seconds = 0.0
    cams.callbacks.faults.add(PushFault("reordered", 10))
    cams.world.review("cams-demo1", "REJECTED")
    await cams.callbacks.log.wait_for(lambda: len(cams.callbacks.log))
    cams.callbacks.forge("unknown_waba", "cams-demo1")
    await cams.callbacks.log.wait_for(lambda: [push for push in cams.callbacks.log if push.outcome == "taken"])
    cams.world.review("cams-demo1", "PENDING")
    await cams.callbacks.settled()

    assert [pushed[0]["Status"] for pushed in receiver.items[1:]] == ["PENDING", "REJECTED"]


async def test_the_items_of_a_reordered_push_are_turned_round(cams: LocalCams, receiver: Receiver) -> None:
    cams.callbacks.faults.add(PushFault("reordered", 0.0))
    cams.callbacks.push("cams-demo1", *(items.template("1", f"t-{at}") for at in range(3)))
    await cams.callbacks.settled()

    assert [[item["TemplateCode"] for item in pushed] for pushed in receiver.items] == [["t-2", "t-1", "t-0"]]


async def test_a_reordered_push_without_a_next_one_comes_in_the_end(cams: LocalCams, receiver: Receiver) -> None:
    await struck_by("reordered", cams, 0.05)

    assert receiver.items == [[REVIEW]]


@pytest.mark.parametrize(
    ("kind", "at_the_address", "waba_id", "status"),
    [
        ("wrong_secret", False, "105500000000001", "REJECTED"),
        ("unknown_waba", True, "999999999999999", "REJECTED"),
        ("wrong_status", True, "105500000000001", "DISABLED"),
    ],
)
async def test_a_forgery_comes_beside_the_push_and_once(
    cams: LocalCams, receiver: Receiver, kind: Forgery, at_the_address: bool, waba_id: str, status: str
) -> None:
    receiver.script = [(404, "")]
    await struck_by(kind, cams)
    [forged] = [push for push in cams.callbacks.log if push.forgery]
    [genuine] = [push for push in cams.callbacks.log if not push.forgery]

    assert (forged.forgery, len(forged.attempts), len(genuine.attempts)) == (kind, 1, 3)
    assert (forged.url == receiver.url) is at_the_address
    assert forged.url.startswith(receiver.url.removesuffix("secret"))
    assert forged.items == ({"WabaId": waba_id, "Type": "wabaReviewUpdate", "Status": status},)


async def test_a_forgery_needs_no_change(cams: LocalCams, receiver: Receiver) -> None:
    cams.callbacks.forge("wrong_status", "cams-demo1")
    await cams.callbacks.settled()

    assert receiver.items == [[{**REVIEW, "Status": "DISABLED"}]]


async def test_all_that_is_in_force_strikes_together(cams: LocalCams, receiver: Receiver) -> None:
    for kind in ("doubled", "malformed", "unknown_waba"):
        cams.callbacks.faults.add(PushFault(kind))
    await reject(cams)

    assert len(receiver.got) == 3
    assert sorted(len(push.faults) for push in cams.callbacks.log) == [0, 2, 2]


@pytest.mark.parametrize(
    ("status", "answer", "accepted"),
    [
        (200, '{"code":0}', True),
        (200, '{"code":0,"msg":null,"more":1}', True),
        (200, '{"code":0.0}', False),
        (200, '{"code":false}', False),
        (200, "[0]", False),
        (200, "[" * 100_000, False),
        (204, '{"code":0}', False),
    ],
)
def test_only_the_documented_answer_is_accepted(status: int, answer: str, accepted: bool) -> None:
    assert is_accepted(status, answer) is accepted
