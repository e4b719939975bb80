"""What is open, and what waits to be posted. Pure: values in, messages out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import blocks
from bot.alerts import change_view
from bot.alerts.message import Message
from bot.alerts.words import how_to_watch, name_of, one_line, person, status_of
from bot.blocks import Block, Part
from bot.statuses import meaning
from bot.store import Alarm, Alert, Card, Outlook, Post, Watch

CARDS_MAX = 25
POSTS_MAX = 10
SAID_MAX = 120
WITHOUT_CARD = "Without a card: it was so at the first look, it is flapping, or its channel gets no cards."


@dataclass(frozen=True, slots=True)
class Mail:
    """The posts that wait, of which there are `count`, and what has failed."""

    waiting: Sequence[Post]
    count: int
    failed: Sequence[Alert | Post]


@dataclass(frozen=True, slots=True)
class Found:
    """What is open of all, or of the channel or the space that is named; one that is not is "".

    Among the cards are those that a WABA without one would have, see `bot.alerts.attend.unwell`.
    """

    cards: Sequence[Card]
    outlook: Outlook
    alarms: Sequence[Alarm]
    post: Mail
    channel_id: str = ""
    space_id: str = ""
    space_name: str = ""

    @property
    def count(self) -> int:
        return len(self.cards) + self.outlook.unreadable_count + len(self.alarms)


def overview(found: Found) -> Message:
    """Return what is open (what nobody has acknowledged first, then the worst), what waits, and what has failed.

    What nobody has acknowledged can be, right there.
    """
    mail, said = found.post, [f"Open alerts: {found.count}"]
    # A post does not tell which space it is of.
    posts = [] if found.space_id else _posts(mail)
    if not found.space_id:
        said += [f"waiting to be posted: {mail.count}", *([f"failed: {len(mail.failed)}"] if mail.failed else [])]
    title = "; ".join(said)
    return Message(blocks.escape(title), [blocks.header(title), *_scope(found), *_open(found), *posts])


def _scope(found: Found) -> list[Block]:
    if not (found.channel_id or found.space_id):
        return []
    what: list[Part] = [blocks.channel(found.channel_id)]
    if found.space_id:
        named: list[Part] = [blocks.bold(name_of(found.space_name, "")), " "] if found.space_name.strip() else []
        what = [*named, blocks.code(found.space_id)]
    return [blocks.lines(["Of ", *what, " alone; ", blocks.code("/cams alerts"), " shows all."])]


def _open(found: Found) -> list[Block]:
    shown = [*_rows("", [alarm_row(one) for one in found.alarms], len(found.alarms)), *_cards(found.cards)]
    blind, count = found.outlook.unreadable, found.outlook.unreadable_count
    shown += _rows("Cannot be read", [_unreadable(one) for one in blind], count)
    if not found.outlook.watched:
        return [*shown, blocks.prose(_unwatched(found))]
    return shown or [blocks.lines([blocks.emoji("white_check_mark"), " ", _well(found.outlook)])]


def _unwatched(found: Found) -> str:
    if found.space_id:
        return f"This space is not watched, so nobody sees its changes. {how_to_watch(found.space_id)}"
    return f"Nothing is watched {'for this channel' if found.channel_id else 'yet'}. {how_to_watch()}"


def _well(outlook: Outlook) -> str:
    if outlook.unseen:
        return f"Nothing is open: {outlook.watched} watched, {outlook.unseen} of them not looked at yet."
    return f"All is well: {outlook.watched} watched."


def _posts(mail: Mail) -> list[Block]:
    return [
        *_rows("Waiting to be posted", [_post(one) for one in mail.waiting[:POSTS_MAX]], mail.count),
        *_rows("Not posted", [_failed(one) for one in mail.failed[:POSTS_MAX]], len(mail.failed)),
    ]


def _cards(cards: Sequence[Card]) -> list[Block]:
    """List what nobody has acknowledged before all else, or those behind the last that is shown would never be."""
    first = sorted(cards, key=lambda card: (not _waits(card), -meaning(card.status).severity, card.status_since))
    listed = first[:CARDS_MAX]
    buttons = [_ack(number, card) for number, card in enumerate(listed, start=1) if _waits(card)]
    rows = [[*([f"{number}. "] if buttons else []), *_card(card)] for number, card in enumerate(listed, start=1)]
    shown = [*_rows("", rows, len(cards)), *([blocks.actions(*buttons)] if buttons else [])]
    return [*shown, blocks.context(WITHOUT_CARD)] if any(not card.id for card in listed) else shown


def _waits(card: Card) -> bool:
    return bool(card.id) and not card.acked_by


def _ack(number: int, card: Card) -> Block:
    named = blocks.shorten(f"Acknowledge {name_of(card.waba_name, card.space_id)}", blocks.BUTTON_MAX)
    return blocks.button(f"Acknowledge {number}", f"card.ack:{number}", str(card.id), accessibility_label=named)


def _rows(title: str, rows: Sequence[Sequence[Part]], count: int) -> list[Block]:
    if not rows:
        return []
    head: list[Sequence[Part]] = [[blocks.bold(title)]] if title else []
    more = [blocks.context(f"{len(rows)} of {count} are shown.")] if count > len(rows) else []
    return [blocks.lines(*head, *rows), *more]


def _card(card: Card) -> list[Part]:
    row: list[Part] = [
        blocks.emoji(meaning(card.status).emoji),
        f" {name_of(card.waba_name, card.space_id)} ",
        blocks.bold(status_of(card.status)),
        " since ",
        blocks.date(card.status_since),
    ]
    if not card.id:
        return [*row, ", without a card"]
    return [*row, " in ", blocks.channel(card.channel_id), *held(card)]


def alarm_row(alarm: Alarm) -> list[Part]:
    """Say that a trouble of the bot as a whole stands."""
    words = change_view.ALARMS[alarm.kind]
    return [blocks.emoji(words.emoji), " ", blocks.bold(words.title), " since ", blocks.date(alarm.since)]


def _unreadable(watch: Watch) -> list[Part]:
    named = name_of(watch.waba_name, watch.space_id)
    since: list[Part] = [" since ", blocks.date(watch.failing_since)] if watch.failing_since else []
    return [blocks.emoji("warning"), f" {named}", *since, f": {one_line(watch.failure, SAID_MAX)}"]


def held(card: Card) -> list[Part]:
    """Say who looks after a card, and whether it is snoozed."""
    row: list[Part] = [", acknowledged by ", person(card.acked_by)] if card.acked_by else [", not acknowledged"]
    if card.assigned_to:
        row += [", assigned to ", person(card.assigned_to)]
    if card.snoozed_to_change:
        row.append(", snoozed until the next change")
    elif card.snoozed_until:
        row += [", snoozed until ", blocks.date(card.snoozed_until)]
    return row


def _post(post: Post) -> list[Part]:
    row: list[Part] = [
        blocks.emoji("hourglass_flowing_sand"),
        " ",
        blocks.channel(post.meant_for),
        f" {_said(post)}, since ",
        blocks.date(post.created_at),
    ]
    times = "once" if post.failures == 1 else f"{post.failures} times"
    return [*row, f", failed {times}: {one_line(post.error, SAID_MAX)}"] if post.error else row


def _failed(one: Alert | Post) -> list[Part]:
    if isinstance(one, Post):
        place, said = one.meant_for, _said(one)
    else:
        place, said = one.channel_id, one_line(change_view.sentence(one.transition), SAID_MAX)
    why = one_line(one.error, SAID_MAX)
    return [blocks.emoji("no_entry"), " ", blocks.channel(place), f" {said}: ", blocks.bold(why)]


def _said(post: Post) -> str:
    return one_line(Message.loads(post.content).said, SAID_MAX).rstrip(".")
