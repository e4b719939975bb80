"""What the world is made of: a space, its WABA, its phone numbers, their QR codes, and codes sent to telephones."""

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

QRDL_ALPHABET = string.ascii_uppercase + string.digits
QRDL_LENGTH = 14


@dataclass
class WabaState:
    """A WhatsApp Business Account, each field as QueryChatappBindWaba documents it."""

    id: str
    name: str
    account_review_status: str = "PENDING"
    currency: str = "USD"
    message_template_namespace: str = ""
    business_id: str = ""
    business_name: str = ""
    primary_business_location: str = ""
    is_on_biz_app: str = "N"
    marketing_message_lite_status: str = "N"
    auth_international_rate_eligibility: dict[str, Any] = field(default_factory=dict)


@dataclass
class BusinessProfile:
    """What WhatsApp shows about a number, as QueryPhoneBusinessProfile documents it."""

    about: str = ""
    address: str = ""
    description: str = ""
    email: str = ""
    profile_picture_url: str = ""
    vertical: str = ""
    websites: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class QrCode:
    """A message QR code; `image` is PNG or SVG."""

    code: str
    message: str
    image: str

    @property
    def deep_link_url(self) -> str:
        """The address in the picture, in Meta's form (CAMS's own example is a placeholder)."""
        return f"https://wa.me/message/{self.code}"

    @property
    def image_url(self) -> str:
        """The address of a picture that nobody serves: it stands for one that has expired."""
        return f"https://images.cams.invalid/qrdl/{self.code}.{self.image.lower()}"


@dataclass
class PhoneNumber:
    """A business phone number: digits only, country code first.

    The states are what QueryChatappPhoneNumbers calls Status, QualityRating, CodeVerificationStatus, NameStatus and
    MessagingLimitTier: open sets of words.
    """

    digits: str
    profile: BusinessProfile = field(default_factory=BusinessProfile)
    qr_codes: dict[str, QrCode] = field(default_factory=dict)
    status: str = "CONNECTED"
    quality: str = "GREEN"
    verified_name: str = ""
    code_verification_status: str = "VERIFIED"
    name_status: str = "APPROVED"
    messaging_limit_tier: str = "TIER_1K"

    @property
    def id(self) -> str:
        """The ID of the number, in Meta's form: fifteen digits."""
        return f"106{self.digits[-12:]:0>12}"

    def add_qr_code(self, message: str, image: str) -> QrCode:
        """Make a code with a name of its own."""
        code = "".join(secrets.choice(QRDL_ALPHABET) for _ in range(QRDL_LENGTH))
        made = QrCode(code, message, image)
        self.qr_codes[code] = made
        return made


@dataclass(frozen=True)
class Webhook:
    """Where status reports go, as UpdateAccountWebhook documents it: over HTTP, into a queue, both or neither."""

    url: str = field(default="", repr=False)
    http: bool = False
    queue: bool = False


@dataclass
class Space:
    """A customer space: one WABA (or none yet) and its phone numbers.

    `state` and what follows is what ListInstance tells of it. No document lists the values of State.
    """

    id: str
    name: str
    waba: WabaState | None = None
    numbers: dict[str, PhoneNumber] = field(default_factory=dict)
    state: str = "NORMAL"
    channel_type: str = "whatsapp"
    country_id: str = ""
    contact_mail: str = ""

    @property
    def instance_id(self) -> str:
        """The ID of the instance, which is not that of the space."""
        return f"chatapp-{self.id}"

    def add_number(
        self, digits: str, profile: BusinessProfile | None = None, *, verification: str = "VERIFIED"
    ) -> PhoneNumber:
        """Put a phone number into the space, under the space's name."""
        number = PhoneNumber(
            digits, profile or BusinessProfile(), verified_name=self.name, code_verification_status=verification
        )
        self.numbers[digits] = number
        return number


@dataclass(frozen=True)
class SentCode:
    """A verification code on its way to a telephone. The code is shown on that telephone alone."""

    at: datetime
    phone_number: str
    method: str
    locale: str
    code: str = field(repr=False)
