"""What becomes of the channels that alerts go to: archived, left, renamed, back again.

Slack says so once, when it happens. The outbox finds out too, with the next alert; whoever learns it first tells.
https://docs.slack.dev/reference/events/channel_archive and its neighbours
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.alerts import asides, notices, view
from bot.alerts.message import Message
from bot.services import Services
from bot.slack_errors import of_channel
from bot.store import Card, NewPost

log = structlog.get_logger()

# In the words in which Slack refuses a message there, so that who learns it second has no news to tell.
LOST: Mapping[str, str] = {
    "channel_archive": of_channel("is_archived"),
    "group_archive": of_channel("is_archived"),
    "channel_deleted": of_channel("channel_not_found"),
    "group_deleted": of_channel("channel_not_found"),
    "channel_left": of_channel("not_in_channel"),
    "group_left": of_channel("channel_not_found"),
}
FOUND = {"channel_unarchive", "group_unarchive", "member_joined_channel"}
RENAMED = {"channel_rename", "group_rename"}


async def heard(services: Services, kind: str, channel_id: str, name: str = "", event_ts: str = "") -> None:
    """Tell the owner of a channel's alerts what became of it, and remember it.

    ``event_ts`` tells events apart: Slack may deliver one again.
    """
    now, store = services.clock(), services.store
    if not channel_id:
        return
    if kind in LOST:
        fallback = services.settings.alert_channel
        elsewhere = fallback if fallback != channel_id else ""
        said = asides.broken(channel_id, LOST[kind], elsewhere)
        await store.channel_broke(channel_id, LOST[kind], await _to_owners(services, channel_id, said), now)
    elif kind in FOUND:
        said = notices.channel("back", channel_id)
        await store.channel_back(channel_id, await _to_owners(services, channel_id, said), now)
    elif kind in RENAMED:
        said = notices.channel("renamed", channel_id, name=name)
        for notice in await _to_owners(services, channel_id, said):
            await store.owe(replace(notice, key=f"renamed:{channel_id}:{event_ts}:{notice.channel_id}"), now)


async def hand_over(services: Services) -> None:
    """Keep cards that nobody subscribes to where BOT_ALERT_CHANNEL says now, and close those in other channels."""
    settings = services.settings
    closed = await services.store.hand_over(
        settings.default_space, settings.alert_channel, _card_message, services.clock()
    )
    if closed:
        log.info("cards are closed in channels that are told of them no more", cards=closed)


def _card_message(card: Card) -> str:
    return view.card(card, ()).dumps()


async def _to_owners(services: Services, channel_id: str, said: Message) -> list[NewPost]:
    """Address a message to everybody who had alerts sent to a channel, the admins for that of BOT_ALERT_CHANNEL."""
    owners = {one.created_by for one in await services.store.subscriptions(channel_id=channel_id)}
    owners |= services.settings.admin_users if channel_id == services.settings.alert_channel else frozenset()
    return [NewPost(channel_id=owner, kind="notice", content=said.dumps()) for owner in sorted(owners)]
