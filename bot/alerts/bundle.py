"""Which messages are made of the alerts that a channel is owed. Pure: values in, values out.

few changes   a card per WABA that lives: its message, then edits and lines in its thread
many at once  one message with a table, and a thread that names each; so too where many were told one by one just now
to and fro    the first few one by one, the rest together once it has settled
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeGuard

from bot.alerts import change_view, flood_view, view
from bot.alerts.attend import moved
from bot.alerts.flood_view import FLOOD_FROM
from bot.statuses import is_undecided, is_well
from bot.store import Alert, Card, Situation, Telling, Transition

# So many changes of one WABA within an hour are told one by one. What follows is told when there was none for a
# while, or when people have waited for long enough.
FLAPS_TOLD = 4
SETTLED_AFTER = timedelta(minutes=10)
HELD_AT_MOST = timedelta(hours=1)
# While changes pour in, people read one message a minute about them. And where Slack takes fewer messages than there
# are, more of them help nobody: changes wait until they can be told together.
FLOOD_PAUSE = timedelta(minutes=1)
BACKLOG_MAX = 5


def plan(found: Situation) -> list[Telling]:
    """Return what to post now; alerts that are in none of it wait."""
    if waits(found):
        return []
    ready, held = _sorted_out(found)
    if _is_flood(found, ready):
        return [*_flood(found, [alert for group in (ready, *held) for alert in group])]
    board = dict(found.cards)
    rooted = set(found.rooted)
    tellings = [_single(found, board, rooted, alert) for alert in ready]
    tellings += [_settled(found, board, rooted, group) for group in held]
    return [telling for several in tellings for telling in several]


def waits(found: Situation) -> bool:
    """Return whether a channel is told nothing now, whatever it is owed."""
    # A channel with a digest is told by that, see bot.alerts.attend.
    if found.channel.mode == "digest" or found.backlog >= BACKLOG_MAX:
        return True
    return found.flooded_at is not None and _is_within(FLOOD_PAUSE, found.flooded_at, found.now)


def _is_flood(found: Situation, ready: Sequence[Alert]) -> bool:
    """Whether changes are told together: many at once, or some after many that were told one by one just now."""
    if len(ready) >= FLOOD_FROM:
        return True
    # Each WABA counts once: one that goes to and fro makes no flood by what was told of it alone.
    spaces = {alert.transition.space_id for alert in ready}
    told = sum(_is_within(FLOOD_PAUSE, at, found.now) for at in found.told.values())
    return len(spaces) > 1 and told + len(spaces) >= FLOOD_FROM


def _is_within(span: timedelta, then: datetime, now: datetime) -> bool:
    """Whether it was a moment ago. The clock of who noted it may be somewhat ahead; if by more, it was set back."""
    return abs(now - then) < span


def _sorted_out(found: Situation) -> tuple[list[Alert], list[list[Alert]]]:
    """Return the alerts to be told one by one, and groups of those that were held back for long enough."""
    ready: list[Alert] = []
    grouped: defaultdict[str, list[Alert]] = defaultdict(list)
    left = defaultdict(int, found.flaps)
    for alert in found.alerts:
        left[alert.transition.space_id] -= alert.transition.kind == "review"
    for alert in found.alerts:
        space = alert.transition.space_id
        left[space] += alert.transition.kind == "review"
        flaps = alert.transition.kind == "review" and left[space] > FLAPS_TOLD
        # What came after one that is held back is held back too, or the order would be lost.
        (grouped[space] if flaps or space in grouped else ready).append(alert)
    return ready, [group for group in grouped.values() if _is_over(group, found.now)]


def _is_over(group: Sequence[Alert], now: datetime) -> bool:
    seen = [alert.transition.seen_at for alert in group]
    return not _is_within(SETTLED_AFTER, max(seen), now) or now - min(seen) >= HELD_AT_MOST


def _single(found: Situation, board: dict[str, Card], rooted: set[int], alert: Alert) -> Iterator[Telling]:
    change = alert.transition
    flaps = found.flaps.get(change.space_id, 0)
    flaps = flaps if flaps >= FLAPS_TOLD else 0
    if change.kind != "review" or found.channel.mode == "each":
        yield Telling([alert.id], "change", _always(change_view.change(change, flaps).dumps()))
        return
    yield from _other_account(board, change, found.now)
    card = board.get(change.space_id)
    if card is None and is_well(change.after):
        yield Telling([alert.id], "change", _always(change_view.change(change, flaps).dumps()))
        return
    after = _opened(found, change) if card is None else _changed(card, change, found.now)
    unacked = card.acked_by if card is not None and not after.acked_by else ""
    yield _on_card(found, board, rooted, [alert.id], after, change_view.line(change, flaps, unacked).dumps())


def _settled(found: Situation, board: dict[str, Card], rooted: set[int], group: Sequence[Alert]) -> Iterator[Telling]:
    """Tell several changes of one WABA together."""
    keys, content = [alert.id for alert in group], flood_view.chain([alert.transition for alert in group]).dumps()
    moves = [alert.transition for alert in group if alert.transition.kind == "review"]
    yield from _other_account(board, moves[-1], found.now)
    card = board.get(moves[-1].space_id)
    if found.channel.mode == "each" or (card is None and is_well(moves[-1].after)):
        yield Telling(keys, "change", _always(content))
        return
    after, later = (_opened(found, moves[0]), moves[1:]) if card is None else (card, moves)
    for change in later:
        after = _changed(after, change, found.now)
    if after.id not in rooted:
        # The card says where it stands now; the way there is told in its thread.
        yield _on_card(found, board, rooted, [], after, "")
        after = replace(after, shown=after.version)
    yield _on_card(found, board, rooted, keys, after, content)


def _on_card(
    found: Situation, board: dict[str, Card], rooted: set[int], keys: Sequence[int], after: Card, line: str
) -> Telling:
    """Tell on a card: by its message where it has none yet, else by a line in its thread and an edit."""
    if after.state == "open":
        board[after.space_id] = after
    else:
        board.pop(after.space_id, None)
    if after.id in rooted:
        is_snoozed = after.snoozed_until is not None and after.snoozed_until > found.now
        return Telling(keys, "line" if is_snoozed or is_undecided(after.status) else "news", _always(line), after)
    rooted.add(after.id)
    return Telling(keys, "card", _card_content, replace(after, shown=after.version))


def _other_account(board: dict[str, Card], change: Transition, now: datetime) -> Iterator[Telling]:
    """Close the card of a WABA that is no longer the one of its space."""
    card = board.get(change.space_id)
    if card is not None and card.waba_id != change.waba_id:
        del board[change.space_id]
        yield Telling([], card=_dirty(replace(card, state="closed", closed_at=now), now))


def _opened(found: Situation, change: Transition) -> Card:
    return Card(
        # It has none yet; this one is like no other's of the plan.
        id=-change.id,
        space_id=change.space_id,
        channel_id=found.channel.channel_id,
        waba_id=change.waba_id,
        waba_name=change.waba_name,
        state="open",
        status=change.after,
        before=change.before,
        status_since=change.seen_at,
        changes=1,
        opened_at=change.seen_at,
        show_at=found.now,
    )


def _changed(card: Card, change: Transition, now: datetime) -> Card:
    # It may have closed within the same plan.
    after = moved(replace(card, state="open", closed_at=None), change.after, change.seen_at)
    return _dirty(replace(after, waba_name=change.waba_name, before=change.before), now)


def _dirty(card: Card, now: datetime) -> Card:
    return replace(card, version=card.version + 1, show_at=now)


def _flood(found: Situation, alerts: Sequence[Alert]) -> Iterator[Telling]:
    """Tell many together. Cards are kept, and edited where they have a message; the thread names every change."""
    changes = [alert.transition for alert in alerts]
    kept = [*_cards_of_many(found, changes)] if found.channel.mode == "card" else []
    keys = [alert.id for alert in alerts]
    is_open = any(one.card and one.card.state == "open" and not one.card.acked_by for one in kept)
    buttons = [flood_view.ack_button(min(keys), max(keys))] if is_open else []
    yield Telling([], "flood", _always(flood_view.flood(changes, buttons).dumps()))
    yield from _parts(alerts)
    yield from kept


def _parts(alerts: Sequence[Alert]) -> Iterator[Telling]:
    of_change = {alert.transition.id: alert.id for alert in alerts}
    for some, message in flood_view.parts([alert.transition for alert in alerts]):
        yield Telling([of_change[change.id] for change in some], "part", _always(message.dumps()))


def _cards_of_many(found: Situation, changes: Sequence[Transition]) -> Iterator[Telling]:
    board: dict[str, Card] = dict(found.cards)
    closed: list[Card] = []
    for change in (change for change in changes if change.kind == "review"):
        closed += [telling.card for telling in _other_account(board, change, found.now) if _is_kept(telling.card)]
        card = board.get(change.space_id)
        if card is None and is_well(change.after):
            continue
        after = _opened(found, change) if card is None else _changed(card, change, found.now)
        if after.state == "open":
            board[change.space_id] = after
        else:
            board.pop(change.space_id, None)
            closed += [after] if _is_kept(after) else []
    moved = [card for space, card in board.items() if card is not found.cards.get(space)]
    # First what closes: a space has one open card at most.
    yield from (Telling([], card=card) for card in (*closed, *moved))


def _is_kept(card: Card | None) -> TypeGuard[Card]:
    return card is not None and card.id > 0


def _always(content: str) -> Callable[[Card | None], str]:
    return partial(_content, content)


def _content(content: str, _card: Card | None) -> str:
    return content


def _card_content(card: Card | None) -> str:
    if card is None:
        raise ValueError("A card's message needs its card.")
    return view.card(card, ()).dumps()
