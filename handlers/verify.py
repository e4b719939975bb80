"""`/cams verify`: have a verification code sent to a number. The code itself never passes through here."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from bot import blocks, phones
from bot.access import Role
from bot.blocks import Block
from bot.cams.errors import CamsError, CamsUnknownOutcomeError
from bot.cams.values import LOCALES
from bot.errors import UnknownOutcomeError, UserError
from bot.journal import VERIFY as VERIFY_OPERATION
from bot.services import Services
from bot.settle import verification
from bot.store import JournalEntry, LostLeaseError, Wanted
from handlers.errors import explain
from handlers.fields import LANGUAGE, METHOD, PHONE, SPACE
from handlers.modals import Form
from handlers.routes import Ask, Reply, Router
from handlers.words import phone_only

router = Router()
VERIFY = Form("verify", "Verify a number", "Continue", (PHONE, SPACE, METHOD, LANGUAGE))
COMES_AS = {"sms": "text message", "voice": "telephone call"}


def confirm(values: Mapping[str, str]) -> list[Block]:
    """Say who will get what, before it is sent."""
    number = phones.pretty(values["phone"])
    does = {"sms": "sends a text message to", "voice": "calls"}[values["method"]]
    space = [" The number is in space ", blocks.code(values["space"]), "."] if values.get("space") else []
    return [
        blocks.lines(
            [
                blocks.emoji("warning"),
                f" WhatsApp {does} ",
                blocks.bold(number),
                f" with a verification code in {_language(values)}.",
                *space,
            ],
            ["Whoever has that telephone at hand gets it. WhatsApp counts the requests, and too many lock the number."],
        )
    ]


@router.command(
    "verify",
    usage="verify [phone]",
    does="Have a verification code sent to a number",
    requires=Role.ADMIN,
    reads=phone_only,
    form=VERIFY,
    confirm=confirm,
)
async def verify(ask: Ask, services: Services) -> Reply:
    """Request a code; it is never requested twice by itself."""
    space = await services.space_of(ask["phone"], ask["space"])
    wanted = Wanted(
        operation=VERIFY_OPERATION,
        phone_number=ask["phone"],
        space_id=space,
        content=f"{ask['method']} {ask['language']}",
        user_id=ask.user_id,
        channel_id=ask.channel_id,
    )
    entry = await services.journal.begin(wanted)
    if entry is None:
        raise UserError("This very code is being requested right now. Wait for what comes of it.")
    await _send(entry, ask, services)
    await services.remember(ask["phone"], space)
    number = phones.pretty(ask["phone"])
    text = f"A verification code for {number} was requested."
    shown = blocks.lines(
        [blocks.emoji("white_check_mark"), " ", blocks.bold(text)],
        [f"It comes as a {COMES_AS[ask['method']]} in {_language(ask.values)}, likely within a minute."],
        ["Next: enter the code in the CAMS console, under Channel Management, at this number. Never post it in Slack."],
        ["Nothing has come after two minutes? Try the other way, a call or a text message, before the same one again."],
    )
    return Reply(text, [shown], then=partial(services.journal.close, entry))


async def _send(entry: JournalEntry, ask: Ask, services: Services) -> None:
    """Have the code sent, once. Its row stays open until that was told, for a crash before it to be told of later."""
    journal = services.journal
    try:
        await services.cams.send_verification_code(entry.phone_number, entry.space_id, ask["method"], ask["language"])
    except CamsUnknownOutcomeError as exc:
        with suppress(LostLeaseError):
            entry = await journal.note(entry, state="unknown", sent_at=services.clock())
        said = await verification(services, entry.phone_number, entry.space_id)
        raise UnknownOutcomeError(f"{explain(exc)} {said}", partial(journal.close, entry)) from exc
    except CamsError:
        await journal.close(entry)
        raise


def _language(values: Mapping[str, str]) -> str:
    return LOCALES[values["language"]]
