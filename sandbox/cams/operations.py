"""The five operations: what each asks for, allows, changes in the world, and returns as Data.

Names, types and which parameters are required: the official SDK's models and the pages under
https://www.alibabacloud.com/help/en/chatapp/developer-reference/. Codes marked "inferred" are documented names
put to a use that no document describes, because none describes that case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.cams.errors import RefusalError, missing, product
from sandbox.cams.world import PhoneNumber, QrCode, Space, World

Parameters = Mapping[str, str]

# Meta's limits, which CAMS passes on; in code points, since no document names the unit:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/qr-codes
MESSAGE_LIMIT = 140
QR_CODES_PER_NUMBER = 2000

IMAGES = ("PNG", "SVG")
METHODS = ("sms", "voice")
# https://help.aliyun.com/document_detail/463420.html
LOCALES = frozenset(
    """
    af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr de el gu ha he hi hu id ga it ja
    kn kk ko lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te th tr uk
    ur uz vi zu
    """.split()  # noqa: SIM905 - seventy pairs of quotes would hide the words
)


@dataclass(frozen=True)
class Operation:
    """One operation: its parameters, its documented quota, and the work.

    `says_success` is whether the answer has the field Success. `run` returns what becomes Data; None leaves
    Data out.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    calls_per_second: int
    says_success: bool
    run: Callable[[World, Parameters, datetime], object]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter it knows."""
        return self.required + self.optional

    def work(self, world: World, parameters: Parameters, now: datetime) -> object:
        """Check that what is required is there, then do it.

        Raises:
            RefusalError: the call is not allowed; the world has not changed.
        """
        for name in self.required:
            if not parameters.get(name):
                raise missing(name)
        return self.run(world, parameters, now)


def list_qr_codes(world: World, parameters: Parameters, _now: datetime) -> list[dict[str, str]]:
    """ListPhoneMessageQrdl: every code of a number, on one page."""
    number = _number(world, parameters)
    return [_listed(number, code, world) for code in number.qr_codes.values()]


def create_qr_code(world: World, parameters: Parameters, _now: datetime) -> dict[str, str]:
    """CreatePhoneMessageQrdl: a new code for a number."""
    number = _number(world, parameters)
    image, message = parameters["GenerateQrImage"], parameters["PrefilledMessage"]
    if image not in IMAGES:
        raise _invalid("GenerateQrImage", image)
    if len(message) > MESSAGE_LIMIT:
        # Inferred.
        raise product("InvalidParameter.MessageInvalid", f"PrefilledMessage exceeds {MESSAGE_LIMIT} characters.")
    if len(number.qr_codes) >= QR_CODES_PER_NUMBER:
        # Inferred.
        raise product("InvalidParameter.CreateError", f"A number can have {QR_CODES_PER_NUMBER} QR codes.")
    return _qr_code(number, world.add_qr_code(number, message, image))


def send_verification_code(world: World, parameters: Parameters, now: datetime) -> None:
    """GetChatappVerifyCode: a code by text message or call, to the telephone itself."""
    number = _number(world, parameters)
    method, locale = parameters["Method"], parameters["Locale"]
    if method not in METHODS:
        raise _invalid("Method", method)
    if locale not in LOCALES:
        # Inferred.
        raise product("InvalidParameter.LanguageNotSupport", f"Locale {locale} is not supported.")
    world.send_code(number.digits, method, locale, now)


def describe_waba(world: World, parameters: Parameters, _now: datetime) -> dict[str, Any]:
    """QueryChatappBindWaba: the WABA that is bound to a space."""
    waba = _space(world, parameters).waba
    if waba is None:
        raise RefusalError("Unknown.ResourceOwnerId")
    return {
        "AccountReviewStatus": waba.account_review_status,
        "AuthInternationalRateEligibility": waba.auth_international_rate_eligibility,
        "BusinessId": waba.business_id,
        "BusinessName": waba.business_name,
        "Currency": waba.currency,
        "Id": waba.id,
        "IsOnBizApp": waba.is_on_biz_app,
        "MarketingMessageLiteStatus": waba.marketing_message_lite_status,
        "MessageTemplateNamespace": waba.message_template_namespace,
        "Name": waba.name,
        "PrimaryBusinessLocation": waba.primary_business_location,
    }


def describe_profile(world: World, parameters: Parameters, _now: datetime) -> dict[str, Any]:
    """QueryPhoneBusinessProfile: what WhatsApp shows about a number."""
    profile = _number(world, parameters).profile
    return {
        "About": profile.about,
        "Address": profile.address,
        "Description": profile.description,
        "Email": profile.email,
        "ProfilePictureUrl": profile.profile_picture_url,
        "Vertical": profile.vertical,
        "Websites": profile.websites,
    }


def _space(world: World, parameters: Parameters) -> Space:
    space = world.spaces.get(parameters.get("CustSpaceId") or world.default_space_id)
    if space is None:
        # Inferred: the documented message fits, "The resource does not belong to the current user."
        raise RefusalError("Unknown.ResourceOwnerId")
    return space


def _number(world: World, parameters: Parameters) -> PhoneNumber:
    number = _space(world, parameters).numbers.get(parameters["PhoneNumber"])
    if number is None:
        # Inferred.
        raise product("InvalidParameter.PhoneNumberError", "The phone number is invalid or not in this space.")
    return number


def _invalid(parameter: str, value: str) -> RefusalError:
    # Inferred, in the gateway's general form Invalid{ParameterName}.
    return RefusalError(f"Invalid{parameter}", f"Specified parameter {parameter} value {value} is not valid.")


def _qr_code(number: PhoneNumber, code: QrCode) -> dict[str, str]:
    return {
        "DeepLinkUrl": code.deep_link_url,
        "GenerateQrImage": code.image,
        "PhoneNumber": number.digits,
        "PrefilledMessage": code.message,
        "QrImageUrl": code.image_url,
        "QrdlCode": code.code,
    }


def _listed(number: PhoneNumber, code: QrCode, world: World) -> dict[str, str]:
    shown = _qr_code(number, code)
    match world.listed_images:
        case "omitted":
            del shown["QrImageUrl"]
        case "empty":
            shown["QrImageUrl"] = ""
        case "sent":
            pass
    return shown


# Documented on each operation's page. The quota page says 50 for CreatePhoneMessageQrdl; the lower one holds.
_QRDL_CALLS = 5
_OTHER_CALLS = 10

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("ListPhoneMessageQrdl", ("PhoneNumber",), ("CustSpaceId",), _QRDL_CALLS, False, list_qr_codes),
        Operation(
            "CreatePhoneMessageQrdl",
            ("PhoneNumber", "GenerateQrImage", "PrefilledMessage"),
            ("CustSpaceId",),
            _QRDL_CALLS,
            False,
            create_qr_code,
        ),
        Operation(
            "GetChatappVerifyCode",
            ("CustSpaceId", "PhoneNumber", "Method", "Locale"),
            (),
            _OTHER_CALLS,
            True,
            send_verification_code,
        ),
        Operation("QueryChatappBindWaba", (), ("CustSpaceId", "IsvCode"), _OTHER_CALLS, True, describe_waba),
        Operation(
            "QueryPhoneBusinessProfile",
            ("CustSpaceId", "PhoneNumber"),
            (),
            _OTHER_CALLS,
            True,
            describe_profile,
        ),
    )
}
