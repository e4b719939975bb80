"""What CAMS tells us, read strictly where a mistake would cost something.

A field that others act on (an ID, a status, a code, a link) is a text or the answer is no answer; one that is
only shown is empty where it is missing, null or no text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.cams.errors import CamsUnknownOutcomeError


@dataclass(frozen=True, slots=True)
class QrCode:
    """A message QR code ("Qrdl"): who scans its link writes to the number, with the message filled in."""

    code: str
    link: str
    message: str
    phone_number: str
    image_url: str
    image_format: str

    @classmethod
    def from_wire(cls, data: object) -> Self:
        """Read ``Data`` of CreatePhoneMessageQrdl, or one of ListPhoneMessageQrdl.

        Raises CamsUnknownOutcomeError without a code or a link.
        """
        fields = _object(data)
        return cls(
            code=_needed(fields, "QrdlCode"),
            link=_needed(fields, "DeepLinkUrl"),
            # Not stripped: a space before the cursor may be meant.
            message=_raw(fields, "PrefilledMessage"),
            phone_number=_text(fields, "PhoneNumber"),
            image_url=_text(fields, "QrImageUrl"),
            image_format=_text(fields, "GenerateQrImage"),
        )

    @classmethod
    def list_from_wire(cls, data: object) -> list[Self]:
        """Read ``Data`` of ListPhoneMessageQrdl, which has no pages.

        One bad element spoils the list: a list that leaves one out would look complete.
        """
        if not isinstance(data, list):
            raise _unusable("Data is not a list")
        return [cls.from_wire(element) for element in data]


@dataclass(frozen=True, slots=True)
class Waba:
    """The WhatsApp Business Account that is bound to a space (QueryChatappBindWaba)."""

    id: str
    name: str
    # PENDING, APPROVED, REJECTED and DISABLED are documented, DEFERRED and VERIFIED have been seen. Not an
    # enum: what CAMS adds tomorrow must still be compared, stored and shown.
    review_status: str
    currency: str
    template_namespace: str
    business_id: str
    business_name: str
    # Opaque: the documentation's own example is a start time.
    primary_business_location: str
    on_business_app: str
    marketing_lite_status: str
    international_rates: Mapping[str, Any]

    @classmethod
    def from_wire(cls, data: object) -> Self:
        """Read ``Data`` of QueryChatappBindWaba. Raises CamsUnknownOutcomeError without an ID or a status."""
        fields = _object(data)
        rates = fields.get("AuthInternationalRateEligibility")
        return cls(
            id=_needed(fields, "Id"),
            name=_text(fields, "Name"),
            review_status=_needed(fields, "AccountReviewStatus"),
            currency=_text(fields, "Currency"),
            template_namespace=_text(fields, "MessageTemplateNamespace"),
            business_id=_text(fields, "BusinessId"),
            business_name=_text(fields, "BusinessName"),
            primary_business_location=_text(fields, "PrimaryBusinessLocation"),
            on_business_app=_text(fields, "IsOnBizApp"),
            marketing_lite_status=_text(fields, "MarketingMessageLiteStatus"),
            international_rates=rates if isinstance(rates, dict) else {},
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """The business profile of a number (QueryPhoneBusinessProfile). ``vertical`` is one of VERTICALS, or newer."""

    about: str
    address: str
    description: str
    email: str
    picture_url: str
    vertical: str
    websites: tuple[str, ...]

    @classmethod
    def from_wire(cls, data: object) -> Self:
        """Read ``Data`` of QueryPhoneBusinessProfile. Raises CamsUnknownOutcomeError where it is no object."""
        fields = _object(data)
        websites = fields.get("Websites")
        return cls(
            about=_text(fields, "About"),
            address=_text(fields, "Address"),
            description=_text(fields, "Description"),
            email=_text(fields, "Email"),
            picture_url=_text(fields, "ProfilePictureUrl"),
            vertical=_text(fields, "Vertical"),
            websites=tuple(site for site in websites if isinstance(site, str)) if isinstance(websites, list) else (),
        )


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number of a space (QueryChatappPhoneNumbers). Its states are open sets, shown as they come."""

    phone_number: str
    verified_name: str
    status: str
    quality: str
    verification: str

    @classmethod
    def list_from_wire(cls, data: object) -> list[Self]:
        """Read ``PhoneNumbers``, which a space without numbers leaves out.

        Raises CamsUnknownOutcomeError where it is no list, or where one of it has no number.
        """
        return [cls._from_wire(_object(element)) for element in _list(data, "PhoneNumbers")]

    @classmethod
    def _from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            phone_number=_needed(fields, "PhoneNumber"),
            verified_name=_text(fields, "VerifiedName"),
            status=_text(fields, "Status"),
            quality=_text(fields, "QualityRating"),
            verification=_text(fields, "CodeVerificationStatus"),
        )


@dataclass(frozen=True, slots=True)
class SpaceListing:
    """A space as ListInstance names it. ``state`` is opaque: no page lists its values."""

    space_id: str
    name: str
    state: str
    channel_type: str

    @classmethod
    def list_from_wire(cls, data: object) -> list[Self]:
        """Read ``Data`` of ListInstance; an instance that has no space yet is left out.

        Raises CamsUnknownOutcomeError where it is no list of objects.
        """
        found = (_object(element) for element in _list(data, "Data"))
        return [cls._from_wire(fields) for fields in found if _text(fields, "CustSpaceId")]

    @classmethod
    def _from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            space_id=_needed(fields, "CustSpaceId"),
            name=_text(fields, "InstanceName"),
            state=_text(fields, "State"),
            channel_type=_text(fields, "ChannelType"),
        )


@dataclass(frozen=True, slots=True)
class SpacePage:
    """One page of ListInstance. ``listed`` counts what stood on it, spaces or not; ``total`` what there is in all."""

    spaces: tuple[SpaceListing, ...]
    listed: int
    total: int

    @classmethod
    def from_wire(cls, answer: Mapping[str, Any]) -> Self:
        """Read a whole answer of ListInstance. Raises CamsUnknownOutcomeError without a list or a total."""
        data, total = answer.get("Data"), answer.get("TotalCount")
        if isinstance(total, bool) or not isinstance(total, int) or total < 0:
            raise _unusable("TotalCount is not a number")
        return cls(tuple(SpaceListing.list_from_wire(data)), len(_list(data, "Data")), total)


def verification_from_wire(data: object) -> str:
    """Read ``Data`` of GetPhoneNumberVerificationStatus: VERIFIED, or another word. Raises CamsUnknownOutcomeError."""
    return _needed(_object(data), "CodeVerificationStatus")


def _list(data: object, name: str) -> list[object]:
    if data is None:
        return []
    if not isinstance(data, list):
        raise _unusable(f"{name} is not a list")
    return data


def _object(data: object) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _unusable("Data is not an object")
    return data


def _needed(fields: Mapping[str, Any], name: str) -> str:
    value = _text(fields, name)
    # U+FFFD stands where half a character was: such a link would not scan, such an ID would find nothing.
    if not value or "\ufffd" in value:
        raise _unusable(f"{name} is missing or not a text")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _raw(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _unusable(what: str) -> CamsUnknownOutcomeError:
    return CamsUnknownOutcomeError("CAMS", f"CAMS's answer cannot be used: {what}")
