"""Finds out what became of writes that nobody works on any more, and tells who asked for them.

    claim rows -> look (bot.journal) -> send again | leave for later | tell -> close

At least once: a row is closed after it was told, so a crash between the two tells it again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot import blocks, cards
from bot.blocks import Block
from bot.cams.client import Priority
from bot.cams.errors import CamsCredentialsRefusedError, CamsError, CamsRefusedError, CamsThrottledError
from bot.cams.models import QrCode
from bot.journal import CREATE, DELETE, VERIFY, Adopt, Doubled, GiveUp, Journal, SendAgain, is_over
from bot.services import Services
from bot.slack import Picture
from bot.store import AuditEntry, JournalEntry, LostLeaseError
from bot.tasks import Tasks

log = structlog.get_logger()
AT_ONCE = 10
LOOK_AGAIN_SECONDS = 2.0
# Less than a lease, which is renewed before anything is told.
TELL_SECONDS = 40.0
TELL_AGAIN_SECONDS = 30.0
# Whoever cannot be told for so long has left, or the app has; what CAMS does not show for so long it will not.
TRY_FOR = timedelta(hours=1)
ACTS = {CREATE: "qr create", VERIFY: "verify", DELETE: "qr.delete"}
# A code has 14 characters.
CODE_MAX = 50


def settling(tasks: Tasks) -> Callable[[Services], Coroutine[Any, Any, None]]:
    """Return the job that begins to settle what is due, so many rows at a time.

    It waits for none of them: each is a task of its own, so one whose look is slow holds up no other.
    """
    under_way = set[asyncio.Task[None]]()

    async def settle_writes(services: Services) -> None:
        journal = services.journal
        if len(under_way) >= AT_ONCE:
            return
        for entry in await services.store.claim_writes(services.clock(), journal.lease, AT_ONCE - len(under_way)):
            task = tasks.start(_settle_or_leave(services, journal, entry))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    return settle_writes


async def _settle_or_leave(services: Services, journal: Journal, entry: JournalEntry) -> None:
    try:
        try:
            await _settle(services, journal, entry)
        except LostLeaseError:
            raise
        except CamsError as exc:
            await _look_later(services, journal, entry, exc)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the row must not stay open for ever
            await _tell_later(services, journal, entry, exc)
    except LostLeaseError:
        log.warning("a write was taken over while it was worked on", entry=entry.id)


async def _look_later(services: Services, journal: Journal, entry: JournalEntry, exc: CamsError) -> None:
    log.info("what became of a write cannot be seen now", entry=entry.id, error=type(exc).__name__)
    if services.clock() - entry.begun_at <= TRY_FOR:
        await journal.leave(entry, LOOK_AGAIN_SECONDS)
        return
    try:
        await _tell(services, entry, cards.not_known(entry))
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as lost:
        await _tell_later(services, journal, entry, lost)


async def _tell_later(services: Services, journal: Journal, entry: JournalEntry, exc: Exception) -> None:
    expected = isinstance(exc, SlackApiError | aiohttp.ClientError | TimeoutError)
    log.warning(
        "nobody could be told of a write",
        entry=entry.id,
        error=type(exc).__name__,
        exc_info=None if expected else exc,
    )
    if services.clock() - entry.begun_at > TRY_FOR:
        await _close(services, entry, "nobody could be told")
    else:
        await journal.leave(entry, TELL_AGAIN_SECONDS)


async def _settle(services: Services, journal: Journal, entry: JournalEntry) -> None:
    if entry.operation == DELETE:
        # Who deleted died with it, or does not know. Its row only keeps two deletes apart, until CAMS is done.
        if is_over(entry, services.clock(), journal.grace):
            await journal.close(entry)
        else:
            await journal.leave(entry, LOOK_AGAIN_SECONDS)
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
        case SendAgain():
            await _send_again(services, journal, entry)
        case Adopt(code):
            await _show(services, entry, code)
        case Doubled(codes):
            await _say(services, entry, cards.doubled_sentence(entry), cards.doubled(entry, codes))
            await _close(services, entry, f"doubled codes={' '.join(one.code for one in codes)}")
        case GiveUp():
            await _tell(services, entry, cards.not_made(entry))
        case _:
            await journal.leave(entry, LOOK_AGAIN_SECONDS)


async def _send_again(services: Services, journal: Journal, entry: JournalEntry) -> None:
    log.info("a write that was not done is sent again", entry=entry.id, sends=entry.sends + 1)
    try:
        entry, code = await journal.send_again(entry)
    except CamsRefusedError as exc:
        if isinstance(exc, CamsThrottledError | CamsCredentialsRefusedError):
            raise
        # It would say the same again.
        await _tell(services, entry, cards.refused_later(entry, exc), f"{type(exc).__name__} {exc.code}".strip())
        return
    if code is None:
        await journal.leave(entry, LOOK_AGAIN_SECONDS)
    else:
        await _show(services, entry, code)


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
    await services.journal.note(entry)
    try:
        async with asyncio.timeout(TELL_SECONDS):
            picture = picture_of(code, await services.drawer.draw(code.link))
            await services.slack.post_picture(entry.channel_id, picture, caption)
    except Exception as exc:  # noqa: BLE001 - whatever keeps the picture from the channel, the code is there
        log.warning("a picture could not be posted later", entry=entry.id, error=type(exc).__name__)
        text = f"{cards.qr_sentence(code)} Its picture could not be posted: post it from `/cams qr list`."
        await _say(services, entry, text, [blocks.prose(text), *caption])
    await _close(services, entry, f"ok code={code.code}")


async def _tell(services: Services, entry: JournalEntry, text: str, outcome: str = "not known") -> None:
    await _say(services, entry, text, [blocks.prose(text)])
    await _close(services, entry, outcome)


async def _say(services: Services, entry: JournalEntry, text: str, shown: Sequence[Block]) -> None:
    """Tell who asked. Raises LostLeaseError, and tells nothing, where somebody else will."""
    await services.journal.note(entry)
    async with asyncio.timeout(TELL_SECONDS):
        await services.slack.tell(entry.channel_id, entry.user_id, blocks.escape(text), shown)


async def _close(services: Services, entry: JournalEntry, outcome: str) -> None:
    """Close a row that was told, and write down what came of it: the row of the act itself could not say."""
    said = AuditEntry(
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
    await services.journal.close(entry, said)
