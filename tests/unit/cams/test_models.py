from typing import Any

import pytest

from bot.cams.errors import CamsUnknownOutcomeError
from bot.cams.models import Profile, QrCode, Waba
from bot.cams.values import LOCALES, VERTICALS

# The examples of the documentation's pages.
QR = {
    "QrImageUrl": "https://img.png",
    "PhoneNumber": "8613800",
    "QrdlCode": "IUIED999",
    "DeepLinkUrl": "https://wa.msg/",
    "GenerateQrImage": "PNG",
    "PrefilledMessage": " Hello ",
}
WABA = {
    "AuthInternationalRateEligibility": {"test": "test", "test2": 1},
    "MarketingMessageLiteStatus": "Y",
    "BusinessName": "Alibaba",
    "Currency": "USD",
    "Id": "20393988393993",
    "AccountReviewStatus": "APPROVED",
    "MessageTemplateNamespace": "93e6b26e_8a67",
    "BusinessId": "19293988",
    "Name": "Alibaba",
    "PrimaryBusinessLocation": '"start_time":1721952000',
    "IsOnBizApp": "N",
}
PROFILE = {
    "Vertical": "RETAIL\n",
    "Description": "Description\n",
    "Email": "aa@aliyun.com",
    "Address": "Changsha\n",
    "ProfilePictureUrl": "https://....img",
    "Websites": ["https://alibaba.com"],
    "About": "business profile",
}
WRONG: list[Any] = [None, "", "  ", 5, True, [], {}, ["x"], "half \ufffd"]


def test_a_qr_code_is_read() -> None:
    code = QrCode.from_wire(QR)

    assert code == QrCode("IUIED999", "https://wa.msg/", " Hello ", "8613800", "https://img.png", "PNG")


def test_a_list_of_qr_codes_keeps_its_order() -> None:
    codes = QrCode.list_from_wire([QR, QR | {"QrdlCode": "B"}])

    assert [code.code for code in codes] == ["IUIED999", "B"]


def test_a_waba_is_read() -> None:
    waba = Waba.from_wire(WABA)

    assert waba == Waba(
        id="20393988393993",
        name="Alibaba",
        review_status="APPROVED",
        currency="USD",
        template_namespace="93e6b26e_8a67",
        business_id="19293988",
        business_name="Alibaba",
        primary_business_location='"start_time":1721952000',
        on_business_app="N",
        marketing_lite_status="Y",
        international_rates={"test": "test", "test2": 1},
    )


def test_a_profile_is_read() -> None:
    assert Profile.from_wire(PROFILE) == Profile(
        about="business profile",
        address="Changsha",
        description="Description",
        email="aa@aliyun.com",
        picture_url="https://....img",
        vertical="RETAIL",
        websites=("https://alibaba.com",),
    )


def test_a_status_that_nobody_knew_is_kept() -> None:
    assert Waba.from_wire(WABA | {"AccountReviewStatus": "DEFERRED"}).review_status == "DEFERRED"


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("field", ["Id", "AccountReviewStatus"])
def test_a_waba_without_an_id_or_a_status_is_no_answer(field: str, wrong: Any) -> None:
    with pytest.raises(CamsUnknownOutcomeError, match=field):
        Waba.from_wire(WABA | {field: wrong})


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("field", ["QrdlCode", "DeepLinkUrl"])
def test_a_qr_code_without_a_code_or_a_link_is_no_answer(field: str, wrong: Any) -> None:
    with pytest.raises(CamsUnknownOutcomeError, match=field):
        QrCode.from_wire(QR | {field: wrong})


@pytest.mark.parametrize("wrong", [None, "OK", 5, True, [WABA]])
@pytest.mark.parametrize("model", [QrCode, Waba, Profile])
def test_data_that_is_no_object_is_no_answer(model: type[QrCode | Waba | Profile], wrong: Any) -> None:
    with pytest.raises(CamsUnknownOutcomeError, match="Data"):
        model.from_wire(wrong)


@pytest.mark.parametrize("wrong", [None, {}, QR, "[]", [None], [QR, 5], [QR, QR | {"DeepLinkUrl": ""}]])
def test_one_bad_element_spoils_a_list(wrong: Any) -> None:
    with pytest.raises(CamsUnknownOutcomeError):
        QrCode.list_from_wire(wrong)


@pytest.mark.parametrize("absent", [None, 5, [], {}])
def test_a_text_that_is_only_shown_is_empty_where_it_is_none(absent: Any) -> None:
    profile = Profile.from_wire({"About": absent, "Websites": ["https://a/", absent]})

    assert profile == Profile("", "", "", "", "", "", ("https://a/",))


@pytest.mark.parametrize("wrong", [None, "https://a/", 5, {}])
def test_websites_that_are_no_list_are_none(wrong: Any) -> None:
    assert Profile.from_wire({"Websites": wrong}).websites == ()


@pytest.mark.parametrize("wrong", [None, "x", 5, []])
def test_rates_that_are_no_object_are_none(wrong: Any) -> None:
    assert Waba.from_wire(WABA | {"AuthInternationalRateEligibility": wrong}).international_rates == {}


@pytest.mark.parametrize("model", [QrCode, Waba])
def test_the_errors_of_a_model_keep_what_it_read_to_themselves(model: type[QrCode | Waba]) -> None:
    with pytest.raises(CamsUnknownOutcomeError) as caught:
        model.from_wire({"PhoneNumber": "8613800001234", "Name": "Acme"})

    assert "1234" not in str(caught.value)
    assert "Acme" not in str(caught.value)


def test_the_languages_stand_in_the_documented_order() -> None:
    assert (len(LOCALES), list(LOCALES)[:3], list(LOCALES)[-1], LOCALES["pt_BR"]) == (
        68,
        ["af", "sq", "ar"],
        "zu",
        "Portuguese (Brazil)",
    )


def test_an_industry_has_words() -> None:
    assert VERTICALS["PROF_SERVICES"] == "Professional services"
