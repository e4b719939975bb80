import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.cams import AccessKey, CamsCall, LocalCams
from tests.fixtures.acs_signer import Signer

Call = Callable[..., Awaitable[tuple[int, Any]]]
PHONE = "8613800001234"
CODE = {"CustSpaceId": "cams-demo1", "PhoneNumber": PHONE, "Method": "sms", "Locale": "en"}


async def test_a_success_has_the_documented_shape(call: Call) -> None:
    status, answer = await call("QueryChatappBindWaba")

    assert status == 200
    assert set(answer) == {"AccessDeniedDetail", "Code", "Data", "Message", "RequestId", "Success"}
    assert (answer["Code"], answer["Success"]) == ("OK", True)


async def test_the_qr_code_operations_have_no_field_success(call: Call) -> None:
    _, listed = await call("ListPhoneMessageQrdl", PhoneNumber=PHONE)
    _, made = await call("CreatePhoneMessageQrdl", PhoneNumber=PHONE, PrefilledMessage="Hello", GenerateQrImage="PNG")
    _, deleted = await call("DeletePhoneMessageQrdl", PhoneNumber=PHONE, QrdlCode=made["Data"]["QrdlCode"])

    assert "Success" not in listed | made | deleted


async def test_a_verification_status_has_no_field_success(call: Call) -> None:
    _, answer = await call("GetPhoneNumberVerificationStatus", CustSpaceId="cams-demo1", PhoneNumber=PHONE)

    assert set(answer) == {"AccessDeniedDetail", "Code", "Data", "Message", "RequestId"}


async def test_a_deletion_has_no_data(call: Call) -> None:
    _, answer = await call("DeletePhoneMessageQrdl", PhoneNumber=PHONE, QrdlCode="HARBOUR0COFFEE")

    assert answer["Code"] == "OK"
    assert set(answer) == {"AccessDeniedDetail", "Code", "Message", "RequestId"}


async def test_a_list_of_spaces_has_its_total_beside_the_data(call: Call) -> None:
    _, answer = await call("ListInstance", PageIndex="1", PageSize="2")

    assert set(answer) == {"AccessDeniedDetail", "Code", "Data", "Message", "RequestId", "Success", "TotalCount"}
    assert (len(answer["Data"]), answer["TotalCount"]) == (2, 3)


async def test_phone_numbers_take_the_place_of_the_data(call: Call) -> None:
    _, answer = await call("QueryChatappPhoneNumbers", CustSpaceId="cams-demo1")

    assert set(answer) == {"AccessDeniedDetail", "Code", "Message", "PhoneNumbers", "RequestId", "Success"}


async def test_the_code_operation_has_no_data(call: Call) -> None:
    _, answer = await call("GetChatappVerifyCode", **CODE)

    assert "Data" not in answer


async def test_a_request_id_is_an_upper_case_uuid(call: Call) -> None:
    _, answer = await call("QueryChatappBindWaba")

    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", answer["RequestId"])


async def test_any_text_comes_back_as_it_was_sent(call: Call) -> None:
    message = "<b>&amp; + % ~ * 'ñ' 你好 🍰 مرحبا\n"
    _, made = await call("CreatePhoneMessageQrdl", PhoneNumber=PHONE, PrefilledMessage=message, GenerateQrImage="SVG")

    assert made["Data"]["PrefilledMessage"] == message


async def test_a_message_of_ten_thousand_characters_is_refused_by_the_product(call: Call) -> None:
    status, answer = await call(
        "CreatePhoneMessageQrdl", PhoneNumber=PHONE, PrefilledMessage="🍰" * 10_000, GenerateQrImage="PNG"
    )

    assert (status, answer["Code"]) == (200, "InvalidParameter.MessageInvalid")


async def test_the_products_refusal_says_that_it_is_no_success(call: Call) -> None:
    _, answer = await call("GetChatappVerifyCode", **CODE | {"PhoneNumber": "1"})

    assert (answer["Code"], answer["Success"]) == ("InvalidParameter.PhoneNumberError", False)


async def test_the_gateways_refusal_has_the_documented_shape(call: Call) -> None:
    status, answer = await call("ListPhoneMessageQrdl")

    assert (status, answer["Code"]) == (400, "MissingPhoneNumber")
    assert set(answer) == {"Code", "HostId", "Message", "Recommend", "RequestId"}


