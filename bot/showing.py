"""Keeps the message of each card at what is known of it.

claim -> chat.update -> shown | put off, alone or with all others
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

import structlog
from slack_sdk.errors import SlackApiError

from bot.alerts import view
from bot.alerts.message import Message
from bot.slack_errors import Meaning, retry_at, trouble
from bot.store import Shown, Store

Show = Callable[[str, str, Message], Awaitable[None]]
Clock = Callable[[], datetime]

UPDATE_TIMEOUT = timedelta(seconds=30)
LEASE = 2 * UPDATE_TIMEOUT
AT_ONCE = 8
# The message is gone, or nobody may change it any more. What happens next to the WABA is told all the same.
GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long"}
# What may still be shown, after so long: a channel that is lost may come back.
WAITS = {Meaning.PASSING: retry_at(2), Meaning.CHANNEL: timedelta(minutes=15)}

# A time is for how long Slack wants to be left alone.
End = Literal["shown", "put off"] | timedelta

log = structlog.get_logger()


async def show_cards(store: Store, show: Show, clock: Clock) -> int:
    """Show every card that changed, a few at a time, and return how many were shown.

    Where Slack wants to be left alone all others are put off too: it counts all changes of messages together.
    """
    shown = 0
    while due := await store.claim_cards(clock(), LEASE, AT_ONCE):
        ends = await asyncio.gather(*(_show(store, show, clock, one) for one in due))
        shown += ends.count("shown")
        if rests := [end for end in ends if isinstance(end, timedelta)]:
            await store.put_off_cards(max(rests), clock())
            break
    return shown


async def _show(store: Store, show: Show, clock: Clock, due: Shown) -> End:
    try:
        async with asyncio.timeout(UPDATE_TIMEOUT.total_seconds()):
            await show(due.channel_id, due.message_ts, view.card(due.card, due.acts))
    except Exception as error:  # noqa: BLE001 - whatever it is, the card stays and the others go on
        met = trouble(error)
        if _code(error) not in GONE and met.means in WAITS:
            await store.put_off_card(due.card, met.retry_after or WAITS[met.means], clock())
            return met.retry_after or "put off"
        log.warning("a card's message cannot be changed", card=due.card.id, channel=due.channel_id, reason=met.reason)
    await store.card_shown(due.card)
    return "shown"


def _code(error: Exception) -> str:
    data = getattr(error.response, "data", None) if isinstance(error, SlackApiError) else None
    return str(data.get("error", "")) if isinstance(data, dict) else ""
