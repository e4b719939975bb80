import asyncio
import re
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from alibabacloud_cams20200606 import models
from alibabacloud_tea_openapi import utils as official_utils
from alibabacloud_tea_openapi.utils import Utils

from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials
from bot.cams.errors import (
    CamsCredentialsMissingError,
    CamsNotSentError,
    CamsPermissionError,
    CamsRefusedError,
    CamsUnknownOutcomeError,
)
from bot.cams.models import Profile, QrCode, Waba
from tests.integration.cams.conftest import Start, World
from tests.integration.cams.stub import answer, cut, hang, ok

QR = {"QrdlCode": "ABC", "DeepLinkUrl": "https://wa.me/message/ABC"}
WABA = {"Id": "1", "AccountReviewStatus": "APPROVED"}
NUMBER = "8613800001234"
EMPTY_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def sent(world: World) -> tuple[str, dict[str, str]]:
    """Return the target of the last request that the stub got, and its headers."""
    first, *lines = world.stub.requests[-1].strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return first.split(" ")[1], headers


def params(world: World) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(sent(world)[0]).query, keep_blank_values=True))


async def test_qr_codes_are_listed(start: Start) -> None:
    world = await start(ok([QR]))

    codes = await world.cams.list_qr_codes(NUMBER, "space-1")

    assert codes == [QrCode("ABC", "https://wa.me/message/ABC", "", "", "", "")]
    assert params(world) == {"PhoneNumber": NUMBER, "CustSpaceId": "space-1"}


async def test_a_qr_code_is_created(start: Start) -> None:
    world = await start(ok(QR))

    code = await world.cams.create_qr_code(NUMBER, "Hi *there* ~ a+b/c=d & 你好 '(x)!'")

    assert code.code == "ABC"
    assert params(world) == {
        "PhoneNumber": NUMBER,
        "PrefilledMessage": "Hi *there* ~ a+b/c=d & 你好 '(x)!'",
        "GenerateQrImage": "PNG",
    }


async def test_a_verification_code_is_sent(start: Start) -> None:
    world = await start(answer({"Code": "OK", "Success": True}))

    await world.cams.send_verification_code(NUMBER, "space-1", "sms", "zh_CN")

    assert params(world) == {
        "PhoneNumber": NUMBER,
        "CustSpaceId": "space-1",
        "Method": "sms",
        "Locale": "zh_CN",
    }


async def test_a_waba_is_fetched(start: Start) -> None:
    world = await start(ok(WABA))

    waba = await world.cams.get_waba()

    assert isinstance(waba, Waba)
    assert params(world) == {}


async def test_a_profile_is_fetched(start: Start) -> None:
    world = await start(ok({"About": "us"}))

    profile = await world.cams.get_profile(NUMBER, "space-1")

    assert isinstance(profile, Profile)
    assert params(world) == {"PhoneNumber": NUMBER, "CustSpaceId": "space-1"}


async def test_an_address_for_callbacks_is_set_as_the_official_sdk_would_and_the_queue_is_left_alone(
    start: Start,
) -> None:
    world = await start(ok())

    await world.cams.set_account_webhook("https://bot.example/cams/callback/s3cret?a=1&b=%20", "space-1")

    official = models.UpdateAccountWebhookRequest(
        cust_space_id="space-1",
        status_callback_url="https://bot.example/cams/callback/s3cret?a=1&b=%20",
        http_flag="Y",
    )
    assert params(world) == official.to_map()
    assert urlsplit(sent(world)[0]).query == official_utils.get_canonical_query_string(official.to_map())


async def test_an_address_for_callbacks_is_sent_again_after_a_lost_answer(start: Start, no_waits: None) -> None:
    world = await start(cut, ok())

    await world.cams.set_account_webhook("https://bot.example/x", "space-1")

    assert len(world.stub.requests) == 2