async def test_a_get_is_answered_too(signer: Signer, send: Call) -> None:
    status, _ = await send(signer.sign("QueryChatappBindWaba", {}, method="GET"), "GET")

    assert status == 200


async def test_an_operation_that_is_not_there_is_not_found(call: Call) -> None:
    status, answer = await call("DeleteEverything")

    assert (status, answer["Code"]) == (404, "InvalidAction.NotFound")


async def test_another_version_is_refused(signer: Signer, send: Call) -> None:
    status, answer = await send(signer.sign("QueryChatappBindWaba", {}, version="2017-05-25"))

    assert (status, answer["Code"]) == (400, "InvalidVersion")


async def test_a_request_sent_twice_is_refused_the_second_time(signer: Signer, send: Call) -> None:
    signed = signer.sign("GetChatappVerifyCode", CODE)
    first, _ = await send(signed)
    second, answer = await send(signed)

    assert (first, second, answer["Code"]) == (200, 400, "SignatureNonceUsed")


async def test_a_stale_date_is_refused(signer: Signer, send: Call) -> None:
    stale = datetime.now(UTC) - timedelta(minutes=16)
    status, answer = await send(signer.sign("QueryChatappBindWaba", {}, date=stale))

    assert (status, answer["Code"]) == (400, "InvalidTimeStamp.Expired")


async def test_an_unknown_key_is_not_found(signer: Signer, send: Call) -> None:
    status, answer = await send(replace(signer, key_id="LTAInobody").sign("QueryChatappBindWaba", {}))

    assert (status, answer["Code"]) == (404, "InvalidAccessKeyId.NotFound")


async def test_a_temporary_key_works_with_its_token(cams: LocalCams, signer: Signer, send: Call) -> None:
    cams.signatures.keys["STS.1"] = AccessKey("STS.1", "secret", "token/+==")
    temporary = Signer("STS.1", "secret", signer.host, "token/+==")
    status, _ = await send(temporary.sign("QueryChatappBindWaba", {}))

    assert status == 200


async def test_an_expired_token_is_refused_until_the_caller_has_another(
    cams: LocalCams, signer: Signer, send: Call
) -> None:
    statuses = []
    for key in (cams.signatures.issue(datetime.now(UTC)), cams.signatures.issue()):
        temporary = Signer(key.id, key.secret, signer.host, key.security_token)
        status, answer = await send(temporary.sign("QueryChatappBindWaba", {}))
        statuses.append((status, answer["Code"]))

    assert statuses == [(400, "InvalidSecurityToken.Expired"), (200, "OK")]


async def test_a_key_revoked_while_it_runs_is_not_found(cams: LocalCams, signer: Signer, call: Call) -> None:
    before, _ = await call("QueryChatappBindWaba")
    cams.signatures.revoke(signer.key_id)
    status, answer = await call("QueryChatappBindWaba")

    assert (before, status, answer["Code"]) == (200, 404, "InvalidAccessKeyId.NotFound")


async def test_the_variables_hold_the_key_that_was_asked_for(cams: LocalCams) -> None:
    issued = cams.signatures.issue()
    environment = cams.environment(issued)

    assert environment["ALIBABA_CLOUD_ACCESS_KEY_ID"] == issued.id
    assert environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] == issued.secret
    assert environment["ALIBABA_CLOUD_SECURITY_TOKEN"] == issued.security_token
    assert "ALIBABA_CLOUD_SECURITY_TOKEN" not in cams.environment()


async def test_bytes_that_are_no_text_are_refused_and_not_a_crash(cams: LocalCams, signer: Signer) -> None:
    signed = signer.sign("QueryChatappBindWaba", {"IsvCode": "x"}, nonce="NONCE")
    lines = [b"POST /?IsvCode=%FF HTTP/1.1", b"content-length: 0", b"connection: close"]
    lines += [f"{name}: {value}".encode().replace(b"NONCE", b"\xff\xfe") for name, value in signed.headers.items()]
    reader, writer = await asyncio.open_connection(*signer.host.split(":"))
    writer.write(b"\r\n".join([*lines, b"", b""]))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b'"SignatureDoesNotMatch"' in answer


