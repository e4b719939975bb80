"""What is said of an open card that nobody attends to, and the daily digest.

    open cards -> attention (pure) -> ONE transaction: what is said is owed, and the card counts it
    channels -> digest_due (pure) -> ONE transaction: the digest is owed, once a day whoever asks

Both ticks may run in every replica: the lock of the card and the key of the post let each thing be said once.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from bot.alerts import flood_view, view
from bot.alerts.hours import digest_due, digest_time, is_quiet, zone
from bot.alerts.message import Message
from bot.statuses import is_undecided, is_well, meaning
from bot.store import Card, Channel, NewPost, Store, Transition, Watch

Clock = Callable[[], datetime]
Step = Literal["reminder", "escalation", "stuck", "snooze_over"]

# How long it takes as a rule: https://support.twilio.com/hc/en-us/articles/18064259581083
STUCK_AFTER = timedelta(hours=24)
LONGEST_WAIT = timedelta(days=1)
# A doubling without an end overflows.
DOUBLINGS_MAX = 12
FIRST_DIGEST = timedelta(days=1)
DAYS_BACK = 60

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """What has to be said of a card now. `key` names the step: several replicas say it once."""

    step: Step
    key: str


def attention(card: Card, channel: Channel, now: datetime) -> Due | None:
    """Return what has to be said of a card now.

    A snooze and quiet hours hold everything back until they are over, a channel that wants digests only is told with
    them. An acknowledged card is not reminded of, but that its review is stuck is news to whoever acknowledged it too,
    and so is the end of a snooze, which somebody has asked for.
    """
    over = card.state == "closed" or channel.mode == "digest"
    if over or is_snoozed(card, now) or is_quiet(channel, now):
        return None
    if _escalates(card, channel, now):
        return Due("escalation", f"escalate:{card.id}:{card.changes}")
    if card.snoozed_until:
        return Due("snooze_over", f"snooze-over:{card.id}:{card.snoozed_until:%Y%m%dT%H%M%S}")
    if _reminds(card, channel, now):
        return Due("reminder", f"remind:{card.id}:{card.changes}:{card.reminders + 1}")
    if is_undecided(card.status) and not card.stuck_told_at and now - card.status_since >= STUCK_AFTER:
        return Due("stuck", f"stuck:{card.id}:{card.changes}")
    return None


def is_snoozed(card: Card, now: datetime) -> bool:
    return card.snoozed_to_change or (card.snoozed_until is not None and now < card.snoozed_until)


def moved(card: Card, status: str, now: datetime) -> Card:
    """Return a card after a change of its WABA to a status, which begins the waiting for reminders anew.

    A change to a worse status takes the acknowledgement and the snooze away: what was acknowledged was less. To be well
    again closes the card.
    """
    worse = meaning(status).severity > meaning(card.status).severity
    after = replace(
        card,
        before=card.status,
        status=status,
        status_since=now,
        changes=card.changes + 1,
        reminders=0,
        reminded_at=None,
        escalated_at=None,
        stuck_told_at=None,
    )
    if worse:
        after = replace(after, acked_by="", acked_at=None)
    if worse or card.snoozed_to_change:
        after = replace(after, snoozed_by="", snoozed_until=None, snoozed_to_change=False)
    return replace(after, state="closed", closed_at=now) if is_well(status) else after


def unwell(cards: Sequence[Card], watches: Collection[Watch], channel_id: str) -> list[Card]:
    """Return the open cards of a channel, and what a card would show of the other WABAs that are not well.

    Of those nobody made a card: they were so at the first look, or the channel gets digests only.
    """
    shown = {card.space_id for card in cards}
    others = [one for one in watches if one.review_status and not is_well(one.review_status)]
    return [*cards, *(_as_card(one, channel_id) for one in others if one.space_id not in shown)]


async def attend(store: Store, clock: Clock) -> int:
    """Owe what has to be said of the open cards, and return of how many; one that fails stops no other."""
    now = clock()
    channels = {one.channel_id: one for one in await store.channels()}
    said = 0
    with_message = {card.id for card in await store.open_cards(with_message=True)}
    for card in _attended(await store.open_cards(), with_message):
        channel = channels.get(card.channel_id) or Channel(channel_id=card.channel_id)
        try:
            if attention(card, channel, now):
                said += await store.attend_card(card.id, partial(_say, channel, now), now)
        except Exception:
            log.exception("a card could not be attended to", card=card.id)
    return said


async def send_digests(store: Store, clock: Clock, unclaimed: Mapping[str, str]) -> int:
    """Owe each channel the digest that is due, and return how many were; one that fails stops no other.

    `unclaimed` names the space that a channel is told of where nobody subscribes to it.
    """
    now = clock()
    owed = 0
    for channel in await store.channels():
        try:
            owed += await _digest(store, channel, unclaimed.get(channel.channel_id, ""), now)
        except Exception:
            log.exception("a digest could not be made", channel=channel.channel_id)
    return owed


def _escalates(card: Card, channel: Channel, now: datetime) -> bool:
    if card.acked_by or card.escalated_at or not (channel.escalate_to and channel.escalate_after):
        return False
    return now - _bad_since(card) >= timedelta(minutes=channel.escalate_after)


def _reminds(card: Card, channel: Channel, now: datetime) -> bool:
    if card.acked_by or not channel.remind_after:
        return False
    wait = timedelta(minutes=channel.remind_after)
    # Each waits twice as long as the one before, a day at most, but never less than the first.
    grown = wait * (1 << min(card.reminders, DOUBLINGS_MAX))
    last = card.reminded_at or _bad_since(card)
    return now - last >= max(wait, min(grown, LONGEST_WAIT))


def _bad_since(card: Card) -> datetime:
    return max(card.opened_at, card.status_since)


def _attended(cards: Sequence[Card], with_message: Collection[int]) -> list[Card]:
    """Leave out those of many that changed at once while they are many: hundreds of reminders would help nobody.

    The daily digest names them. Of those that somebody has acknowledged nobody need be told again.
    """
    waiting = [card for card in cards if card.id not in with_message and not card.acked_by]
    left = Counter(card.channel_id for card in waiting)
    few = {card.id for card in waiting if left[card.channel_id] < flood_view.FLOOD_FROM}
    return [card for card in cards if card.id in few or card.id in with_message]


def _say(channel: Channel, now: datetime, card: Card, message_id: int | None) -> tuple[Card, NewPost] | None:
    due = attention(card, channel, now)
    if due is None:
        return None
    if message_id is None:
        return _with_message(card, now)
    message = _words(due, card, channel)
    # A call for somebody else stands in the channel, all else in the card's thread.
    parent_id = None if due.step == "escalation" else message_id
    post = NewPost(
        channel_id=card.channel_id,
        kind="reminder",
        content=message.dumps(),
        parent_id=parent_id,
        card_id=card.id,
        key=due.key,
    )
    return _counted(due, _awake(card), now), post


def _with_message(card: Card, now: datetime) -> tuple[Card, NewPost]:
    """Give a card its message, which reminds of it; what else is due has then a thread to stand in."""
    content = view.card(card, ()).dumps()
    post = NewPost(channel_id=card.channel_id, kind="card", content=content, card_id=card.id, key=f"card:{card.id}")
    return replace(card, reminders=card.reminders + 1, reminded_at=now, shown=card.version), post


def _words(due: Due, card: Card, channel: Channel) -> Message:
    match due.step:
        case "escalation":
            return view.escalation(card, channel.escalate_to)
        case "reminder":
            return view.reminder(card, card.reminders + 1)
        case "stuck":
            return view.stuck(card)
        case "snooze_over":
            return view.snooze_over(card)


def _awake(card: Card) -> Card:
    """Return a card without its snooze, which is over, to be shown so."""
    if card.snoozed_until is None:
        return card
    return replace(card, snoozed_by="", snoozed_until=None, version=card.version + 1)


def _counted(due: Due, card: Card, now: datetime) -> Card:
    match due.step:
        case "escalation":
            # It reminds too, so that nothing else is said beside it.
            return replace(card, escalated_at=now, reminded_at=now)
        case "reminder":
            return replace(card, reminders=card.reminders + 1, reminded_at=now)
        case "stuck":
            return replace(card, stuck_told_at=now)
        case "snooze_over":
            return replace(card, reminded_at=now)


async def _digest(store: Store, channel: Channel, unclaimed: str, now: datetime) -> bool:
    if not digest_time(channel):
        return False
    last = await store.last_post([_key(channel, now, days) for days in range(-1, DAYS_BACK)])
    day = digest_due(channel, last, now, None if last else await store.owed_since(channel.channel_id))
    if day is None:
        return False
    watches = await store.watched(channel.channel_id, unclaimed=unclaimed)
    cards = unwell(await store.open_cards(channel_id=channel.channel_id), watches, channel.channel_id)
    write = partial(_write, cards, watches, now.astimezone(zone(channel)))
    key = f"daily:{channel.channel_id}:{day.isoformat()}"
    return await store.owe_digest(channel, key, last or now - FIRST_DIGEST, write, now)


def _key(channel: Channel, now: datetime, days: int) -> str:
    day = (now - timedelta(days=days)).date()
    return f"daily:{channel.channel_id}:{day.isoformat()}"


def _as_card(watch: Watch, channel_id: str) -> Card:
    since = watch.status_since or datetime.fromtimestamp(0, UTC)
    return Card(
        id=0,
        space_id=watch.space_id,
        channel_id=channel_id,
        waba_id=watch.waba_id,
        waba_name=watch.waba_name,
        state="open",
        status=watch.review_status,
        before="",
        status_since=since,
        changes=0,
        opened_at=since,
        show_at=since,
    )


def _write(
    cards: Sequence[Card], watches: Collection[Watch], now: datetime, changes: Sequence[Transition]
) -> list[str]:
    looks = [watch.looked_at for watch in watches]
    oldest = min((look for look in looks if look), default=None) if all(looks) else None
    written = [flood_view.digest(changes, cards, len(watches), oldest, now)]
    if not flood_view.fits_digest(changes):
        written += [message for _, message in flood_view.parts(changes)]
    return [message.dumps() for message in written]