async def test_an_address_for_callbacks_is_in_no_error(start: Start) -> None:
    url = "https://bot.example/cams/callback/sesame-0pen-sesame-0pen"
    world = await start(answer({"Code": "InvalidStatusCallbackUrl", "Message": f"{url} is not valid"}, 400))

    with pytest.raises(CamsRefusedError) as refused:
        await world.cams.set_account_webhook(url, "space-1")

    assert "sesame" not in f"{refused.value!r} {refused.value.message} {world.calls}"


@pytest.mark.parametrize("url", ["", "bot.example/x", "ftp://bot.example/x"])
async def test_what_is_no_address_for_callbacks_is_not_sent(start: Start, url: str) -> None:
    world = await start(ok())

    with pytest.raises(ValueError, match="begins with https://"):
        await world.cams.set_account_webhook(url, "space-1")

    assert world.stub.requests == []


async def test_the_signature_that_arrives_is_the_one_that_the_official_sdk_makes_of_what_arrives(
    start: Start,
) -> None:
    world = await start(ok(QR))
    await world.cams.create_qr_code(NUMBER, "Hi *there* ~ a+b/c=d & 你好 '(x)!'", "space-1")
    target, headers = sent(world)
    names = re.findall("SignedHeaders=(.*?),", headers["authorization"])[0].split(";")
    request = SimpleNamespace(
        method="POST",
        pathname=urlsplit(target).path,
        query=dict(parse_qsl(urlsplit(target).query)),
        headers={name: headers[name] for name in names},
    )

    official = Utils.get_authorization(request, "ACS3-HMAC-SHA256", EMPTY_BODY, "LTAI-id", "the-secret")
    assert headers["authorization"] == official


async def test_the_query_travels_in_the_encoding_that_was_signed(start: Start) -> None:
    world = await start(ok(QR))

    await world.cams.create_qr_code("1", "a b*~+/")

    assert sent(world)[0] == "/?GenerateQrImage=PNG&PhoneNumber=1&PrefilledMessage=a%20b%2A~%2B%2F"


async def test_no_header_comes_along_that_speaks_of_a_body(start: Start) -> None:
    world = await start(ok(WABA))

    await world.cams.get_waba()

    assert "content-type" not in sent(world)[1]


async def test_a_session_that_raises_by_itself_changes_nothing(start: Start) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        world = await start(answer({"Code": "Ram.PermissionDeny"}, 400), session=session)

        with pytest.raises(CamsPermissionError):
            await world.cams.get_waba()


async def test_one_connection_serves_one_call_after_another(start: Start) -> None:
    world = await start(ok(WABA))

    for _ in range(3):
        await world.cams.get_waba()

    assert world.stub.connections == 1


async def test_a_redirect_is_not_followed(start: Start) -> None:
    elsewhere = await start(ok(WABA))
    world = await start(answer({}, 307, f"Location: {elsewhere.stub.endpoint}/\r\n"))

    with pytest.raises(CamsUnknownOutcomeError):
        await world.cams.get_waba()
    assert elsewhere.stub.requests == []


async def test_the_observer_is_told_of_a_success(start: Start) -> None:
    world = await start(ok(WABA))

    await world.cams.get_waba()

    (call,) = world.calls
    assert (call.operation, call.code, call.http_status, call.request_id, call.attempt) == (
        "QueryChatappBindWaba",
        "OK",
        200,
        "REQ-1",
        1,
    )
    assert call.seconds > 0


async def test_the_observer_is_told_of_every_attempt(start: Start, no_waits: None) -> None:
    world = await start(answer({"Code": "System.LimitControl", "RequestId": "REQ-0"}, 400), ok(WABA))

    await world.cams.get_waba()

    assert [(call.code, call.http_status, call.request_id, call.attempt) for call in world.calls] == [
        ("System.LimitControl", 400, "REQ-0", 1),
        ("OK", 200, "REQ-1", 2),
    ]


