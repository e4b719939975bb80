"""How one call is made: when and how often something is sent. What is sent and what it means is wire's.

call: attempt, and again within bounds -> circuit -> credentials -> a slot of the quota
    -> wire.build -> send -> wire.parse
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import aiohttp
import stamina

from bot.cams import wire
from bot.cams.arrival import Arrival
from bot.cams.circuit import Circuits, KeyCircuit
from bot.cams.credentials import Credentials, CredentialsSource
from bot.cams.errors import (
    CamsBusyError,
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
    CamsNotSentError,
    CamsRefusedError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from bot.cams.governor import BusyError, Governor, Slot
from bot.cams.line import Priority
from bot.cams.permits import PermitsUnavailableError
from bot.cams.quota import Quota
from bot.cams.transport import in_total, send

ATTEMPTS = 3
"""How often a call is sent at most."""

Again = Callable[[Exception], bool | float]


class Call(NamedTuple):
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


class Answer(NamedTuple):
    """The fields of an answer that says success."""

    fields: Mapping[str, Any]
    http_status: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds: an attempt, and a person's read in all where it is not None."""

    attempt: float = 10.0
    patience: float | None = None

    def total(self, priority: Priority, *, reads: bool) -> float:
        """Return how long a call may take in all."""
        total = 2.5 * self.attempt
        return total if self.patience is None or not reads or priority != Priority.PERSON else self.patience


def new_nonce() -> str:
    """Return a text that was never returned before."""
    return secrets.token_hex(16)


def ignore(call: Call) -> None:
    """Observe nothing."""


