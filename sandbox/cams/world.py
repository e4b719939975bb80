"""The world behind the local CAMS: spaces, their WABAs, their phone numbers, what was sent to whom.

State only. What CAMS allows and how it answers is in operations/; here everything may be changed by hand.
"""

import secrets
import string
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Literal, Self

from sandbox.cams.records import BusinessProfile, PhoneNumber, QrCode, SentCode, Space, WabaState, Webhook
from sandbox.listeners import Listeners

VERIFICATION_CODE_LENGTH = 6
SENT_CODES_KEPT = 200

ListedImages = Literal["omitted", "empty", "sent"]
WebhookReach = Literal["account", "space"]


class World:
    """Everything that the local CAMS knows.

    `default_space_id` is the account's own space, for calls that name none. `listed_images` says what
    ListPhoneMessageQrdl does with QrImageUrl: Meta's own list leaves it out, and a client must live with that.
    `webhook_reach` says whose reports go to the address of UpdateAccountWebhook, which no document does: those of
    the whole account, or only those of the space that the call names.
    """

    def __init__(self, default_space_id: str = "", listed_images: ListedImages = "omitted") -> None:
        """Begin with nothing."""
        self.default_space_id = default_space_id
        self.listed_images: ListedImages = listed_images
        self.webhook_reach: WebhookReach = "account"
        self.spaces: dict[str, Space] = {}
        # In memory only, and not for ever: as much as a telephone's screen would show.
        self.sent_codes: deque[SentCode] = deque(maxlen=SENT_CODES_KEPT)
        self._webhooks: dict[str, Webhook] = {}
        self._listeners: Listeners[None] = Listeners()
        self._reviews: Listeners[Space] = Listeners()

    def listen(self, listener: Callable[[None], None]) -> Callable[[], None]:
        """Tell `listener` whenever a method of this class has changed something; the function returned ends that."""
        return self._listeners.add(listener)

    def listen_to_reviews(self, listener: Callable[[Space], None]) -> Callable[[], None]:
        """Tell `listener` of each space whose WABA gets another review status; the function returned ends that."""
        return self._reviews.add(listener)

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
        before, waba.account_review_status = waba.account_review_status, status
        self._listeners.tell(None)
        if status != before:
            self._reviews.tell(self.spaces[space_id])

    def webhook(self, space_id: str) -> Webhook:
        """Return where the status reports of a space go."""
        return self._webhooks.get(self._webhook_owner(space_id), Webhook())

    def set_webhook(self, space_id: str, webhook: Webhook) -> None:
        """Change where the status reports of a space go, and with `webhook_reach` "account" those of all."""
        self._webhooks[self._webhook_owner(space_id)] = webhook
        self._listeners.tell(None)

    def _webhook_owner(self, space_id: str) -> str:
        return space_id if self.webhook_reach == "space" else ""

    def change_number(
        self, space_id: str, digits: str, *, status: str = "", quality: str = "", verification: str = "", name: str = ""
    ) -> None:
        """Change how a number stands with Meta; what is left empty stays. Raises KeyError.

        `verification` is NOT_VERIFIED, VERIFIED, EXPIRED or another word; `name` is the verified name.
        """
        number = self.spaces[space_id].numbers[digits]
        number.status = status or number.status
        number.quality = quality or number.quality
        number.code_verification_status = verification or number.code_verification_status
        number.verified_name = name or number.verified_name
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

    def delete_qr_code(self, number: PhoneNumber, code: str) -> None:
        """Take a code away from a number of this world. Raises KeyError."""
        del number.qr_codes[code]
        self._listeners.tell(None)

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
        closed = world.spaces["cams-demo3"]
        closed.country_id = "DE"
        closed.add_number("4915123456789", verification="EXPIRED")
        return world

    @classmethod
    def many(cls, spaces: int) -> Self:
        """Make a world for load: cams-load0001 and on, each with an approved WABA and one number, all different."""
        world = cls(default_space_id="cams-load0001")
        for at in range(1, spaces + 1):
            name = f"Load {at:04}"
            waba = WabaState(f"1066{at:011}", name, account_review_status="APPROVED")
            world.add_space(f"cams-load{at:04}", name, waba).add_number(f"86139{at:08}")
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
    space.country_id, space.contact_mail = "CN", "hello@harbour-coffee.example"
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
    new = space.add_number("12015550123", verification="NOT_VERIFIED")
    new.status, new.quality, new.name_status, new.messaging_limit_tier = "UNVERIFIED", "UNKNOWN", "PENDING", "TIER_250"


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
    space.country_id, space.contact_mail = "FI", "tours@northern.example"
    profile = BusinessProfile(about="Tours to the far north", vertical="TRAVEL", email="tours@northern.example")
    space.add_number("358412345678", profile)
    space.add_number("447400123456")
