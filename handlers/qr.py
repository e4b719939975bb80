"""`/cams qr`: make QR codes, list them, hand out their pictures."""

import json
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot import blocks, cards
from bot.access import Role
from bot.blocks import Block
from bot.cams.errors import CamsError, CamsUnknownOutcomeError
from bot.cams.models import QrCode
from bot.errors import UnknownOutcomeError, UserError
from bot.journal import CREATE as CREATE_OPERATION
from bot.journal import DELETE, Adopt, Doubled, GiveUp, candidates
from bot.qr import UnreadablePictureError
from bot.services import Services
from bot.settle import CODE_MAX, picture_of
from bot.store import JournalEntry, LostLeaseError, Wanted
from handlers.fields import CHANNEL, MESSAGE, PHONE, SPACE
from handlers.modals import Form
from handlers.routes import Ask, Reply, Router
from handlers.words import phone_and_message, phone_only

router = Router()
PAGE = 10
NO_ANSWER = "Creating the QR code: CAMS gave no usable answer, so it may or may not have happened."
TOO_LONG = "Creating the QR code took too long, so another process of this bot has taken over."
FINDING_OUT = "I am finding out; its picture, or that there is none, comes here soon."
CREATE = Form("qr_create", "Create a QR code", "Create", (PHONE, MESSAGE, SPACE, CHANNEL))
LIST = Form("qr_list", "QR codes of a number", "List", (PHONE, SPACE))


@router.command(
    "qr create",
    usage="qr create [phone] [message…]",
    does="Make a QR code and post its picture here",
    requires=Role.OPERATOR,
    reads=phone_and_message,
    form=CREATE,
    posts=True,
    shortcut="create_qr",
)
async def create(ask: Ask, services: Services) -> Reply:
    """Create a code, draw its picture, publish both. Where CAMS's answer is lost, find out what it did."""
    space = await services.space_if_known(ask["phone"], ask["space"])
    wanted = Wanted(
        operation=CREATE_OPERATION,
        phone_number=ask["phone"],
        space_id=space,
        content=ask["message"],
        user_id=ask.user_id,
        channel_id=ask.channel_id,
    )
    try:
        entry, qr = await services.journal.create(wanted)
        await services.remember(ask["phone"], space)
        reply = await _found_out(entry, services) if qr is None else await _picture(qr, services, ask.user_id)
    except LostLeaseError as exc:
        raise UnknownOutcomeError(f"{TOO_LONG} {FINDING_OUT}") from exc
    return replace(reply, then=partial(services.journal.close, entry))


async def _found_out(entry: JournalEntry, services: Services) -> Reply:
    entry, found = await services.journal.find_out(entry)
    match found:
        case Adopt(code):
            return await _picture(code, services, entry.user_id)
        case Doubled(codes):
            return Reply(cards.doubled_sentence(entry), cards.doubled(entry, codes))
        case GiveUp():
            text = f"{NO_ANSWER} Look at `/cams qr list`: if the code is there, post its picture."
            raise UnknownOutcomeError(text, partial(services.journal.close, entry))
    await services.journal.leave(entry)
    raise UnknownOutcomeError(f"{NO_ANSWER} {FINDING_OUT}")


@router.press("qr.delete", requires=Role.OPERATOR)
async def delete(ask: Ask, services: Services) -> Reply:
    """Delete one of several codes that one write has made, never the last of them, and no other code."""
    entry = await services.store.journal_entry(int(ask["entry"]))
    if entry is None:
        raise UserError("It is not known any more which codes these were. Nothing was deleted.")
    wanted = Wanted(
        operation=DELETE,
        phone_number=entry.phone_number,
        space_id=entry.space_id,
        content=entry.content,
        user_id=ask.user_id,
        channel_id=ask.channel_id,
    )
    # Two deletes at once would each see the other's code stand, and none would be left.
    turn = await services.journal.begin(wanted)
    if turn is None:
        raise UserError("One of these codes is being deleted right now. Nothing else was deleted.")
    try:
        left = await _left_by(ask["code"], entry, services)
        await _delete(ask["code"], turn, services)
    except LostLeaseError as exc:
        raise UserError("It took too long to look at the codes. Nothing was deleted; try again.") from exc
    except (CamsError, UserError) as exc:
        # A list that failed has deleted nothing.
        if not isinstance(exc, CamsUnknownOutcomeError) or exc.operation != DELETE:
            await services.journal.close(turn)
        raise
    await services.journal.close(turn)
    return Reply(f"The code {ask['code']} was deleted. {left} stays; post its picture from `/cams qr list`.")