class Caller:
    """Sends calls. Everything is handed in: whoever made it also closes it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        endpoint: str,
        credentials: CredentialsSource,
        quota: Quota,
        limits: Limits,
        *,
        clock: Callable[[], datetime],
        nonce: Callable[[], str] = new_nonce,
        observe: Callable[[Call], None] = ignore,
    ) -> None:
        """See `CamsClient`."""
        self._session = session
        self._endpoint = endpoint
        self._credentials = credentials
        self.quota = quota
        self._limits = limits
        self._clock = clock
        self._nonce = nonce
        self._observe = observe
        self._whole_time = in_total(limits.attempt)
        self._loop_time = asyncio.get_running_loop().time
        self.circuits = Circuits(self._loop_time)
        self.key = KeyCircuit(self._loop_time)

    async def call(self, operation: str, params: Mapping[str, str], priority: Priority, *, reads: bool) -> Answer:
        """Send a call, and again where that is safe and useful. Raises CamsError in bounded time."""
        total = self._limits.total(priority, reads=reads)
        deadline = self._loop_time() + total
        try:
            return await self._attempt(operation, params, priority, deadline, 1)
        except CamsError as error:
            first = error
        attempt = partial(self._with_the_latest_key, operation, params, priority, deadline)
        again = partial(_no_longer_than, total / 5, _read_again if reads else _write_again)
        try:
            return await attempt(1, first)
        except CamsError as error:
            if not again(error):
                raise
            return await self._try_again(attempt, error, again, deadline - self._loop_time(), total / 5)

    async def _with_the_latest_key(
        self,
        operation: str,
        params: Mapping[str, str],
        priority: Priority,
        deadline: float,
        number: int,
        met: CamsError | None = None,
    ) -> Answer:
        """Make an attempt, and at once another if the key was rotated meanwhile: nothing was done by the first.

        ``met`` is what the attempt met, where it was made already.
        """
        try:
            if met is not None:
                raise met
            return await self._attempt(operation, params, priority, deadline, number)
        except CamsCredentialsRefusedError as error:
            was_sent = error.http_status is not None
            if not was_sent or not self.key.would_admit(await self._key(operation, deadline)):
                raise
            return await self._attempt(operation, params, priority, deadline, number + 1)

    async def _try_again(
        self,
        attempt: Callable[[int], Awaitable[Answer]],
        error: CamsError,
        again: Again,
        left: float,
        longest_wait: float,
    ) -> Answer:
        # Not as a decorator: stamina logs the arguments of what it decorates, and a telephone number is one of them.
        async for turn in stamina.retry_context(
            on=again,
            attempts=ATTEMPTS,
            timeout=max(0.001, left - longest_wait),
            wait_max=longest_wait,
            wait_jitter=min(1.0, longest_wait),
        ):
            with turn:
                if turn.num == 1:
                    # It was made already, outside: most calls need no second, and this costs more than they do.
                    raise error
                try:
                    return await attempt(turn.num)
                except CamsNotSentError:
                    # No time is left, or the circuit has opened: what the attempt before met says more.
                    raise error from None
                except CamsError as latest:
                    error = latest
                    raise
        raise error

    async def _attempt(
        self, operation: str, params: Mapping[str, str], priority: Priority, deadline: float, number: int
    ) -> Answer:
        sent = 0.0
        try:
            if self._loop_time() >= deadline:
                raise CamsNotSentError(operation, "no time is left for another attempt")
            self.circuits.check(operation)
            credentials = self._credentials.at_hand() or await self._key(operation, deadline)
            self.key.check(credentials, operation)
            governor = self.quota[operation]
            slot = governor.take_now(priority) or await self._slot(governor, operation, priority, deadline)
            self._admit(operation, credentials, slot)
            sent = self._loop_time()
            answer = await self._exchange(operation, params, credentials, slot, deadline)
        except CamsError as error:
            seconds = self._loop_time() - sent if sent else 0.0
            self._observe(Call(operation, error.code, error.http_status, error.request_id, seconds, number))
            raise
        found = wire.request_id(answer.fields)
        self._observe(Call(operation, "OK", answer.http_status, found, self._loop_time() - sent, number))
        return answer

    async def _key(self, operation: str, deadline: float) -> Credentials:
        try:
            async with asyncio.timeout_at(deadline):
                credentials = await self._credentials.get()
        except CamsCredentialsMissingError as exc:
            self.key.missing(exc)
            raise exc.during(operation) from exc
        except TimeoutError as exc:
            raise CamsNotSentError(operation, "no credentials in time") from exc
        return credentials

    async def _slot(self, governor: Governor, operation: str, priority: Priority, deadline: float) -> Slot:
        try:
            return await governor.take(priority, deadline)
        except BusyError as exc:
            raise CamsBusyError(operation, f"the quota is used up: {exc}") from exc
        except TimeoutError as exc:
            raise CamsBusyError(operation, "the quota was used up for as long as there was time") from exc
        except PermitsUnavailableError as exc:
            raise CamsNotSentError(operation, f"the quota cannot be asked: {exc}") from exc

    def _admit(self, operation: str, credentials: Credentials, slot: Slot) -> None:
        """Ask again, for while this call stood in line another may have met a silent CAMS, or a refused key."""
        try:
            self.circuits.admit(operation)
            self.key.admit(credentials, operation)
        except CamsError:
            slot.unused()
            raise

    async def _exchange(
        self, operation: str, params: Mapping[str, str], credentials: Credentials, slot: Slot, deadline: float
    ) -> Answer:
        """Send one request, signed anew, and judge its answer."""
        try:
            request = wire.build(
                operation,
                params,
                endpoint=self._endpoint,
                credentials=credentials,
                now=self._clock(),
                nonce=self._nonce(),
            )
            with Arrival(slot.arrived):
                response = await send(self._session, operation, request, self._time_left(deadline))
        except BaseException as error:
            slot.broke()
            if isinstance(error, CamsError):
                self.circuits.failed(error)
            raise
        slot.answered()
        return self._judged(operation, response, credentials, slot)

    def _time_left(self, deadline: float) -> aiohttp.ClientTimeout:
        left = deadline - self._loop_time()
        # To aiohttp a zero is no limit at all.
        return self._whole_time if left >= self._limits.attempt else in_total(max(0.001, left))

    def _judged(self, operation: str, response: wire.Response, credentials: Credentials, slot: Slot) -> Answer:
        try:
            answer = wire.parse(operation, response.status, response.headers, response.body)
        except CamsError as error:
            self._learn(error, credentials, slot)
            raise
        self.circuits.answered(operation)
        self.key.accepted()
        return Answer(answer, response.status)

    def _learn(self, error: CamsError, credentials: Credentials, slot: Slot) -> None:
        match error:
            case CamsUnknownOutcomeError(transient=True):
                self.circuits.failed(error)
            case CamsCredentialsRefusedError():
                self.circuits.answered(error.operation)
                self.key.refused(credentials, error)
                self._credentials.refused(credentials)
            case CamsThrottledError(retry_after=wait):
                self.circuits.answered(error.operation)
                slot.refused(wait)
            case CamsRefusedError():
                self.circuits.answered(error.operation)


def _read_again(error: Exception) -> bool | float:
    if isinstance(error, CamsUnknownOutcomeError):
        return error.transient
    return _write_again(error)


def _write_again(error: Exception) -> bool | float:
    """Only where nothing can have happened: CAMS knows no idempotency token."""
    if isinstance(error, CamsThrottledError):
        return True if error.retry_after is None else error.retry_after
    if isinstance(error, CamsDownError | CamsBusyError):
        return False
    return isinstance(error, CamsNotSentError)


def _no_longer_than(longest: float, again: Again, error: Exception) -> bool | float:
    """Give up where CAMS asks for more patience than there is: it would only refuse an earlier call."""
    wait = again(error)
    return wait if isinstance(wait, bool) or wait <= longest else False
