"""`/cams alerts`: what is open, and what waits to be posted."""

from datetime import timedelta

from bot import blocks
from bot.access import Role
from bot.alerts import overview
from bot.alerts.attend import unwell
from bot.alerts.words import unknown_space
from bot.errors import UserError
from bot.services import Services
from bot.statuses import WELL_STATUSES
from handlers.routes import Ask, Reply, Router
from handlers.words import HERE, place

router = Router()
POSTS_MAX = 10
NAMED_MAX = 80
DROPPED_SINCE = timedelta(days=7)


@router.command(
    "alerts",
    usage="alerts [space/channel]",
    does="Show open alerts, and what waits to be posted",
    requires=Role.VIEWER,
    reads=place,
)
async def alerts(ask: Ask, services: Services) -> Reply:
    """List what is open of all, of a space or of a channel, and what could not be posted yet."""
    store, settings = services.store, services.settings
    space, channel = ask["space"] or None, await _channel(ask, services)
    of_nobody = settings.alert_channel and channel in {None, settings.alert_channel}
    unclaimed = settings.default_space if of_nobody else ""
    outlook = await store.outlook(WELL_STATUSES, channel_id=channel, space_id=space, unclaimed=unclaimed)
    cards = await store.open_cards(channel_id=channel, space_id=space)
    known = services.register.get(space) if space else None
    if space and not (known or outlook.watched or cards):
        raise UserError(unknown_space(space))
    found = overview.Found(
        cards=unwell(cards, outlook.unwell, channel or ""),
        outlook=outlook,
        alarms=await store.alarms(),
        post=await _posts(services, channel),
        channel_id=channel or "",
        space_id=space or "",
        space_name=known.name if known else "",
    )
    told = overview.overview(found)
    return Reply(told.said, told.blocks)


async def _posts(services: Services, channel: str | None) -> overview.Mail:
    store = services.store
    waiting = await store.posts_waiting(POSTS_MAX, channel_id=channel)
    failed = await store.posts_dropped(POSTS_MAX, services.clock() - DROPPED_SINCE, channel_id=channel)
    return overview.Mail(waiting, await store.count_waiting(channel_id=channel), failed)


async def _channel(ask: Ask, services: Services) -> str | None:
    """Return the channel that was named, by its ID, its name or as `here`; None where none was."""
    word = ask["of"]
    if word == HERE:
        return ask.channel_id
    if not word.startswith("#"):
        return word or None
    found = await services.slack.channel_named(word.removeprefix("#"))
    if not found:
        named = blocks.shorten(word, NAMED_MAX)
        raise UserError(f"I am in no channel {named}. Give its ID, or type `/cams alerts here` in the channel itself.")
    return found
