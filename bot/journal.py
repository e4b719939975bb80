"""Writes to CAMS whose outcome may stay unknown, and how it is found out.

    list -> journal row -> create -> made | unknown -> list again -> adopt | wait | send again | doubled | give up

CreatePhoneMessageQrdl has no idempotency token, so the list before and after decides. `verdict` is pure; the rest
calls. What CAMS still does with a request when GRACE is over is beyond anybody's knowledge: if it then makes a code
after all, two stand there, and the person is shown both.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.cams.client import CamsClient, Limits, Priority
from bot.cams.errors import CamsError, CamsNotSentError, CamsPermissionError, CamsUnknownOutcomeError
from bot.cams.models import QrCode
from bot.errors import UserError
from bot.store import AuditEntry, JournalEntry, LostLeaseError, Store, Wanted, storable

log = structlog.get_logger()
CREATE = "CreatePhoneMessageQrdl"
VERIFY = "GetChatappVerifyCode"
DELETE = "DeletePhoneMessageQrdl"
_LIMITS = Limits()
SEND_SECONDS = _LIMITS.total(Priority.PERSON, reads=False)
LOOK_SECONDS = _LIMITS.total(Priority.CONFIRM, reads=True)
# The time-out of an attempt: CAMS is not expected to be at work for longer.
GRACE = timedelta(seconds=_LIMITS.attempt)
# Of a row whose sender died nobody knows when it was sent, but that it was before a call's time was over.
SENDING_GRACES = 1 + SEND_SECONDS / _LIMITS.attempt
# A send and the look after it at their longest, and some time for the database. Most steps renew it.
LEASE = timedelta(seconds=SEND_SECONDS + LOOK_SECONDS + 5)
SENDS_MAX = 3
# When somebody waits for it: at once, and twice more. Mostly the code is there by then.
QUICK_LOOKS = (0.0, 1.0, 2.0)
QUICK_SECONDS = 4.5
# Whoever asked for it has long asked again, or gone home.
TOO_OLD = timedelta(minutes=10)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Adopt:
    """This code is what the write made."""

    code: QrCode


@dataclass(frozen=True, slots=True)
class Wait:
    """CAMS may still be at it."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Nothing was made, and nothing will be."""


@dataclass(frozen=True, slots=True)
class Doubled:
    """These equal codes stand there, and it takes a person to say which may go."""

    codes: tuple[QrCode, ...]


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It was not made as far as can be known, and is not worth another try."""


Verdict = Adopt | Wait | SendAgain | Doubled | GiveUp


def is_over(entry: JournalEntry, now: datetime, grace: timedelta = GRACE) -> bool:
    """Whether CAMS is done with what was sent, whatever became of it."""
    return now - entry.sent_at >= (SENDING_GRACES * grace if entry.state == "sending" else grace)


def candidates(entry: JournalEntry, listed: Sequence[QrCode], others: Collection[str] = ()) -> tuple[QrCode, ...]:
    """Return the codes that this write may have made: of its message, not there before, and nobody else's."""
    old = {*(entry.known_before or ()), *others}
    return tuple(one for one in listed if storable(one.message) == storable(entry.content) and one.code not in old)


def verdict(
    entry: JournalEntry, listed: Sequence[QrCode], others: Collection[str], now: datetime, grace: timedelta = GRACE
) -> Verdict:
    """Decide by what stands there now what became of a write."""
    if entry.known_before is None:
        return GiveUp()
    match candidates(entry, listed, others):
        case (code,):
            return Adopt(code)
        case ():
            if not is_over(entry, now, grace):
                return Wait()
            return GiveUp() if entry.sends >= SENDS_MAX or now - entry.begun_at > TOO_OLD else SendAgain()
        case several:
            return Doubled(several)


