"""Many changes at once, as one message and its thread; and the daily digest. Pure: values in, messages out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot import blocks
from bot.alerts.change_view import ALARMS
from bot.alerts.message import Message
from bot.alerts.words import moment, move, name_of, one_line, person, status_of
from bot.blocks import Block, Part
from bot.statuses import WELL, meaning
from bot.store import Card, Swept, Transition

# So many changes at once are told together.
FLOOD_FROM = 10
# Undocumented: Slack refuses a message at 13,297 characters in its blocks, https://github.com/slackapi/bolt-js/issues/2509
PART_MAX = 12_000
# All cells together, https://docs.slack.dev/reference/block-kit/blocks/table-block
TABLE_MAX = 9_000
TABLE_ROWS_MAX = 99
DIGEST_TABLE_MAX = 5_000
MOVES_MAX = 10
OPEN_MAX = 25
SPACE_MAX = 60
HEAD = ("WABA", "Space", "Change", "Seen")


def flood(changes: Sequence[Transition], buttons: Sequence[Block] = ()) -> Message:
    """Return one message for many changes: how many of which kind, and the most urgent of them; with buttons, if any.

    Those that the table has no room for are in `parts`, with all the others.
    """
    ordered = by_urgency(changes)
    said = f"{_number(len(changes))} of review status at once. {'; '.join(_counted(ordered))}."
    table, shown = _table(ordered, TABLE_MAX)
    rest = f"The {shown} most urgent are shown; all {len(changes)} are in the thread."
    return Message(
        blocks.escape(said),
        [
            blocks.header(f"{_number(len(changes))} of review status at once"),
            blocks.lines(*_moves(ordered)),
            *([blocks.actions(*buttons)] if buttons else []),
            table,
            blocks.context(rest if shown < len(changes) else "All of them are shown."),
        ],
    )


def ack_button(first: int, last: int) -> Block:
    """Return the button that acknowledges what a flood told, which is known by the IDs of its first and last alert."""
    return blocks.button("Acknowledge all", "flood.ack", f"{first}-{last}", style="primary")


def acknowledged(by: str, swept: Swept) -> Message:
    """Return the line that says who has acknowledged how many of those that a flood told."""
    count, left = len(swept.cards), len(swept.moved)
    rest = f" Changed since, and left: {left}." if left else ""
    row: list[Part] = [blocks.emoji("eyes"), " ", person(by), f" acknowledged {count} of these alerts.{rest}"]
    return Message(f"{alerts(count)} acknowledged.", [blocks.lines(row)])


def alerts(count: int) -> str:
    return f"{count} alert{'' if count == 1 else 's'}"


def parts(changes: Sequence[Transition]) -> list[tuple[list[Transition], Message]]:
    """Return all of the changes, the most urgent first, in as few messages as Slack's limit on a message allows.

    Changes of one space keep their order. With each message stand those that it names.
    """
    worst: dict[str, int] = {}
    for change in changes:
        worst[change.space_id] = max(worst.get(change.space_id, WELL), _severity(change))
    ordered = sorted(changes, key=lambda change: (-worst[change.space_id], change.id))
    pages = list(_pages(ordered))
    return [
        (page, Message(blocks.escape(f"Changes, part {number} of {len(pages)}"), [_text(page)]))
        for number, page in enumerate(pages, start=1)
    ]


def chain(changes: Sequence[Transition]) -> Message:
    """Return several changes of one WABA, in order, and where it has settled."""
    last = changes[-1]
    said = (
        f"{name_of(last.waba_name, last.space_id)} went to and fro and has settled at {status_of(last.after)}: "
        f"{_number(len(changes))}. {meaning(last.after).sending}"
    )
    named = next(_pages(changes))
    left = len(changes) - len(named)
    rest = [blocks.context(f"{left} more: /cams history names them.")] if left else []
    title = blocks.lines([blocks.emoji("arrows_counterclockwise"), " ", blocks.bold(said)])
    return Message(blocks.escape(said), [title, _text(named), *rest])


def digest(
    changes: Sequence[Transition], open_cards: Sequence[Card], watched: int, oldest_look: datetime | None, now: datetime
) -> Message:
    """Return the daily digest: that the watch is alive, what is not well, what has changed.

    `oldest_look` is when that WABA was looked at whose look is the longest ago, None where none was yet.
    """
    said = (
        f"Daily digest: {len(open_cards) or 'no'} open, {_number(len(changes)).lower()}, {watched} watched, "
        f"{f'none looked at before {moment(oldest_look)}' if oldest_look else 'not looked at yet'}."
    )
    return Message(
        blocks.escape(said),
        [
            blocks.header(f"Daily digest, {now:%Y-%m-%d}"),
            blocks.lines(_alive(watched, oldest_look)),
            *(_open(open_cards) if watched or open_cards else []),
            *_changed(by_urgency(changes)),
        ],
    )


def fits_digest(changes: Sequence[Transition]) -> bool:
    """Whether a digest shows every change, so that nothing has to be told beside it."""
    return _table(by_urgency(changes), DIGEST_TABLE_MAX)[1] == len(changes)


def by_urgency(changes: Iterable[Transition]) -> list[Transition]:
    """Return the worst first; of equally bad ones that which was seen first."""
    return sorted(changes, key=lambda change: (-_severity(change), change.id))


def _severity(change: Transition) -> int:
    if change.kind == "review":
        return meaning(change.after).severity
    if change.kind == "poll_failing" or (change.kind in ALARMS and ALARMS[change.kind].is_trouble):
        return meaning("").severity
    return WELL


def _number(count: int) -> str:
    return f"{count} changes" if count > 1 else "1 change" if count else "No change"


def _counted(ordered: Sequence[Transition]) -> list[str]:
    """How often each move happened, the worst first."""
    counts = Counter(move(change) for change in ordered)
    said = [f"{moved}: {count}" for moved, count in list(counts.items())[:MOVES_MAX]]
    others = sum(list(counts.values())[MOVES_MAX:])
    return [*said, f"others: {others}"] if others else said


def _moves(ordered: Sequence[Transition]) -> list[list[Part]]:
    emoji = {move(change): _emoji(change) for change in ordered}
    counted = _counted(ordered)
    names = [*list(emoji.values())[:MOVES_MAX], "heavy_plus_sign"]
    return [[blocks.emoji(name), f" {said}"] for name, said in zip(names, counted, strict=False)]


def _emoji(change: Transition) -> str:
    if change.kind == "review":
        return meaning(change.after).emoji
    return "warning" if _severity(change) else "white_check_mark"


def _cells(change: Transition) -> tuple[str, str, str, str]:
    space = one_line(change.space_id, SPACE_MAX)
    return name_of(change.waba_name, change.space_id), space, move(change), moment(change.seen_at)


def _row(change: Transition) -> str:
    name, space, moved, seen = _cells(change)
    return f"{name} ({space}): {moved}, seen {seen}"


def _table(ordered: Sequence[Transition], room: int) -> tuple[Block, int]:
    """A table of as many changes as there is room for, and how many those are."""
    rows: list[tuple[str, ...]] = []
    left = room - sum(map(blocks.units, HEAD))
    for change in ordered[:TABLE_ROWS_MAX]:
        cells = _cells(change)
        left -= sum(map(blocks.units, cells))
        if left < 0:
            break
        rows.append(cells)
    return blocks.table(HEAD, rows), len(rows)


def _pages(changes: Iterable[Transition]) -> Iterator[list[Transition]]:
    page: list[Transition] = []
    left = PART_MAX
    for change in changes:
        size = blocks.units(_row(change)) + 1
        if size > left:
            yield page
            page, left = [], PART_MAX
        page.append(change)
        left -= size
    if page:
        yield page


def _text(page: Sequence[Transition]) -> Block:
    return blocks.lines(*([_row(change)] for change in page))


def _alive(watched: int, oldest_look: datetime | None) -> list[Part]:
    if not watched:
        what = [
            blocks.emoji("warning"),
            " Nothing is watched for this channel: type ",
            blocks.code("/cams watch <space>"),
        ]
        return [*what, " in it."]
    row: list[Part] = [blocks.emoji("eyes"), f" {watched} watched; "]
    if oldest_look is None:
        return [*row, "not all of them were looked at yet."]
    return [*row, "each was looked at since ", blocks.date(oldest_look), "."]


def _open(cards: Sequence[Card]) -> list[Block]:
    if not cards:
        return [blocks.lines([blocks.emoji("white_check_mark"), " No WABA is in trouble."])]
    worst = sorted(cards, key=lambda card: (-meaning(card.status).severity, card.status_since))
    rows = [_open_row(card) for card in worst[:OPEN_MAX]]
    more = len(cards) - OPEN_MAX
    shown = [blocks.lines([blocks.bold(f"Open: {len(cards)}")], *rows)]
    return [*shown, blocks.context(f"{more} more: /cams alerts")] if more > 0 else shown


def _open_row(card: Card) -> list[Part]:
    held: list[Part] = [", acknowledged by ", blocks.user(card.acked_by)] if card.acked_by else []
    return [
        blocks.emoji(meaning(card.status).emoji),
        f" {name_of(card.waba_name, card.space_id)} ",
        blocks.bold(status_of(card.status)),
        " since ",
        blocks.date(card.status_since),
        *held,
    ]


def _changed(ordered: Sequence[Transition]) -> list[Block]:
    if not ordered:
        return [blocks.context("Nothing has changed since the last digest.")]
    table, shown = _table(ordered, DIGEST_TABLE_MAX)
    rest = [blocks.context(f"All {len(ordered)} are in the thread.")] if shown < len(ordered) else []
    return [blocks.lines([blocks.bold(f"Changed: {len(ordered)}")]), table, *rest]
