"""`/cams spaces`: every space of the account, searched by name, ID, WABA or number. Answered from memory."""

import json
from collections.abc import Sequence
from datetime import timedelta

from bot import blocks, phones
from bot.access import Role
from bot.blocks import Block, Part
from bot.register import Known, Register
from bot.services import Services
from bot.statuses import meaning
from bot.store import SpaceNumber
from handlers.routes import Ask, Reply, Router
from handlers.words import Understood, unquote

router = Router()
PAGE = 10
NUMBERS_MAX = 5
# So that a page of the longest fits into one message, and a search into a button.
NAME_MAX = 60
STATUS_MAX = 30
SEARCH_MAX = 100
A_MOMENT = timedelta(minutes=1)
MISSING = {
    "ListInstance": "so only spaces are known that somebody watches or has named",
    "QueryChatappBindWaba": "so no WABA can be read",
    "QueryChatappPhoneNumbers": "so no number can be found by itself",
}


@router.command(
    "spaces",
    usage="spaces [search]",
    does="List the spaces of the account, or search them",
    requires=Role.VIEWER,
    reads=lambda text: Understood({"search": unquote(text)}),
)
async def spaces(ask: Ask, services: Services) -> Reply:
    """Show the first page of what has the words in it."""
    return _page(ask["search"], services.register, 0)


@router.press("spaces.page", requires=Role.VIEWER)
async def turn(ask: Ask, services: Services) -> Reply:
    """Turn to another page."""
    return _page(ask["search"], services.register, int(ask["page"]))


def _page(search: str, register: Register, page: int) -> Reply:
    wanted = blocks.shorten(search, SEARCH_MAX) if search.strip() else ""
    found = register.search(wanted)
    if not found:
        return _nothing(wanted, register)
    first = min(max(page, 0), (len(found) - 1) // PAGE) * PAGE
    shown = found[first : first + PAGE]
    text = _title(wanted, len(found), first, len(shown))
    rows = [row for known in shown for row in _rows(known)]
    card = [blocks.header(text), blocks.lines(*rows), *_notes(shown, register)]
    return Reply(text, [*card, *_buttons(wanted, first, len(found))], replaces=True)


def _nothing(wanted: str, register: Register) -> Reply:
    if len(register):
        text = f"No space has “{wanted}” in its name, ID, WABA or numbers. `/cams spaces` lists all {len(register)}."
    else:
        text = (
            "No space is known yet. They are read from CAMS when the bot starts, and again and again; "
            "look once more in a minute. `/cams waba <space>` works without."
        )
    said = " ".join([text, *_missing(register)])
    return Reply(said, [blocks.prose(said)], replaces=True)


def _title(wanted: str, total: int, first: int, count: int) -> str:
    counted = str(total) if total <= count else f"{first + 1} to {first + count} of {total}"
    return f"Spaces with “{blocks.shorten(wanted, NAME_MAX)}” ({counted})" if wanted else f"Spaces ({counted})"


def _rows(known: Known) -> list[list[Part]]:
    space = known.space
    name: list[Part] = [blocks.bold(blocks.shorten(known.name, NAME_MAX)), " "] if known.name.strip() else []
    return [
        [*name, blocks.code(blocks.shorten(space.space_id, NAME_MAX))],
        _waba(known),
        *_numbers(known.numbers),
        [" "],
    ]


def _waba(known: Known) -> list[Part]:
    space = known.space
    if not space.waba_id:
        return ["WABA not read yet" if space.read_at is None else "no WABA that can be read"]
    return [
        blocks.emoji(meaning(space.review_status).emoji),
        f" {blocks.shorten(space.review_status, STATUS_MAX)} · ",
        f"{blocks.shorten(space.waba_name, NAME_MAX)} ",
        blocks.code(blocks.shorten(space.waba_id, NAME_MAX)),
    ]


def _numbers(numbers: Sequence[SpaceNumber]) -> list[list[Part]]:
    rows: list[list[Part]] = [
        [blocks.emoji("telephone_receiver"), f" {_number(number)}"] for number in numbers[:NUMBERS_MAX]
    ]
    more = len(numbers) - NUMBERS_MAX
    return [*rows, [f"and {more} more"]] if more > 0 else rows


def _number(number: SpaceNumber) -> str:
    shown = blocks.shorten(phones.pretty(number.phone_number), NAME_MAX)
    states = (number.status, number.quality)
    return " · ".join([shown, *(blocks.shorten(state, STATUS_MAX) for state in states if state.strip())])


def _notes(shown: Sequence[Known], register: Register) -> list[Block]:
    read = [known.space.read_at for known in shown if known.space.read_at]
    when: list[Block] = []
    if read:
        words = ["Read from CAMS ", blocks.date(min(read))]
        words += [" to ", blocks.date(max(read))] if max(read) - min(read) > A_MOMENT else []
        when = [blocks.lines([*words, "."])]
    return [*when, *(blocks.prose(f"⚠ {note}") for note in _missing(register))]


def _missing(register: Register) -> list[str]:
    return [
        f"The AccessKey may not call {operation}, {MISSING[operation]}: allow the action `cams:{operation}` "
        "in its RAM policy."
        for operation in MISSING
        if operation in register.missing
    ]


def _buttons(wanted: str, first: int, total: int) -> list[Block]:
    page = first // PAGE
    turns = [blocks.button("Previous", "spaces.page:previous", _value(wanted, page - 1))] if first else []
    if first + PAGE < total:
        turns.append(blocks.button("Next", "spaces.page:next", _value(wanted, page + 1)))
    return [blocks.actions(*turns)] if turns else []


def _value(wanted: str, page: int) -> str:
    return json.dumps({"search": wanted, "page": str(page)}, ensure_ascii=False)
