"""What people see of a QR code, a WABA, a profile. Pure: values in, blocks out."""

import json
from collections.abc import Sequence
from itertools import islice

from bot import blocks, phones
from bot.blocks import Block, Part
from bot.cams.errors import CamsRefusedError
from bot.cams.models import Profile, QrCode, Waba
from bot.cams.values import VERTICALS
from bot.statuses import meaning
from bot.store import JournalEntry

SITES_MAX = 5
# Of a confirm dialog: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
TITLE_MAX = 100
BUTTON_MAX = 30
RATES_MAX = 400


def waba(account: Waba, space_id: str) -> list[Block]:
    """Show a WABA with every field that QueryChatappBindWaba documents."""
    rates = json.dumps(account.international_rates, ensure_ascii=False, sort_keys=True, default=str)
    return [
        blocks.header(account.name),
        blocks.lines(*_status_lines(account.review_status)),
        blocks.facts(
            [
                ("WABA", blocks.code(account.id)),
                ("Space", blocks.code(space_id)),
                ("Currency", account.currency),
                ("Business", account.business_name),
                ("Business ID", blocks.code(account.business_id)),
                ("Primary business location", account.primary_business_location),
                ("Template namespace", blocks.code(account.template_namespace)),
                ("Also on the WhatsApp Business app", account.on_business_app),
                ("Marketing Messages Lite", account.marketing_lite_status),
                ("International rates", blocks.shorten(rates if account.international_rates else "", RATES_MAX)),
            ]
        ),
    ]


def waba_sentence(account: Waba) -> str:
    return f"{account.name} is {account.review_status}. {meaning(account.review_status).sending}"


def _status_lines(status: str) -> list[list[Part]]:
    means = meaning(status)
    return [
        [blocks.emoji(means.emoji), " ", blocks.bold(status), f": {means.words} {means.sending}"],
        [means.next_step],
    ]


def profile(shown: Profile, phone_number: str, space_id: str) -> list[Block]:
    """Show a number's business profile, with its picture where it has one."""
    sites: list[Part] = []
    for site in islice(shown.websites, SITES_MAX):
        sites += [", "] if sites else []
        sites.append(blocks.link(site))
    card = [
        blocks.header(f"Business profile of {phones.pretty(phone_number)}"),
        blocks.facts(
            [
                ("About", shown.about),
                ("Description", shown.description),
                ("Industry", VERTICALS.get(shown.vertical, shown.vertical)),
                ("Sites", sites),
                ("Email", shown.email),
                ("Address", shown.address),
                ("Space", blocks.code(space_id)),
            ]
        ),
    ]
    if blocks.is_address(shown.picture_url):
        card.insert(1, blocks.image(shown.picture_url, f"Profile picture of {phones.pretty(phone_number)}"))
    return card


def qr_caption(qr: QrCode, posted_by: str) -> list[Block]:
    """What stands with a QR picture: link, code, number and message, and who asked for it."""
    return [
        blocks.facts(
            [
                ("Number", phones.pretty(qr.phone_number)),
                ("Message", qr.message),
                ("Link", blocks.link(qr.link)),
                ("Code", blocks.code(qr.code)),
                ("Posted by", blocks.user(posted_by)),
            ]
        )
    ]


def qr_sentence(qr: QrCode) -> str:
    message = blocks.shorten(qr.message, blocks.CELL_MAX)
    return f"QR code {qr.code} of {phones.pretty(qr.phone_number)} opens {qr.link} with “{message}”."


def qr_alt_text(qr: QrCode) -> str:
    """Say what a QR picture is to who cannot see it."""
    text = f"QR code that opens a WhatsApp chat with {phones.pretty(qr.phone_number)} and the message: {qr.message}"
    return blocks.shorten(text, blocks.ALT_TEXT_MAX - 1)


def not_made(entry: JournalEntry) -> str:
    """Say that a code was not made after all."""
    message, number = blocks.shorten(entry.content, blocks.CELL_MAX), phones.pretty(entry.phone_number)
    return (
        f"The QR code of {number} with “{message}” was not made, as far as can be seen: CAMS gave no usable answer, "
        "and the code is not in its list. Look at `/cams qr list`, and ask for it again if it is not there."
    )


def refused_later(entry: JournalEntry, refusal: CamsRefusedError) -> str:
    """Say that CAMS refused a code when it was sent once more."""
    message, number = blocks.shorten(entry.content, blocks.CELL_MAX), phones.pretty(entry.phone_number)
    return (
        f"The QR code of {number} with “{message}” was not made. CAMS gave no usable answer at first, and refused it "
        f"when it was sent again. {refusal}. Ask for it again when that is mended."
    )


def not_known(entry: JournalEntry) -> str:
    """Say that what became of a code could not be found out."""
    message, number = blocks.shorten(entry.content, blocks.CELL_MAX), phones.pretty(entry.phone_number)
    return (
        f"It could not be found out whether the QR code of {number} with “{message}” was made: CAMS does not show me "
        "the number's codes. Look at `/cams qr list` before you ask for it again."
    )


def maybe_sent(entry: JournalEntry, status: str) -> str:
    """Say that a verification code may have been sent."""
    return (
        f"I was stopped while I had a verification code sent to {phones.pretty(entry.phone_number)}: it may be on its "
        f"way. It was not repeated. {status} Wait two minutes and look at the telephone before you request another."
    )


def doubled_sentence(entry: JournalEntry) -> str:
    return f"CAMS has made the QR code of {phones.pretty(entry.phone_number)} with the same message more than once."


def doubled(entry: JournalEntry, codes: Sequence[QrCode]) -> list[Block]:
    """Show equal codes of one write, each with a button to delete it."""
    message = blocks.shorten(entry.content, blocks.CELL_MAX)
    return [
        blocks.lines(
            [blocks.emoji("warning"), " ", doubled_sentence(entry), f" “{message}”"],
            ["They do the same. Delete those that are not printed or sent anywhere; one stays."],
        ),
        blocks.table(("#", "Code", "Link"), [(str(row), qr.code, qr.link) for row, qr in enumerate(codes, start=1)]),
        blocks.actions(*(_delete_button(entry, qr, row) for row, qr in enumerate(codes, start=1))),
    ]


def _delete_button(entry: JournalEntry, qr: QrCode, row: int) -> Block:
    confirm = {
        "title": blocks.plain("Delete this code?", TITLE_MAX),
        "text": blocks.plain(f"Whoever scans a picture of {qr.code} gets nowhere then. It cannot be undone.", 300),
        "confirm": blocks.plain("Delete it", BUTTON_MAX),
        "deny": blocks.plain("Keep it", BUTTON_MAX),
    }
    value = json.dumps({"entry": str(entry.id), "code": qr.code})
    return blocks.button(f"Delete one: {row}", f"qr.delete:{row}", value, style="danger", confirm=confirm)


def qr_page(shown: Sequence[QrCode], first: int, total: int, phone_number: str) -> list[Block]:
    """Show one page of a number's QR codes; `first` is the number of the first one, from 1."""
    rows = [
        (str(number), qr.code, blocks.shorten(qr.message, blocks.CELL_MAX), qr.link)
        for number, qr in enumerate(shown, start=first)
    ]
    count = f"{first} to {first + len(shown) - 1} of {total}" if total > len(shown) else str(total)
    return [
        blocks.header(f"QR codes of {phones.pretty(phone_number)} ({count})"),
        blocks.table(("#", "Code", "Message", "Link"), rows),
    ]
