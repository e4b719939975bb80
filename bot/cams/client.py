"""The CAMS client: one coroutine an operation, on a session that belongs to somebody else.

get_waba … -> _call -> caller.Caller.call -> models
"""

import copy
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Self, TypeVar

import aiohttp

from bot.cams import wire
from bot.cams.caller import ATTEMPTS, Call, Caller, Limits, ignore, new_nonce
from bot.cams.credentials import CredentialsSource
from bot.cams.errors import CamsError, CamsUnknownOutcomeError
from bot.cams.governor import Standing
from bot.cams.line import Priority
from bot.cams.models import Number, Profile, QrCode, SpacePage, Waba, verification_from_wire
from bot.cams.quota import Quota

__all__ = ["ATTEMPTS", "Call", "CamsClient", "Limits", "Priority", "Standing"]

_Model = TypeVar("_Model")
_Read = Callable[[Mapping[str, Any]], _Model]
_USUAL = Limits()
PAGE_SIZE = 100
"""How many instances list_spaces asks for at once. What CAMS allows at most is not documented."""


class CamsClient:
    """CAMS 2020-06-06 in domain words. Telephone numbers are digits only, country code first.

    Every method raises a CamsError, see bot.cams.errors, within two and a half times the time-out of one attempt.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        endpoint: str,
        credentials: CredentialsSource,
        *,
        clock: Callable[[], datetime],
        nonce: Callable[[], str] = new_nonce,
        observe: Callable[[Call], None] = ignore,
        limits: Limits = _USUAL,
        quota: Quota | None = None,
    ) -> None:
        """Borrow a session that somebody else opens and closes; make the client within the event loop that it serves.

        ``clock`` gives aware times, ``nonce`` never the same text twice, ``observe`` is told of every attempt and
        must not raise, ``limits`` bounds what a call may take, ``quota`` is the account's (else one of this process
        alone). Raises ValueError for an endpoint that is none.
        """
        wire.origin(endpoint)
        self._caller = Caller(
            session,
            endpoint,
            credentials,
            quota or Quota(),
            limits,
            clock=clock,
            nonce=nonce,
            observe=observe,
        )
        self._priority = Priority.PERSON

    def at(self, priority: Priority) -> Self:
        """Return this client for calls of another class."""
        other = copy.copy(self)
        other._priority = priority  # noqa: SLF001 - one of our own kind
        return other

    async def list_qr_codes(self, phone_number: str, space_id: str = "") -> list[QrCode]:
        """Return all QR codes of a number (ListPhoneMessageQrdl). Their ``image_url`` may be empty or expired."""
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id)
        return await self._read("ListPhoneMessageQrdl", params, _data(QrCode.list_from_wire))

    async def create_qr_code(self, phone_number: str, message: str, space_id: str = "") -> QrCode:
        """Make a QR code (CreatePhoneMessageQrdl).

        After CamsUnknownOutcomeError it may exist: list before you repeat.
        """
        params = _given(PhoneNumber=phone_number, PrefilledMessage=message, GenerateQrImage="PNG", CustSpaceId=space_id)
        return await self._write("CreatePhoneMessageQrdl", params, _data(QrCode.from_wire))

    async def delete_qr_code(self, phone_number: str, code: str, space_id: str = "") -> None:
        """Delete a QR code for good (DeletePhoneMessageQrdl): every printed picture of it is dead."""
        params = _given(PhoneNumber=phone_number, QrdlCode=code, CustSpaceId=space_id)
        await self._write("DeletePhoneMessageQrdl", params, _nothing)

    async def send_verification_code(self, phone_number: str, space_id: str, method: str, locale: str) -> None:
        """Have a code sent to a number (GetChatappVerifyCode), by one of VERIFY_METHODS in one of LOCALES.

        A write, in spite of its name: a person gets a message. After CamsUnknownOutcomeError it may have been sent.
        """
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id, Method=method, Locale=locale)
        await self._write("GetChatappVerifyCode", params, _nothing)

    async def get_verification_status(self, phone_number: str, space_id: str) -> str:
        """Return how far a number's verification is (GetPhoneNumberVerificationStatus): VERIFIED, or another word.

        The documents disagree on the other words, so none of them means anything to us.
        """
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id)
        return await self._read("GetPhoneNumberVerificationStatus", params, _data(verification_from_wire))

    async def get_waba(self, space_id: str = "") -> Waba:
        """Return the WABA that is bound to a space (QueryChatappBindWaba)."""
        return await self._read("QueryChatappBindWaba", _given(CustSpaceId=space_id), _data(Waba.from_wire))

    async def get_profile(self, phone_number: str, space_id: str) -> Profile:
        """Return the business profile of a number (QueryPhoneBusinessProfile)."""
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id)
        return await self._read("QueryPhoneBusinessProfile", params, _data(Profile.from_wire))

    async def list_numbers(self, space_id: str = "") -> list[Number]:
        """Return the phone numbers of a space (QueryChatappPhoneNumbers)."""
        params = _given(CustSpaceId=space_id)
        return await self._read("QueryChatappPhoneNumbers", params, _numbers)

    async def list_spaces(self, page: int = 1, size: int = PAGE_SIZE) -> SpacePage:
        """Return a page of the account's spaces, counted from 1 (ListInstance)."""
        params = _given(PageIndex=str(page), PageSize=str(size))
        return await self._read("ListInstance", params, SpacePage.from_wire)

    async def set_account_webhook(self, url: str, space_id: str) -> None:
        """Have status reports pushed to an address over HTTP (UpdateAccountWebhook). Whether to a queue too stays.

        Sent again like a read, even after a lost answer: the same address twice is the same as once. Nothing reads
        the address back, so whoever wants to be sure sets it anew. Raises ValueError for no http(s) address.
        """
        if not url.startswith(("http://", "https://")):
            # Without the address, which may hold a secret.
            raise ValueError("An address for callbacks begins with https:// or http://")
        params = _given(CustSpaceId=space_id, StatusCallbackUrl=url, HttpFlag="Y")
        await self._read("UpdateAccountWebhook", params, _nothing)

    async def quota(self) -> Mapping[str, Standing]:
        """Return how the quota of each operation stands."""
        return await self._caller.quota.standings()

    @property
    def silent_for(self) -> float:
        """For how many seconds CAMS has answered nobody; 0 where it answers, and as long as calls are still tried."""
        whole = self._caller.circuits.whole
        return whole.seconds if whole.is_open else 0.0

    @property
    def silent_because(self) -> str:
        """What the latest call without an answer met."""
        return self._caller.circuits.whole.cause

    @property
    def key_problem(self) -> CamsError | None:
        """Why there is no key that CAMS accepts, None while there is one."""
        return self._caller.key.problem

    @property
    def heard_since_trouble(self) -> bool:
        """Whether CAMS has accepted a key of ours since the client was made, and since the latest trouble."""
        return self._caller.key.is_good and not self._caller.circuits.whole.is_open

    def _read(self, operation: str, params: Mapping[str, str], model: _Read[_Model]) -> Awaitable[_Model]:
        return self._call(operation, params, model, reads=True)

    def _write(self, operation: str, params: Mapping[str, str], model: _Read[_Model]) -> Awaitable[_Model]:
        """Send what must not be done twice: again only where nothing can have happened."""
        return self._call(operation, params, model, reads=False)

    async def _call(self, operation: str, params: Mapping[str, str], model: _Read[_Model], *, reads: bool) -> _Model:
        answer = await self._caller.call(operation, params, self._priority, reads=reads)
        try:
            return model(answer.fields)
        except CamsUnknownOutcomeError as exc:
            found = wire.request_id(answer.fields)
            raise exc.during(operation, request_id=found, http_status=answer.http_status) from exc


def _given(**params: str) -> Mapping[str, str]:
    """Leave out what is empty: a parameter that is not meant is absent on the wire."""
    return {name: value for name, value in params.items() if value}


def _data(model: Callable[[object], _Model]) -> _Read[_Model]:
    """Return the same for a whole answer that has its content in ``Data``, as most do."""
    return lambda answer: model(answer.get("Data"))


def _numbers(answer: Mapping[str, Any]) -> list[Number]:
    # At the top of the answer, and its Data is empty.
    return Number.list_from_wire(answer.get("PhoneNumbers"))


def _nothing(answer: Mapping[str, Any]) -> None:
    """Read no data: the operation has none."""