async def _delete(code: str, turn: JournalEntry, services: Services) -> None:
    # Whoever has lost the turn deletes nothing any more.
    turn = await services.journal.note(turn, sent_at=services.clock())
    try:
        await services.cams.delete_qr_code(turn.phone_number, code, turn.space_id)
    except CamsUnknownOutcomeError:
        # CAMS may still be at it, and a list would show the code as if it stayed.
        with suppress(LostLeaseError):
            await services.journal.leave(turn, state="unknown", sent_at=services.clock())
        raise


async def _left_by(code: str, entry: JournalEntry, services: Services) -> str:
    """Return the equal codes that stay when one of them is deleted. Raises UserError where it may not be."""
    listed = await services.cams.list_qr_codes(entry.phone_number, entry.space_id)
    equal = {one.code for one in candidates(entry, listed)}
    if code not in equal:
        raise UserError(f"The code {code} is not there any more. Nothing was deleted.")
    if len(equal) == 1:
        raise UserError(f"{code} is the only one left of them, so it was not deleted.")
    return ", ".join(sorted(equal - {code}))


@router.command(
    "qr list",
    usage="qr list [phone]",
    does="List a number's QR codes",
    requires=Role.VIEWER,
    reads=phone_only,
    form=LIST,
)
async def show(ask: Ask, services: Services) -> Reply:
    """List the first page of a number's codes."""
    return await _page(ask, services, 0)


@router.press("qr.page", requires=Role.VIEWER)
async def turn(ask: Ask, services: Services) -> Reply:
    """Turn to another page of the list."""
    return await _page(ask, services, int(ask["page"]))


@router.press("qr.post", requires=Role.OPERATOR, posts=True)
async def post(ask: Ask, services: Services) -> Reply:
    """Post the picture of a code from the list."""
    codes = await services.cams.list_qr_codes(ask["phone"], ask["space"])
    qr = next((one for one in codes if one.code == ask["code"]), None)
    if qr is None:
        raise UserError(f"The code {ask['code']} is no longer there. List the codes again.")
    return await _picture(qr, services, ask.user_id)


async def _picture(qr: QrCode, services: Services, user_id: str) -> Reply:
    caption = cards.qr_caption(qr, user_id)
    try:
        png = await services.drawer.draw(qr.link)
    except UnreadablePictureError as exc:
        text = f"The code {qr.code} exists, but no picture of it could be made. {exc}"
        return Reply(text, [blocks.prose(text), *caption])
    return Reply(cards.qr_sentence(qr), caption, picture_of(qr, png))


async def _page(ask: Ask, services: Services, page: int) -> Reply:
    phone = ask["phone"]
    space = await services.space_if_known(phone, ask["space"])
    codes = await services.cams.list_qr_codes(phone, space)
    await services.remember(phone, space)
    if not codes:
        return Reply(f"This number has no QR codes yet. Make one: `/cams qr create +{phone} Hello`.", replaces=True)
    first = min(max(page, 0), (len(codes) - 1) // PAGE) * PAGE
    shown = codes[first : first + PAGE]
    card = cards.qr_page(shown, first + 1, len(codes), phone)
    text = f"{len(codes)} QR codes of +{phone}"
    return Reply(text, [*card, *_buttons(phone, space, shown, first, len(codes))], replaces=True)


def _buttons(phone: str, space: str, shown: list[QrCode], first: int, total: int) -> list[Block]:
    posts = [
        blocks.button(f"Post picture {number}", f"qr.post:{number}", _value(phone, space, code=qr.code))
        for number, qr in enumerate(shown, start=first + 1)
        if qr.code == blocks.shorten(qr.code, CODE_MAX)
    ]
    turns = []
    if first:
        turns.append(blocks.button("Previous", "qr.page:previous", _value(phone, space, page=str(first // PAGE - 1))))
    if first + len(shown) < total:
        turns.append(blocks.button("Next", "qr.page:next", _value(phone, space, page=str(first // PAGE + 1))))
    return [blocks.actions(*row) for row in (posts, turns) if row]


def _value(phone: str, space: str, **more: str) -> str:
    return json.dumps({"phone": phone, "space": space, **more}, ensure_ascii=False)
