"""The world behind the local CAMS: spaces, their WABAs, their phone numbers, what was sent to whom.

State only. What CAMS allows and how it answers is in operations.py; here everything may be changed by hand.
"""

import secrets
import string
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from sandbox.listeners import Listeners

QRDL_ALPHABET = string.ascii_uppercase + string.digits
QRDL_LENGTH = 14
VERIFICATION_CODE_LENGTH = 6
SENT_CODES_KEPT = 200

ListedImages = Literal["omitted", "empty", "sent"]


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

    `status` and `quality` are what QueryChatappPhoneNumbers calls Status and QualityRating: open sets of words.
    """

    digits: str
    profile: BusinessProfile = field(default_factory=BusinessProfile)
    qr_codes: dict[str, QrCode] = field(default_factory=dict)
    status: str = "CONNECTED"
    quality: str = "GREEN"

    def add_qr_code(self, message: str, image: str) -> QrCode:
        """Make a code with a name of its own."""
        code = "".join(secrets.choice(QRDL_ALPHABET) for _ in range(QRDL_LENGTH))
        made = QrCode(code, message, image)
        self.qr_codes[code] = made
        return made


@dataclass
class Space:
    """A customer space: one WABA (or none yet) and its phone numbers."""

    id: str
    name: str
    waba: WabaState | None = None
    numbers: dict[str, PhoneNumber] = field(default_factory=dict)

    def add_number(self, digits: str, profile: BusinessProfile | None = None) -> PhoneNumber:
        """Put a phone number into the space."""
        self.numbers[digits] = PhoneNumber(digits, profile or BusinessProfile())
        return self.numbers[digits]


@dataclass(frozen=True)
class SentCode:
    """A verification code on its way to a telephone. The code is shown on that telephone alone."""

    at: datetime
    phone_number: str
    method: str
    locale: str
    code: str = field(repr=False)


class World:
    """Everything that the local CAMS knows.

    `default_space_id` is the account's own space, for calls that name none. `listed_images` says what
    ListPhoneMessageQrdl does with QrImageUrl: Meta's own list leaves it out, and a client must live with that.
    """

    def __init__(self, default_space_id: str = "", listed_images: ListedImages = "omitted") -> None:
        """Begin with nothing."""
        self.default_space_id = default_space_id
        self.listed_images: ListedImages = listed_images
        self.spaces: dict[str, Space] = {}
        # In memory only, and not for ever: as much as a telephone's screen would show.
        self.sent_codes: deque[SentCode] = deque(maxlen=SENT_CODES_KEPT)
        self._listeners: Listeners[None] = Listeners()

    def listen(self, listener: Callable[[None], None]) -> Callable[[], None]:
        """Tell `listener` whenever a method of this class has changed something; the function returned ends that."""
        return self._listeners.add(listener)

    def add_space(self, space_id: str, name: str, waba: WabaState | None = None) -> Space:
        """Open a customer space."""
        self.spaces[space_id] = Space(space_id, name, waba)
        self._listeners.tell(None)
        return self.spaces[space_id]

    def review(self, space_id: str, status: str) -> None:
        """Change where the space's WABA stands in review.

        `status` is any string: PENDING, APPROVED, REJECTED and DISABLED are documented, others were seen.

        Raises:
            KeyError: there is no such space, or it has no WABA.
        """
        waba = self.spaces[space_id].waba
        if waba is None:
            raise KeyError(f"{space_id} has no WABA")
        waba.account_review_status = status
        self._listeners.tell(None)

    def change_number(self, space_id: str, digits: str, *, status: str = "", quality: str = "") -> None:
        """Change how a number stands with Meta; what is left empty stays. Raises KeyError."""
        number = self.spaces[space_id].numbers[digits]
        number.status = status or number.status
        number.quality = quality or number.quality
        self._listeners.tell(None)

    def change_profile(self, space_id: str, digits: str, profile: BusinessProfile) -> None:
        """Change what WhatsApp shows about a number. Raises KeyError."""
        self.spaces[space_id].numbers[digits].profile = profile
        self._listeners.tell(None)

    def add_qr_code(self, number: PhoneNumber, message: str, image: str) -> QrCode:
        """Make a code for a number of this world."""
        made = number.add_qr_code(message, image)
        self._listeners.tell(None)
        return made

    def send_code(self, phone_number: str, method: str, locale: str, now: datetime) -> SentCode:
        """Send a verification code to a telephone."""
        code = "".join(secrets.choice(string.digits) for _ in range(VERIFICATION_CODE_LENGTH))
        sent = SentCode(now, phone_number, method, locale, code)
        self.sent_codes.append(sent)
        self._listeners.tell(None)
        return sent

    @classmethod
    def small(cls) -> Self:
        """Make a world to show and to test with: three spaces, six numbers, one awkward QR code."""
        world = cls(default_space_id="cams-demo1")
        _harbour_coffee(world)
        _northern_lights(world)
        world.add_space("cams-demo3", "Closed for now", WabaState("105500000000003", "Mira & Söhne <GmbH>"))
        world.review("cams-demo3", "DISABLED")
        world.spaces["cams-demo3"].add_number("4915123456789")
        return world


def _harbour_coffee(world: World) -> None:
    waba = WabaState(
        id="105500000000001",
        name="Harbour Coffee",
        account_review_status="APPROVED",
        message_template_namespace="93e6b26e_8a67_4163_a093_ebfe645a66b0",
        business_id="192939880000001",
        business_name="Harbour Coffee Trading Ltd.",
        primary_business_location="CN",
        marketing_message_lite_status="Y",
        auth_international_rate_eligibility={"start_time": 1721952000, "exception_countries": []},
    )
    space = world.add_space("cams-demo1", "Harbour Coffee", waba)
    profile = BusinessProfile(
        about="Coffee by the water ☕",
        address="1 Pier Road, Qingdao",
        description="Roasted on Monday, in your cup on Tuesday.",
        email="hello@harbour-coffee.example",
        profile_picture_url="https://images.cams.invalid/profile/harbour-coffee.png",
        vertical="RESTAURANT",
        websites=["https://harbour-coffee.example/", "https://shop.harbour-coffee.example/?a=1&b=2"],
    )
    number = space.add_number("8613800001234", profile)
    # Markup, an ampersand, an emoji and a right-to-left script: what a client must show as text.
    tricky = QrCode("HARBOUR0COFFEE", "<b>2 for 1</b> & *free* cake 🍰 مرحبا", "PNG")
    number.qr_codes[tricky.code] = tricky
    space.add_number("6591234567", BusinessProfile(about="Singapore counter", vertical="RESTAURANT"))
    space.add_number("12015550123")


def _northern_lights(world: World) -> None:
    waba = WabaState(
        id="105500000000002",
        name="Northern Lights Travel",
        currency="EUR",
        business_id="192939880000002",
        business_name="Northern Lights Travel Oy",
        primary_business_location="FI",
        is_on_biz_app="Y",
    )
    space = world.add_space("cams-demo2", "Northern Lights", waba)
    profile = BusinessProfile(about="Tours to the far north", vertical="TRAVEL", email="tours@northern.example")
    space.add_number("358412345678", profile)
    space.add_number("447400123456")