@dataclass(frozen=True)
class Journal:
    """Makes QR codes, each once."""

    store: Store
    cams: CamsClient
    clock: Clock
    grace: timedelta = GRACE
    lease: timedelta = LEASE

    async def create(self, wanted: Wanted) -> tuple[JournalEntry, QrCode | None]:
        """Make a code, and return it with its row; without a code its outcome is not known yet.

        The row stays open until the answer was given: close it then. Raises UserError while the same is under way,
        and CamsError where nothing was made.
        """
        entry = await self.begin(wanted, await self._known(wanted))
        if entry is None:
            raise UserError(
                "This very code is being made right now, or its outcome is still being found out. "
                "You will be told here; look at `/cams qr list` if you cannot wait."
            )
        try:
            return await self.send(entry)
        except CamsError as exc:
            if not await self.close(entry):
                raise LostLeaseError(f"journal entry {entry.id} was taken over") from exc
            raise

    async def begin(self, wanted: Wanted, known_before: Collection[str] | None = None) -> JournalEntry | None:
        """Write down what is about to be sent; return None while the same is under way."""
        return await self.store.begin_write(wanted, known_before, self.clock(), self.lease)

    async def send(self, entry: JournalEntry) -> tuple[JournalEntry, QrCode | None]:
        """Send what a row says, see `create`. After a CamsError the row is as it was: nothing was made."""
        try:
            made = await self.cams.create_qr_code(entry.phone_number, entry.content, entry.space_id)
        except CamsUnknownOutcomeError:
            # It may have waited for the quota first, so this is the earliest time that it was surely sent by.
            return await self.note(entry, state="unknown", sent_at=self.clock()), None
        return await self.note(entry, state="made", code=made.code), made

    async def send_again(self, entry: JournalEntry) -> tuple[JournalEntry, QrCode | None]:
        """Send it once more, after a verdict that says so. After a CamsError the row is left to a later look."""
        entry = await self.note(entry, state="sending", sent_at=self.clock(), sends=entry.sends + 1)
        try:
            return await self.send(entry)
        except CamsError:
            await self.note(entry, state="unknown")
            raise

    async def look(self, entry: JournalEntry, deadline: float | None = None) -> tuple[JournalEntry, Verdict]:
        """Look what became of a write, until a time of the event loop.

        Raises CamsError or TimeoutError where that cannot be seen now.
        """
        # As of now, whenever its answer comes: a list from before the grace was over may miss a code that came later.
        now, listed = self.clock(), list[QrCode]()
        if entry.known_before is not None:
            # No more than this: what is cut off within a transaction keeps SQLite locked for a while.
            async with asyncio.timeout_at(deadline):
                listed = await self._list(entry)
        found = verdict(entry, listed, await self.store.codes_of_others(entry), now, self.grace)
        if isinstance(found, Adopt):
            entry = await self.note(entry, state="made", code=found.code.code)
        return entry, found

    async def find_out(self, entry: JournalEntry, waits: Sequence[float] = QUICK_LOOKS) -> tuple[JournalEntry, Verdict]:
        """Look a few times, after so many seconds each, until it is known what became of a write; else Wait."""
        now = asyncio.get_running_loop().time
        deadline = now() + QUICK_SECONDS
        for seconds in waits:
            if now() + seconds >= deadline:
                break
            await asyncio.sleep(seconds)
            with suppress(CamsError, TimeoutError):
                entry, found = await self.look(entry, deadline)
                if not isinstance(found, Wait):
                    return entry, found
        return entry, Wait()

    async def made(self, entry: JournalEntry) -> QrCode | None:
        """Return the code that a row has made, None if it is gone."""
        return next((one for one in await self._list(entry) if one.code == entry.code), None)

    async def note(self, entry: JournalEntry, **changes: object) -> JournalEntry:
        """Change a row, and hold it on. Raises LostLeaseError if somebody else has it."""
        return await self.store.note_write(entry, self.clock(), self.lease, **changes)

    async def leave(self, entry: JournalEntry, seconds: float = 0.0, **changes: object) -> None:
        """Leave a row to whoever claims it after so many seconds. Raises LostLeaseError if somebody else has it."""
        await self.store.note_write(entry, self.clock(), timedelta(seconds=seconds), **changes)

    async def close(self, entry: JournalEntry, said: AuditEntry | None = None) -> bool:
        """End a row that was told, see `Store.close_write`; False if somebody else has it, who may tell it again."""
        closed = await self.store.close_write(entry, said)
        if not closed:
            log.warning("a write was taken over while it was worked on", entry=entry.id)
        return closed

    async def _list(self, entry: JournalEntry) -> list[QrCode]:
        return await self.cams.at(Priority.CONFIRM).list_qr_codes(entry.phone_number, entry.space_id)

    async def _known(self, wanted: Wanted) -> frozenset[str] | None:
        """Return the codes of the same message that are there already, None where they may not be seen."""
        try:
            listed = await self.cams.list_qr_codes(wanted.phone_number, wanted.space_id)
        except CamsPermissionError:
            return None
        except CamsUnknownOutcomeError as exc:
            # Of the list, that is: of what was asked for nothing was sent.
            message = "the number's codes could not be listed first"
            raise CamsNotSentError(CREATE, message, code=exc.code, request_id=exc.request_id) from exc
        except CamsError as exc:
            raise exc.during(CREATE, request_id=exc.request_id, http_status=exc.http_status) from exc
        return frozenset(one.code for one in listed if storable(one.message) == storable(wanted.content))