async def test_an_error_carries_what_support_asks_for(start: Start) -> None:
    refusal = {"Code": "Ram.PermissionDeny", "Message": "You are not authorized.", "RequestId": "REQ-7"}
    world = await start(answer(refusal, 400))

    with pytest.raises(CamsPermissionError) as caught:
        await world.cams.get_waba()
    assert str(caught.value) == (
        "QueryChatappBindWaba: You are not authorized. (Ram.PermissionDeny, HTTP 400, RequestId REQ-7)"
    )


async def test_an_answer_that_cannot_be_used_carries_its_request_id(start: Start) -> None:
    world = await start(ok([]))

    with pytest.raises(CamsUnknownOutcomeError) as caught:
        await world.cams.get_waba()
    assert (caught.value.operation, caught.value.request_id, caught.value.http_status) == (
        "QueryChatappBindWaba",
        "REQ-1",
        200,
    )


class NoCredentials:
    def at_hand(self) -> None:
        return None

    async def get(self) -> Credentials:
        raise CamsCredentialsMissingError("credentials", "none found")


async def test_without_credentials_nothing_is_sent(start: Start) -> None:
    world = await start(ok(WABA), credentials=NoCredentials())

    with pytest.raises(CamsCredentialsMissingError, match="QueryChatappBindWaba: none found"):
        await world.cams.get_waba()
    assert world.stub.requests == []


class HangingCredentials:
    def at_hand(self) -> None:
        return None

    async def get(self) -> Credentials:
        return await asyncio.Future[Credentials]()


async def test_waiting_for_credentials_counts_in_the_total_time(start: Start) -> None:
    world = await start(ok(WABA), credentials=HangingCredentials(), limits=Limits(attempt=0.02))

    with pytest.raises(CamsNotSentError):
        await world.cams.get_waba()


async def test_waiting_for_a_permit_counts_in_the_total_time(start: Start) -> None:
    world = await start(ok(WABA), limits=Limits(attempt=0.2))
    for _ in range(10):
        await world.cams.get_waba()

    with pytest.raises(CamsNotSentError, match="quota"):
        await world.cams.get_waba()
    assert len(world.stub.requests) == 10


async def test_qr_codes_have_half_the_quota(start: Start) -> None:
    world = await start(ok([]), limits=Limits(attempt=0.2))
    for _ in range(5):
        await world.cams.list_qr_codes(NUMBER)

    with pytest.raises(CamsNotSentError, match="quota"):
        await world.cams.list_qr_codes(NUMBER)


async def test_the_quota_of_one_operation_leaves_the_others_alone(start: Start) -> None:
    world = await start(ok([]), limits=Limits(attempt=0.2))
    for _ in range(5):
        await world.cams.list_qr_codes(NUMBER)

    with pytest.raises(CamsUnknownOutcomeError, match="Data"):
        await world.cams.get_waba()


async def test_cancellation_passes_untouched(start: Start) -> None:
    world = await start(hang)
    call = asyncio.create_task(world.cams.get_waba())
    await world.stub.asked.wait()
    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(world.stub.requests) == 1


async def test_an_endpoint_that_is_none_is_refused_at_once(start: Start) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        await start(ok(WABA), endpoint="cams.example")


Ask = Callable[[CamsClient], Awaitable[Any]]


@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b'{"Code": "OK", "Data": 5}'], ids=range(4))
@pytest.mark.parametrize(
    "ask",
    [
        lambda cams: cams.list_qr_codes(NUMBER),
        lambda cams: cams.create_qr_code(NUMBER, "Hello"),
        lambda cams: cams.get_waba(),
        lambda cams: cams.get_profile(NUMBER, "space-1"),
    ],
)
async def test_a_useless_answer_is_never_a_success(start: Start, no_waits: None, ask: Ask, body: bytes) -> None:
    world = await start(answer(body))

    with pytest.raises(CamsUnknownOutcomeError):
        await ask(world.cams)
