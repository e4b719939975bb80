"""What is open, and what waits to be posted. Pure: values in, messages out."""

from collections.abc import Sequence

from bot import blocks
from bot.alerts import change_view
from bot.alerts.message import Message
from bot.alerts.words import name_of, one_line, person, status_of
from bot.blocks import Block, Part
from bot.statuses import meaning
from bot.store import Alert, Card, Post

CARDS_MAX = 25
POSTS_MAX = 10
SAID_MAX = 120


def overview(cards: Sequence[Card], waiting: Sequence[Post], count: int, failed: Sequence[Alert | Post]) -> Message:
    """Return the open cards, the worst first; the posts that wait, of which there are `count`; and what has failed."""
    said = f"Open alerts: {len(cards)}; waiting to be posted: {count}" + (f"; failed: {len(failed)}" if failed else "")
    return Message(
        blocks.escape(said),
        [
            blocks.header(said),
            *_cards(cards),
            *_rows("Waiting to be posted", [_post(one) for one in waiting[:POSTS_MAX]], count),
            *_rows("Not posted", [_failed(one) for one in failed[:POSTS_MAX]], len(failed)),
        ],
    )


def _cards(cards: Sequence[Card]) -> list[Block]:
    if not cards:
        return [blocks.lines([blocks.emoji("white_check_mark"), " All is well, as far as is watched."])]
    worst = sorted(cards, key=lambda card: (-meaning(card.status).severity, card.status_since))
    return _rows("", [_card(card) for card in worst[:CARDS_MAX]], len(cards))


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
        " in ",
        blocks.channel(card.channel_id),
    ]
    return [*row, *held(card)]


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
    return [*row, f", failed {post.failures} times: {one_line(post.error, SAID_MAX)}"] if post.error else row


def _failed(one: Alert | Post) -> list[Part]:
    if isinstance(one, Post):
        place, said = one.meant_for, _said(one)
    else:
        place, said = one.channel_id, one_line(change_view.sentence(one.transition), SAID_MAX)
    why = one_line(one.error, SAID_MAX)
    return [blocks.emoji("no_entry"), " ", blocks.channel(place), f" {said}: ", blocks.bold(why)]


def _said(post: Post) -> str:
    return one_line(Message.loads(post.content).said, SAID_MAX)
