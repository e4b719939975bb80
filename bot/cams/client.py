"""The CAMS client: one coroutine an operation, on a session that belongs to somebody else.

    get_waba … -> _call: _attempt, and again within bounds -> credentials -> permit
        -> wire.build -> _send -> wire.parse -> models

When and how often something is sent is decided here; what is sent and what an answer means, in wire and models.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import aiohttp
import stamina
import yarl

from bot.cams import wire
from bot.cams.credentials import CredentialsSource
from bot.cams.errors import (
    CamsCredentialsMissingError,
    CamsError,
    CamsNotSentError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from bot.cams.models import Profile, QrCode, Waba
from bot.cams.permits import Permits

ATTEMPTS = 3
"""How often a call is sent at most."""

# Calls a second, an account. The quota page names higher figures for some; the operations' own pages name these.
_QUOTAS = {
    "ListPhoneMessageQrdl": 5,
    "CreatePhoneMessageQrdl": 5,
    "GetChatappVerifyCode": 10,
    "QueryChatappBindWaba": 10,
    "QueryPhoneBusinessProfile": 10,
}

_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ServerFingerprintMismatch,
)

_Model = TypeVar("_Model")
_Again = Callable[[Exception], bool | float]


@dataclass(frozen=True, slots=True)
class Call:
    """What became of one attempt.

    ``code`` is CAMS's own, ``"OK"`` for a success and empty where it gave none; ``http_status`` is None where
    no answer came; ``seconds`` count from sending to the end of the answer, 0 where nothing was sent;
    ``attempt`` counts from 1. An attempt that is cancelled is not told of.
    """

    operation: str
    code: str
    http_status: int | None
    request_id: str
    seconds: float
    attempt: int


@dataclass(slots=True)
class _Sight:
    """What is seen of an attempt while it runs. ``sent`` is 0 as long as nothing was."""

    sent: float = 0.0
    http_status: int | None = None
    request_id: str = ""


def _nonce() -> str:
    return uuid.uuid4().hex


def _ignore(call: Call) -> None:
    """Observe nothing."""


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
        nonce: Callable[[], str] = _nonce,
        observe: Callable[[Call], None] = _ignore,
        timeout: float = 10.0,
    ) -> None:
        """Borrow a session that somebody else opens and closes.

        ``clock`` gives aware times, ``nonce`` never the same text twice, ``observe`` is told of every attempt
        and must not raise, ``timeout`` bounds one attempt, in seconds. Raises ValueError for an endpoint that
        is none.
        """
        wire.origin(endpoint)
        self._session = session
        self._endpoint = endpoint
        self._credentials = credentials
        self._clock = clock
        self._nonce = nonce
        self._observe = observe
        self._timeout = timeout
        self._permits = {operation: Permits(limit) for operation, limit in _QUOTAS.items()}

    async def list_qr_codes(self, phone_number: str, space_id: str = "") -> list[QrCode]:
        """Return all QR codes of a number (ListPhoneMessageQrdl). Their ``image_url`` may be empty or expired."""
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id)
        return await self._call("ListPhoneMessageQrdl", params, _read_again, QrCode.list_from_wire)

    async def create_qr_code(self, phone_number: str, message: str, space_id: str = "") -> QrCode:
        """Make a QR code (CreatePhoneMessageQrdl).

        After CamsUnknownOutcomeError it may exist: list before you repeat.
        """
        params = _given(PhoneNumber=phone_number, PrefilledMessage=message, GenerateQrImage="PNG", CustSpaceId=space_id)
        return await self._call("CreatePhoneMessageQrdl", params, _write_again, QrCode.from_wire)

    async def send_verification_code(self, phone_number: str, space_id: str, method: str, locale: str) -> None:
        """Have a code sent to a number (GetChatappVerifyCode), by one of VERIFY_METHODS in one of LOCALES.

        A write, in spite of its name: a person gets a message. After CamsUnknownOutcomeError it may have been sent.
        """
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id, Method=method, Locale=locale)
        await self._call("GetChatappVerifyCode", params, _write_again, _nothing)

    async def get_waba(self, space_id: str = "") -> Waba:
        """Return the WABA that is bound to a space (QueryChatappBindWaba)."""
        params = _given(CustSpaceId=space_id)
        return await self._call("QueryChatappBindWaba", params, _read_again, Waba.from_wire)

    async def get_profile(self, phone_number: str, space_id: str) -> Profile:
        """Return the business profile of a number (QueryPhoneBusinessProfile)."""
        params = _given(PhoneNumber=phone_number, CustSpaceId=space_id)
        return await self._call("QueryPhoneBusinessProfile", params, _read_again, Profile.from_wire)

    async def _call(
        self, operation: str, params: Mapping[str, str], again: _Again, model: Callable[[object], _Model]
    ) -> _Model:
        total, longest_wait = 2.5 * self._timeout, 0.5 * self._timeout
        deadline = asyncio.get_running_loop().time() + total
        # Not as a decorator: stamina logs the arguments of what it decorates, and a telephone number is one of them.
        async for attempt in stamina.retry_context(
            on=partial(_no_longer_than, longest_wait, again),
            attempts=ATTEMPTS,
            timeout=total - longest_wait,
            wait_max=longest_wait,
            wait_jitter=min(1.0, longest_wait),
        ):
            with attempt:
                status, answer = await self._attempt(operation, params, deadline, attempt.num)
        try:
            return model(answer.get("Data"))
        except CamsUnknownOutcomeError as exc:
            raise exc.during(operation, request_id=wire.request_id(answer), http_status=status) from exc

    async def _attempt(
        self, operation: str, params: Mapping[str, str], deadline: float, number: int
    ) -> tuple[int, Mapping[str, Any]]:
        with self._observed(operation, number) as sight:
            response = await self._exchange(operation, params, deadline, sight)
            answer = wire.parse(operation, response.status, response.headers, response.body)
            sight.http_status, sight.request_id = response.status, wire.request_id(answer)
        return response.status, answer

    @contextmanager
    def _observed(self, operation: str, number: int) -> Iterator[_Sight]:
        sight, now = _Sight(), asyncio.get_running_loop().time
        try:
            yield sight
        except CamsError as error:
            seconds = now() - sight.sent if sight.sent else 0.0
            self._observe(Call(operation, error.code, error.http_status, error.request_id, seconds, number))
            raise
        seconds = now() - sight.sent
        self._observe(Call(operation, "OK", sight.http_status, sight.request_id, seconds, number))

    async def _exchange(
        self, operation: str, params: Mapping[str, str], deadline: float, sight: _Sight
    ) -> wire.Response:
        """Send one request, signed anew, as soon as there is a permit for it."""
        now = asyncio.get_running_loop().time
        async with AsyncExitStack() as permit:
            try:
                async with asyncio.timeout_at(deadline):
                    credentials = await self._credentials.get()
                    await permit.enter_async_context(self._permits[operation].hold())
            except CamsCredentialsMissingError as exc:
                raise exc.during(operation) from exc
            except TimeoutError as exc:
                raise CamsNotSentError(operation, "no credentials, or no permit of our own quota, in time") from exc
            request = wire.build(
                operation,
                params,
                endpoint=self._endpoint,
                credentials=credentials,
                now=self._clock(),
                nonce=self._nonce(),
            )
            sight.sent = now()
            return await self._send(operation, request, min(self._timeout, deadline - sight.sent))

    async def _send(self, operation: str, request: wire.Request, seconds: float) -> wire.Response:
        try:
            async with self._session.post(
                # What was signed is what is sent: yarl would encode it in its own way.
                yarl.URL(request.url, encoded=True),
                headers=request.headers,
                skip_auto_headers=("Content-Type",),
                allow_redirects=False,
                raise_for_status=False,
                # In total, for a server may send a byte a second for ever.
                timeout=aiohttp.ClientTimeout(total=seconds, connect=seconds / 2),
            ) as response:
                return wire.Response(response.status, response.headers, await _body(response))
        except _NEVER_SENT as exc:
            # Its text may hold the address, and that the telephone number.
            raise CamsNotSentError(operation, f"no connection to CAMS ({type(exc).__name__})") from None
        except (aiohttp.ClientError, OSError) as exc:
            message = f"no whole answer from CAMS ({type(exc).__name__})"
            raise CamsUnknownOutcomeError(operation, message, transient=True) from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body as far as it is of use: one byte more than is allowed says enough."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > wire.MAX_BODY:
            break
    return bytes(body)


def _given(**params: str) -> Mapping[str, str]:
    """Leave out what is empty: a parameter that is not meant is absent on the wire."""
    return {name: value for name, value in params.items() if value}


def _nothing(data: object) -> None:
    """Read no data: the operation has none."""


def _read_again(error: Exception) -> bool | float:
    if isinstance(error, CamsUnknownOutcomeError):
        return error.transient
    return _write_again(error)


def _write_again(error: Exception) -> bool | float:
    """Only where nothing can have happened: CAMS knows no idempotency token."""
    if isinstance(error, CamsThrottledError):
        return True if error.retry_after is None else error.retry_after
    return isinstance(error, CamsNotSentError)


def _no_longer_than(longest: float, again: _Again, error: Exception) -> bool | float:
    """Give up where CAMS asks for more patience than there is: it would only refuse an earlier call."""
    wait = again(error)
    return wait if isinstance(wait, bool) or wait <= longest else False
