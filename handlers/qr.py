"""`/cams qr`: make QR codes, list them, hand out their pictures."""

import json

from bot import blocks, cards
from bot.access import Role
from bot.blocks import Block
from bot.cams.models import QrCode
from bot.errors import UserError
from bot.qr import UnreadablePictureError
from bot.services import Services
from bot.slack import Picture
from handlers.fields import CHANNEL, MESSAGE, PHONE, SPACE
from handlers.modals import Form
from handlers.routes import Ask, Reply, Router
from handlers.words import phone_and_message, phone_only

router = Router()
PAGE = 10
# A code has 14 characters.
CODE_MAX = 50
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
    """Create a code, draw its picture, publish both."""
    space = await services.space_if_known(ask["phone"], ask["space"])
    qr = await services.cams.create_qr_code(ask["phone"], ask["message"], space)
    await services.remember(ask["phone"], space)
    return await _picture(qr, services, ask.user_id)


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
    code = blocks.shorten(qr.code, CODE_MAX)
    name = f"whatsapp-{blocks.shorten(qr.phone_number, CODE_MAX)}-{code}.png"
    return Reply(cards.qr_sentence(qr), caption, Picture(png, name, f"QR code {code}", cards.qr_alt_text(qr)))


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
