"""What people see of a QR code, a WABA, a profile, an alert. Pure: values in, blocks out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bot import blocks, phones
from bot.blocks import Block, Part
from bot.cams.errors import CamsRefusedError
from bot.cams.models import Profile, QrCode, Waba
from bot.cams.values import VERTICALS
from bot.statuses import meaning
from bot.store import JournalEntry, Transition

CONSOLE = "https://chatapp.console.alibabacloud.com/CustomerList"
SITES_MAX = 5
# Of a confirm dialog: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
TITLE_MAX = 100
BUTTON_MAX = 30
RATES_MAX = 400


@dataclass(frozen=True)
class AlarmWords:
    """What is said of a trouble of the bot as a whole."""

    title: str
    emoji: str
    means: str
    is_trouble: bool = True


ALARMS: Mapping[str, AlarmWords] = {
    "key_refused": AlarmWords(
        "CAMS does not accept the AccessKey",
        "rotating_light",
        "Nothing can be asked of CAMS until whoever runs this bot gives it a key that works: no command, no review "
        "status. The key is tried again every 30 seconds, a new one at once.",
    ),
    "key_accepted": AlarmWords(
        "CAMS accepts the AccessKey again", "white_check_mark", "Everything works again.", is_trouble=False
    ),
    "cams_silent": AlarmWords(
        "CAMS does not answer",
        "rotating_light",
        "Review changes are not seen until it does, and commands are refused at once. It is tried every 5 seconds.",
    ),
    "cams_answers": AlarmWords(
        "CAMS answers again", "white_check_mark", "Every watched space is looked at right now.", is_trouble=False
    ),
}


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


def alert(change: Transition) -> list[Block]:
    """Show a change to a channel that has to know: what, from what to what, since when, what it means, what to do."""
    if change.kind == "review":
        return [*_review(change), _alert_buttons(change)]
    if change.kind in ALARMS:
        return _alarm(change)
    return [*_blindness(change), _alert_buttons(change)]


def alert_sentence(change: Transition) -> str:
    """The same in one sentence, for notifications."""
    if change.kind == "review":
        return f"{change.waba_name}: {change.before} → {change.after}. {meaning(change.after).sending}"
    if change.kind == "poll_failing":
        return f"The review status of space {change.space_id} cannot be read: {change.detail}"
    if change.kind in ALARMS:
        return f"{ALARMS[change.kind].title}. {ALARMS[change.kind].means}"
    return f"The review status of space {change.space_id} can be read again."


def _review(change: Transition) -> list[Block]:
    means = meaning(change.after)
    return [
        blocks.header(f"{change.waba_name}: {change.before} → {change.after}"),
        blocks.lines(
            [blocks.emoji(means.emoji), " ", blocks.bold(means.sending), f" {means.words}"],
            [blocks.bold("What to do:"), " ", means.next_step],
        ),
        blocks.facts(
            [
                ("Before", [change.before, *_since(change)]),
                ("Seen", blocks.date(change.seen_at)),
                ("WABA", blocks.code(change.waba_id)),
                ("Space", blocks.code(change.space_id)),
            ]
        ),
    ]


def _blindness(change: Transition) -> list[Block]:
    failing = change.kind == "poll_failing"
    title = "Review status cannot be read" if failing else "Review status can be read again"
    advice = (
        "Changes of this account are not seen until this works. Try Refresh; if it fails, its answer says what to do."
        if failing
        else "Changes are seen again. One that came and went in between was not."
    )
    why = [("Why", change.detail)] if failing else []
    return [
        blocks.header(title),
        blocks.lines([blocks.emoji("warning" if failing else "white_check_mark"), " ", advice]),
        blocks.facts(
            [
                ("Failing", _since(change) or "since a while"),
                *why,
                ("WABA", change.waba_name),
                ("Space", blocks.code(change.space_id)),
            ]
        ),
    ]


def _alarm(change: Transition) -> list[Block]:
    told = ALARMS[change.kind]
    return [
        blocks.header(told.title),
        blocks.lines([blocks.emoji(told.emoji), " ", told.means]),
        blocks.facts([("Since" if told.is_trouble else "Was so", _since(change)), ("Why", change.detail)]),
    ]


def _since(change: Transition) -> list[Part]:
    if change.before_since is None:
        return []
    return [" since at least " if change.at_least else " since ", blocks.date(change.before_since)]


def _alert_buttons(change: Transition) -> Block:
    return blocks.actions(
        blocks.button("Refresh", "waba.refresh", change.space_id),
        blocks.button("Open in console", "console", url=CONSOLE),
    )
