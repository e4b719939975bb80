from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from alibabacloud_cams20200606 import models
from alibabacloud_cams20200606.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

from sandbox.cams import Fault, LocalCams, Webhook, World

PHONE = "8613800001234"
PLACE = {"cust_space_id": "cams-demo1", "phone_number": PHONE}


def client(cams: LocalCams, **changes: Any) -> Client:
    environment = cams.environment()
    settings = {
        "access_key_id": environment["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "access_key_secret": environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        "endpoint": urlsplit(environment["CAMS_ENDPOINT"]).netloc,
        "protocol": "http",
        "region_id": "ap-southeast-1",
    }
    return Client(Config(**settings | changes))


async def test_the_sdk_lists_qr_codes(cams: LocalCams) -> None:
    answer = await client(cams).list_phone_message_qrdl_async(models.ListPhoneMessageQrdlRequest(**PLACE))

    assert answer.body.code == "OK"
    assert [code.qrdl_code for code in answer.body.data] == ["HARBOUR0COFFEE"]
    assert "🍰 مرحبا" in answer.body.data[0].prefilled_message


async def test_the_sdk_makes_a_qr_code(cams: LocalCams) -> None:
    wanted = models.CreatePhoneMessageQrdlRequest(
        **PLACE, prefilled_message="a b+c *~/&=% 你好 🍰", generate_qr_image="PNG"
    )
    answer = await client(cams).create_phone_message_qrdl_async(wanted)
    code = cams.world.spaces["cams-demo1"].numbers[PHONE].qr_codes[answer.body.data.qrdl_code]

    assert code.message == wanted.prefilled_message
    assert answer.body.data.deep_link_url == code.deep_link_url


async def test_the_sdk_has_a_verification_code_sent(cams: LocalCams) -> None:
    wanted = models.GetChatappVerifyCodeRequest(**PLACE, method="sms", locale="en")
    answer = await client(cams).get_chatapp_verify_code_async(wanted)

    assert answer.body.success
    assert [sent.phone_number for sent in cams.world.sent_codes] == [PHONE]


async def test_the_sdk_reads_every_field_of_a_waba(cams: LocalCams) -> None:
    wanted = models.QueryChatappBindWabaRequest(cust_space_id="cams-demo1")
    answer = await client(cams).query_chatapp_bind_waba_async(wanted)
    waba = cams.world.spaces["cams-demo1"].waba

    assert waba is not None
    assert answer.body.data.account_review_status == "APPROVED"
    assert vars(answer.body.data) == vars(waba)


async def test_the_sdk_reads_every_field_of_a_profile(cams: LocalCams) -> None:
    wanted = models.QueryPhoneBusinessProfileRequest(**PLACE)
    answer = await client(cams).query_phone_business_profile_async(wanted)

    assert vars(answer.body.data) == vars(cams.world.spaces["cams-demo1"].numbers[PHONE].profile)


async def test_the_sdk_deletes_a_qr_code(cams: LocalCams) -> None:
    wanted = models.DeletePhoneMessageQrdlRequest(**PLACE, qrdl_code="HARBOUR0COFFEE")
    answer = await client(cams).delete_phone_message_qrdl_async(wanted)

    assert answer.body.code == "OK"
    assert cams.world.spaces["cams-demo1"].numbers[PHONE].qr_codes == {}


async def test_the_sdk_reads_that_there_is_no_such_code_to_delete(cams: LocalCams) -> None:
    wanted = models.DeletePhoneMessageQrdlRequest(**PLACE, qrdl_code="NOBODY00000000")
    answer = await client(cams).delete_phone_message_qrdl_async(wanted)

    assert answer.body.code == "InvalidParameter.QrdlCodeError"


async def test_the_sdk_reads_every_field_of_a_page_of_spaces(cams: LocalCams) -> None:
    wanted = models.ListInstanceRequest(page_index=2, page_size=1, channel_type="whatsapp")
    answer = await client(cams).list_instance_async(wanted)
    [space] = answer.body.data

    assert (answer.body.code, answer.body.success, answer.body.total_count) == ("OK", True, 3)
    assert (space.cust_space_id, space.instance_name, space.state) == ("cams-demo2", "Northern Lights", "NORMAL")
    assert None not in vars(space).values()


async def test_the_sdk_goes_through_all_pages_of_a_large_account() -> None:
    async with LocalCams.start(world=World.many(250)) as cams:
        pages = [
            (await client(cams).list_instance_async(models.ListInstanceRequest(page_index=page, page_size=100))).body
            for page in (1, 2, 3)
        ]

    assert [space.cust_space_id for page in pages for space in page.data] == list(cams.world.spaces)
    assert {page.total_count for page in pages} == {250}


async def test_the_sdk_reads_every_field_of_a_phone_number(cams: LocalCams) -> None:
    cams.world.change_number("cams-demo1", "6591234567", status="FLAGGED", quality="YELLOW")
    wanted = models.QueryChatappPhoneNumbersRequest(cust_space_id="cams-demo1", status="FLAGGED")
    answer = await client(cams).query_chatapp_phone_numbers_async(wanted)
    [number] = answer.body.phone_numbers

    assert (answer.body.code, answer.body.success, answer.body.data) == ("OK", True, None)
    assert (number.phone_number, number.quality_rating, number.verified_name) == (
        "6591234567",
        "YELLOW",
        "Harbour Coffee",
    )
    assert [name for name, value in vars(number).items() if value is None] == ["calling_configure"]


async def test_the_sdk_reads_a_verification_status(cams: LocalCams) -> None:
    wanted = models.GetPhoneNumberVerificationStatusRequest(cust_space_id="cams-demo1", phone_number="12015550123")
    answer = await client(cams).get_phone_number_verification_status_async(wanted)

    assert (answer.body.code, answer.body.data.phone_number) == ("OK", "12015550123")
    assert (answer.body.data.code_verification_status, answer.body.data.id) == ("NOT_VERIFIED", "106012015550123")


async def test_the_sdk_sets_the_address_for_callbacks(cams: LocalCams) -> None:
    wanted = models.UpdateAccountWebhookRequest(
        cust_space_id="cams-demo1",
        status_callback_url="https://bot.example/cams?a=1&b=2",
        http_flag="Y",
        queue_flag="N",
    )
    answer = await client(cams).update_account_webhook_async(wanted)

    assert answer.body.code == "OK"
    assert cams.world.webhook("cams-demo1") == Webhook("https://bot.example/cams?a=1&b=2", http=True, queue=False)
    assert "bot.example" not in repr([*cams.calls]), "it may hold a secret"


async def test_the_sdk_with_an_expired_token_is_refused(cams: LocalCams) -> None:
    key = cams.signatures.issue(datetime.now(UTC))
    temporary = client(cams, access_key_id=key.id, access_key_secret=key.secret, security_token=key.security_token)
    with pytest.raises(ClientException) as refused:
        await temporary.query_chatapp_bind_waba_async(models.QueryChatappBindWabaRequest())

    assert (refused.value.status_code, refused.value.code) == (400, "InvalidSecurityToken.Expired")


async def test_the_sdk_with_a_wrong_secret_is_refused(cams: LocalCams) -> None:
    stranger = client(cams, access_key_secret="wrong")
    with pytest.raises(ClientException) as refused:
        await stranger.query_chatapp_bind_waba_async(models.QueryChatappBindWabaRequest())

    assert (refused.value.status_code, refused.value.code) == (400, "SignatureDoesNotMatch")


async def test_the_sdk_reads_the_gateways_refusal(cams: LocalCams) -> None:
    cams.faults.add(Fault("refusal", code="Ram.PermissionDeny"))
    with pytest.raises(ClientException) as refused:
        await client(cams).query_chatapp_bind_waba_async(models.QueryChatappBindWabaRequest())

    assert (refused.value.status_code, refused.value.code) == (400, "Ram.PermissionDeny")


async def test_the_sdk_reads_the_products_refusal(cams: LocalCams) -> None:
    wanted = models.QueryPhoneBusinessProfileRequest(cust_space_id="cams-demo1", phone_number="1")
    answer = await client(cams).query_phone_business_profile_async(wanted)

    assert (answer.body.code, answer.body.success) == ("InvalidParameter.PhoneNumberError", False)
