"""A CAMS whose codes are made and deleted, in weather that a test sets; and rows of the journal."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.cams.errors import CamsRefusedError, CamsUnknownOutcomeError
from bot.cams.models import QrCode
from bot.journal import CREATE, DELETE, GRACE, VERIFY
from bot.store import JournalEntry, Wanted
from tests.fixtures.clock import NOON
from tests.unit.fakes import FakeCams, entry_of

LIST = "ListPhoneMessageQrdl"
STATUS = "GetPhoneNumberVerificationStatus"
NUMBER = "6591234567"
WANTED = Wanted(
    operation=CREATE, phone_number=NUMBER, space_id="cams-1", content="Hello", user_id="U1", channel_id="C1"
)
Weather = Callable[[], Awaitable[None]]


def qr(code: str, message: str = "Hello", number: str = NUMBER) -> QrCode:
    return QrCode(code, f"https://wa.me/message/{code}", message, number, "", "PNG")


def unsettled(**changes: Any) -> JournalEntry:
    """Return a row whose outcome is not known, and whose time to be sent again has come."""
    old = NOON - GRACE
    return entry_of(WANTED, **{"state": "unknown", "begun_at": old, "sent_at": old, **changes})


def lost(operation: str) -> CamsUnknownOutcomeError:
    return CamsUnknownOutcomeError(operation, "no answer in time")


def refused(operation: str, code: str = "No.Such") -> CamsRefusedError:
    return CamsRefusedError(operation, "no", code=code, request_id="R-1", http_status=400)


def raising(error: Exception) -> Weather:
    async def fail() -> None:
        raise error

    return fail


class WritesCams(FakeCams):
    """What an operation meets `before` and `after` its work may wait or raise. `sent` has the operations in order."""

    def __init__(self, *codes: QrCode) -> None:
        super().__init__(codes=codes)
        self.before: dict[str, Weather] = {}
        self.after: dict[str, Weather] = {}
        self.sent: list[str] = []

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self._codes]

    async def list_qr_codes(self, phone_number: str, _space_id: str = "") -> list[QrCode]:
        await self._meet(LIST, self.before)
        found = [one for one in self._codes if one.phone_number == phone_number]
        await self._meet(LIST, self.after)
        return found

    async def create_qr_code(self, phone_number: str, message: str, _space_id: str = "") -> QrCode:
        await self._meet(CREATE, self.before)
        made = qr(f"MADE{len(self._codes)}", message, phone_number)
        self._codes.append(made)
        await self._meet(CREATE, self.after)
        return made

    async def delete_qr_code(self, _phone_number: str, code: str, _space_id: str = "") -> None:
        await self._meet(DELETE, self.before)
        self._codes = [one for one in self._codes if one.code != code]
        await self._meet(DELETE, self.after)

    async def send_verification_code(self, phone_number: str, space_id: str, method: str, locale: str) -> None:
        await self._meet(VERIFY, self.before)

    async def get_verification_status(self, _phone_number: str, _space_id: str) -> str:
        await self._meet(STATUS, self.before)
        return "NOT_VERIFIED"

    async def _meet(self, operation: str, weather: dict[str, Weather]) -> None:
        if weather is self.before:
            self.sent.append(operation)
        # Others get their turn in between, as they do on a network.
        await asyncio.sleep(0)
        if operation in weather:
            await weather[operation]()
