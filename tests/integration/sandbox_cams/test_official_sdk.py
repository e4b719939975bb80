from typing import Any
from urllib.parse import urlsplit

import pytest
from alibabacloud_cams20200606 import models
from alibabacloud_cams20200606.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

from sandbox.cams import Fault, LocalCams

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
