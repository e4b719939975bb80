"""What a person may do with a card. Pure: each takes a card and returns it changed, None where there is nothing to do.

A change of the WABA undoes some of it again, see `bot.alerts.attend.moved`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.store import Card

OWN_TIME = "own"
TO_CHANGE = "change"
UNSNOOZE = "off"


@dataclass(frozen=True)
class Snooze:
    """A choice of the snooze list; without a time its handler knows what it means."""

    words: str
    time: timedelta | None = None


SNOOZES: Mapping[str, Snooze] = {
    "30m": Snooze("30 minutes", timedelta(minutes=30)),
    "4h": Snooze("4 hours", timedelta(hours=4)),
    "1d": Snooze("1 day", timedelta(days=1)),
    TO_CHANGE: Snooze("Until the next change"),
    OWN_TIME: Snooze("A time of my own…"),
}


def acknowledge(user_id: str, now: datetime, card: Card) -> Card | None:
    if card.state == "closed" or card.acked_by:
        return None
    return replace(card, acked_by=user_id, acked_at=now)


def unacknowledge(card: Card) -> Card | None:
    if card.state == "closed" or not card.acked_by:
        return None
    return replace(card, acked_by="", acked_at=None)


def assign(user_id: str, card: Card) -> Card | None:
    """Make somebody the one who looks after it, "" for nobody."""
    if card.state == "closed" or card.assigned_to == user_id:
        return None
    return replace(card, assigned_to=user_id)


def snooze(user_id: str, until: datetime | None, card: Card) -> Card | None:
    """Let nobody be reminded before a time, or before the next change where there is none."""
    if card.state == "closed":
        return None
    return replace(card, snoozed_by=user_id, snoozed_until=until, snoozed_to_change=until is None)


def unsnooze(card: Card) -> Card | None:
    if card.state == "closed" or not card.snoozed_by:
        return None
    return replace(card, snoozed_by="", snoozed_until=None, snoozed_to_change=False)


def refresh(card: Card) -> Card | None:
    """Have the card shown again as it is; that somebody looked stands among the acts."""
    return card
