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

from bot.cams.client import CamsClient, Priority
from bot.cams.errors import CamsError, CamsNotSentError, CamsPermissionError, CamsUnknownOutcomeError
from bot.cams.models import QrCode
from bot.errors import UserError
from bot.store import JournalEntry, Store, Wanted, storable

CREATE = "CreatePhoneMessageQrdl"
VERIFY = "GetChatappVerifyCode"
DELETE = "DeletePhoneMessageQrdl"
# The time-out of an attempt: CAMS is not expected to be at work for longer.
GRACE = timedelta(seconds=10)
# Of a row whose sender died nobody knows when it was sent: a call takes two and a half time-outs at most.
SENDING_GRACES = 3.5
# A create takes 25 seconds at most, and every step renews it.
LEASE = timedelta(seconds=40)
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
            if now - entry.sent_at < (SENDING_GRACES * grace if entry.state == "sending" else grace):
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
        entry = await self.store.begin_write(wanted, await self._known(wanted), self.clock(), self.lease)
        if entry is None:
            raise UserError(
                "This very code is being made right now, or its outcome is still being found out. "
                "You will be told here; look at `/cams qr list` if you cannot wait."
            )
        try:
            return await self.send(entry)
        except CamsError:
            await self.store.close_write(entry)
            raise

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

    async def look(self, entry: JournalEntry) -> tuple[JournalEntry, Verdict]:
        """Look what became of a write. Raises CamsError where that cannot be seen now."""
        cams = self.cams.at(Priority.CONFIRM)
        listed = [] if entry.known_before is None else await cams.list_qr_codes(entry.phone_number, entry.space_id)
        found = verdict(entry, listed, await self.store.codes_of_others(entry), self.clock(), self.grace)
        if isinstance(found, Adopt):
            entry = await self.note(entry, state="made", code=found.code.code)
        return entry, found

    async def find_out(self, entry: JournalEntry, waits: Sequence[float] = QUICK_LOOKS) -> tuple[JournalEntry, Verdict]:
        """Look a few times, after so many seconds each, until it is known what became of a write; else Wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(QUICK_SECONDS):
                for seconds in waits:
                    await asyncio.sleep(seconds)
                    with suppress(CamsError):
                        entry, found = await self.look(entry)
                        if not isinstance(found, Wait):
                            return entry, found
        return entry, Wait()

    async def made(self, entry: JournalEntry) -> QrCode | None:
        """Return the code that a row has made, None if it is gone."""
        listed = await self.cams.at(Priority.CONFIRM).list_qr_codes(entry.phone_number, entry.space_id)
        return next((one for one in listed if one.code == entry.code), None)

    async def note(self, entry: JournalEntry, **changes: object) -> JournalEntry:
        """Change a row, and hold it on. Raises LostLeaseError if somebody else has it."""
        return await self.store.note_write(entry, self.clock(), self.lease, **changes)

    async def leave(self, entry: JournalEntry, seconds: float = 0.0) -> None:
        """Leave a row to whoever claims it after so many seconds."""
        await self.store.note_write(entry, self.clock(), timedelta(seconds=seconds))

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
