"""Finds out what became of writes that nobody works on any more, and tells who asked for them.

    claim rows -> look (bot.journal) -> send again | leave for later | tell -> close

At least once: a row is closed after it was told, so a crash between the two tells it again.
"""

from contextlib import suppress
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot import blocks, cards
from bot.cams.client import Priority
from bot.cams.errors import CamsError
from bot.cams.models import QrCode
from bot.journal import CREATE, DELETE, TOO_OLD, VERIFY, Adopt, Doubled, GiveUp, Journal, SendAgain
from bot.services import Services
from bot.slack import Picture
from bot.store import AuditEntry, JournalEntry, LostLeaseError

log = structlog.get_logger()
AT_ONCE = 10
LOOK_AGAIN_SECONDS = 2.0
TELL_AGAIN_SECONDS = 30.0
# Whoever cannot be told for so long has left, or the app has.
TELL_FOR = timedelta(hours=1)
ACTS = {CREATE: "qr create", VERIFY: "verify"}
# A code has 14 characters.
CODE_MAX = 50


async def settle_writes(services: Services) -> None:
    """Settle what is due, one row after another. What cannot be settled now is left for later and holds up no other."""
    for _ in range(AT_ONCE):
        # One at a time: its lease must not run while others are worked on.
        claimed = await services.store.claim_writes(services.clock(), services.journal.lease, 1)
        if not claimed:
            return
        with suppress(LostLeaseError):
            await _settle_or_leave(services, services.journal, claimed[0])


async def _settle_or_leave(services: Services, journal: Journal, entry: JournalEntry) -> None:
    try:
        await _settle(services, journal, entry)
    except CamsError as exc:
        log.info("what became of a write cannot be seen now", entry=entry.id, error=type(exc).__name__)
        await journal.leave(entry, LOOK_AGAIN_SECONDS)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as exc:
        log.warning("nobody could be told of a write", entry=entry.id, error=type(exc).__name__)
        if services.clock() - entry.begun_at > TELL_FOR:
            await _close(services, entry, "nobody could be told")
        else:
            await journal.leave(entry, TELL_AGAIN_SECONDS)


async def _settle(services: Services, journal: Journal, entry: JournalEntry) -> None:
    if entry.operation == DELETE:
        # Who deleted died with it. Its row only keeps two deletes apart.
        await services.store.close_write(entry)
    elif entry.operation == VERIFY:
        status = await verification(services, entry.phone_number, entry.space_id)
        await _tell(services, entry, cards.maybe_sent(entry, status))
    elif entry.state == "made":
        await _show(services, entry, await journal.made(entry))
    else:
        await _settle_create(services, journal, entry)


async def _settle_create(services: Services, journal: Journal, entry: JournalEntry) -> None:
    entry, found = await journal.look(entry)
    match found:
        case SendAgain() if services.clock() - entry.begun_at <= TOO_OLD:
            log.info("a write that was not done is sent again", entry=entry.id, sends=entry.sends + 1)
            entry, code = await journal.send_again(entry)
            if code is None:
                await journal.leave(entry, LOOK_AGAIN_SECONDS)
            else:
                await _show(services, entry, code)
        case Adopt(code):
            await _show(services, entry, code)
        case Doubled(codes):
            text = blocks.escape(cards.doubled_sentence(entry))
            await services.slack.tell(entry.channel_id, entry.user_id, text, cards.doubled(entry, codes))
            await _close(services, entry, f"doubled codes={' '.join(one.code for one in codes)}")
        case GiveUp():
            await _tell(services, entry, cards.not_made(entry))
        case _:
            await journal.leave(entry, LOOK_AGAIN_SECONDS)


def picture_of(qr: QrCode, png: bytes) -> Picture:
    """Return the picture of a code, with the names that it goes by."""
    code = blocks.shorten(qr.code, CODE_MAX)
    name = f"whatsapp-{blocks.shorten(qr.phone_number, CODE_MAX)}-{code}.png"
    return Picture(png, name, f"QR code {code}", cards.qr_alt_text(qr))


async def verification(services: Services, phone_number: str, space_id: str) -> str:
    """Say how far a number's verification is, after a request for a code whose outcome is not known."""
    try:
        status = await services.cams.at(Priority.CONFIRM).get_verification_status(phone_number, space_id)
    except CamsError:
        return "CAMS could not be asked how far the number's verification is."
    if status == "VERIFIED":
        return "CAMS says that the number is VERIFIED: no code is needed any more."
    return f"CAMS says that the number is {status}."


async def _show(services: Services, entry: JournalEntry, code: QrCode | None) -> None:
    """Post the picture that somebody asked for; where that does not work they are told, and the code is in the list."""
    if code is None:
        await _tell(services, entry, f"The QR code {entry.code} was made, and is gone again.")
        return
    caption = cards.qr_caption(code, entry.user_id)
    try:
        picture = picture_of(code, await services.drawer.draw(code.link))
        await services.slack.post_picture(entry.channel_id, picture, caption)
    except Exception as exc:  # noqa: BLE001 - whatever keeps the picture from the channel, the code is there
        log.warning("a picture could not be posted later", entry=entry.id, error=type(exc).__name__)
        text = f"{cards.qr_sentence(code)} Its picture could not be posted: post it from `/cams qr list`."
        await services.slack.tell(entry.channel_id, entry.user_id, blocks.escape(text), [blocks.prose(text), *caption])
    await _close(services, entry, f"ok code={code.code}")


async def _tell(services: Services, entry: JournalEntry, text: str) -> None:
    await services.slack.tell(entry.channel_id, entry.user_id, blocks.escape(text), [blocks.prose(text)])
    await _close(services, entry, "not known")


async def _close(services: Services, entry: JournalEntry, outcome: str) -> None:
    """Close a row that was told, and write down what came of it: the row of the act itself could not say."""
    row = AuditEntry(
        at=services.clock(),
        user_id=entry.user_id,
        team_id="",
        channel_id=entry.channel_id,
        entry="journal",
        act=ACTS[entry.operation],
        target=f"phone={entry.phone_number} space={entry.space_id}",
        allowed=True,
        outcome=outcome,
        request_id="",
        duration_ms=round((services.clock() - entry.begun_at).total_seconds() * 1000),
    )
    await services.store.audit(row)
    await services.store.close_write(entry)