@pytest.mark.parametrize(
    ("operation", "calls"),
    [
        ("ListPhoneMessageQrdl", 5),
        ("CreatePhoneMessageQrdl", 5),
        ("DeletePhoneMessageQrdl", 5),
        ("GetChatappVerifyCode", 10),
        ("GetPhoneNumberVerificationStatus", 10),
        ("ListInstance", 10),
        ("QueryChatappBindWaba", 10),
        ("QueryChatappPhoneNumbers", 10),
        ("QueryPhoneBusinessProfile", 10),
        ("UpdateAccountWebhook", 10),
    ],
)
async def test_a_call_over_the_documented_quota_is_throttled(
    cams: LocalCams, call: Call, operation: str, calls: int
) -> None:
    # Used up in a second that has not come yet, so that no slow machine can outlast it.
    ahead = asyncio.get_running_loop().time() + 3600
    within = [cams.quota.admit(operation, ahead) for _ in range(calls)]
    status, answer = await call(operation, PhoneNumber=PHONE)

    assert all(within)
    assert (status, answer["Code"], cams.quota.refused[operation]) == (400, "System.LimitControl", 1)


async def test_the_busiest_second_is_known_by_the_servers_clock(cams: LocalCams, call: Call) -> None:
    for _ in range(3):
        await call("QueryChatappBindWaba")

    assert 1 <= cams.quota.busiest["QueryChatappBindWaba"] <= 3
    assert cams.quota.busiest["ListInstance"] == 0


async def test_a_call_with_a_wrong_signature_costs_no_quota(cams: LocalCams, signer: Signer, send: Call) -> None:
    await send(replace(signer, secret="wrong").sign("QueryChatappBindWaba", {}))

    assert cams.quota.seen["QueryChatappBindWaba"] == 0


async def test_the_log_shows_what_was_called(cams: LocalCams, call: Call) -> None:
    _, answer = await call("ListPhoneMessageQrdl", PhoneNumber=PHONE)
    logged = cams.calls.of("ListPhoneMessageQrdl")[0]

    assert logged.parameters == {"PhoneNumber": PHONE}
    assert (logged.http_status, logged.code, logged.fault) == (200, "OK", "")
    assert logged.request_id == answer["RequestId"]


async def test_a_listener_hears_of_calls_until_it_stops(cams: LocalCams, call: Call) -> None:
    heard: list[CamsCall] = []
    stop = cams.calls.listen(heard.append)
    await call("QueryChatappBindWaba")
    stop()
    await call("QueryChatappBindWaba")

    assert heard == list(cams.calls)[:1]


async def test_the_log_holds_no_secret(
    cams: LocalCams, signer: Signer, send: Call, caplog: pytest.LogCaptureFixture
) -> None:
    cams.signatures.keys["STS.1"] = AccessKey("STS.1", "sts secret", "the token")
    temporary = Signer("STS.1", "sts secret", signer.host, "the token")
    parameters = CODE | {"IsvCode": "isv secret", "VerifyCode": "987654", "SecurityToken": "in the query"}
    signed = [
        temporary.sign("GetChatappVerifyCode", parameters),
        temporary.sign("QueryChatappBindWaba", parameters),
        temporary.sign("ChatappVerifyAndRegister", parameters),
        replace(temporary, secret="wrong").sign("QueryChatappBindWaba", parameters),
    ]
    for request in signed:
        await send(request)
    signatures = [request.headers["Authorization"].rpartition("=")[2] for request in signed]
    kept = repr([asdict(logged) for logged in cams.calls]) + repr(list(cams.calls)) + caplog.text

    assert len(cams.calls) == len(signed)
    secrets = ["sts secret", "the token", "isv secret", "987654", "in the query", cams.world.sent_codes[0].code]
    assert [secret for secret in secrets + signatures if secret in kept] == []


async def test_the_log_is_bounded(cams: LocalCams, signer: Signer, send: Call) -> None:
    wrong = replace(signer, secret="wrong").sign("QueryChatappBindWaba", {})
    await send(wrong)
    logged = next(iter(cams.calls))
    for _ in range(2000):
        cams.calls.add(logged)

    assert len(cams.calls) == 1000


async def test_two_can_run_at_once(cams: LocalCams) -> None:
    async with LocalCams.start() as another:
        assert another.url != cams.url
