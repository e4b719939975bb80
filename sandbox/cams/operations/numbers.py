"""Phone numbers: listed, verified, and what WhatsApp shows about one."""

from datetime import datetime
from typing import Any

from sandbox.cams.errors import product
from sandbox.cams.operations.operation import Parameters, TopLevel, invalid, number_of, space_of
from sandbox.cams.records import PhoneNumber
from sandbox.cams.world import World

METHODS = ("sms", "voice")
# https://help.aliyun.com/document_detail/463420.html
LOCALES = frozenset(
    """
    af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr de el gu ha he hi hu id ga it ja
    kn kk ko lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te th tr uk
    ur uz vi zu
    """.split()  # noqa: SIM905 - seventy pairs of quotes would hide the words
)


def list_numbers(world: World, parameters: Parameters, _now: datetime) -> TopLevel:
    """QueryChatappPhoneNumbers: every number of a space, or those of one Status."""
    numbers = space_of(world, parameters).numbers.values()
    status = parameters.get("Status", "")
    return TopLevel({"PhoneNumbers": [_listed(number) for number in numbers if status in {"", number.status}]})


def send_verification_code(world: World, parameters: Parameters, now: datetime) -> None:
    """GetChatappVerifyCode: a code by text message or call, to the telephone itself."""
    number = number_of(world, parameters)
    method, locale = parameters["Method"], parameters["Locale"]
    if method not in METHODS:
        raise invalid("Method", method)
    if locale not in LOCALES:
        # Inferred.
        raise product("InvalidParameter.LanguageNotSupport", f"Locale {locale} is not supported.")
    world.send_code(number.digits, method, locale, now)


def describe_verification(world: World, parameters: Parameters, _now: datetime) -> dict[str, str]:
    """GetPhoneNumberVerificationStatus: whether the code that was sent to a number has come back."""
    number = number_of(world, parameters)
    return {
        "CodeVerificationStatus": number.code_verification_status,
        "Id": number.id,
        "PhoneNumber": number.digits,
    }


def describe_profile(world: World, parameters: Parameters, _now: datetime) -> dict[str, Any]:
    """QueryPhoneBusinessProfile: what WhatsApp shows about a number."""
    profile = number_of(world, parameters).profile
    return {
        "About": profile.about,
        "Address": profile.address,
        "Description": profile.description,
        "Email": profile.email,
        "ProfilePictureUrl": profile.profile_picture_url,
        "Vertical": profile.vertical,
        "Websites": profile.websites,
    }


def _listed(number: PhoneNumber) -> dict[str, str]:
    return {
        "CodeVerificationStatus": number.code_verification_status,
        "IsOfficial": "N",
        "MessagingLimitTier": number.messaging_limit_tier,
        "NameStatus": number.name_status,
        "NewNameStatus": "",
        "PhoneNumber": number.digits,
        "QualityRating": number.quality,
        "Status": number.status,
        "StatusCallbackUrl": "",
        "StatusQueue": "",
        "UpCallbackUrl": "",
        "UpQueue": "",
        "VerifiedName": number.verified_name,
    }
