"""`/cams watch`: review changes of a space go to a channel."""

from bot import blocks, cards, review
from bot.access import Role
from bot.alerts.message import Message
from bot.alerts.words import how_to_watch
from bot.blocks import Block, Part
from bot.cams.errors import CamsCredentialsRefusedError, CamsError, CamsRefusedError, CamsThrottledError
from bot.services import Services
from bot.statuses import meaning
from bot.store import Post, Subscription, Watch
from handlers.errors import explain
from handlers.fields import SPACE
from handlers.routes import Ask, Reply, Router
from handlers.words import space_only

router = Router()
# CAMS would refuse any other space too, and this one not for ever.
NOT_OF_THE_SPACE = (CamsCredentialsRefusedError, CamsThrottledError)
SHOWN_MAX = 40
PROBLEMS_MAX = 10
# So that as many rows as are shown fit into one message.
NAME_MAX = 60
STATUS_MAX = 30
PROBLEM_MAX = 120


@router.command(
    "watch",
    usage="watch [space]",
    does="Send a space's review changes to this channel",
    requires=Role.OPERATOR,
    reads=space_only,
    posts=True,
)
async def watch(ask: Ask, services: Services) -> Reply:
    """Subscribe this channel. The first look sets the baseline, and shows whether there is such a space."""
    space = SPACE.check(services.space_or_default(ask["space"]))
    before = await services.store.watch(space)
    is_new = await services.store.subscribe(space, ask.channel_id, ask.user_id, services.clock())
    text = f"Review changes of {space} {'now go' if is_new else 'already go'} to this channel."
    fallback = services.settings.alert_channel
    try:
        account = await review.look(services.store, services.cams.get_waba, space, fallback, services.clock)
    except CamsError as exc:
        if is_new and not (before and before.review_status) and _is_of_the_space(exc):
            # CAMS does not show this space and never has, so there is nothing to watch.
            await _unsubscribe(services, space, ask)
            raise
        return Reply(f"{text} The first look failed, and is tried again by itself. {explain(exc)}")
    return Reply(text, [blocks.lines([blocks.emoji("eyes"), " ", text]), *cards.waba(account, space)])


@router.command(
    "unwatch",
    usage="unwatch [space]",
    does="Stop sending a space's review changes to this channel",
    requires=Role.OPERATOR,
    reads=space_only,
)
async def unwatch(ask: Ask, services: Services) -> Reply:
    """End the subscription of this channel."""
    space = services.space_or_default(ask["space"])
    did_go = await _unsubscribe(services, space, ask)
    if await _goes_for_want_of_another(services, space, ask.channel_id):
        return Reply(
            f"Review changes of {space} go to this channel as long as no other watches it (BOT_ALERT_CHANNEL). "
            "Type `/cams watch` in another channel to have them there instead."
        )
    if not did_go:
        return Reply(f"Review changes of {space} did not go to this channel. `/cams watches` shows which go where.")
    return Reply(f"Review changes of {space} no longer go to this channel.")


def _is_of_the_space(error: CamsError) -> bool:
    return isinstance(error, CamsRefusedError) and not isinstance(error, NOT_OF_THE_SPACE)


async def _unsubscribe(services: Services, space: str, ask: Ask) -> bool:
    keep = _has_fallback(services, space)
    return await services.store.unsubscribe(space, ask.channel_id, keep_watch=keep, by=ask.user_id)


async def _goes_for_want_of_another(services: Services, space: str, channel_id: str) -> bool:
    is_fallback = channel_id == services.settings.alert_channel and _has_fallback(services, space)
    return is_fallback and not await services.store.subscriptions(space_id=space)


def _has_fallback(services: Services, space: str) -> bool:
    return space == services.settings.default_space and bool(services.settings.alert_channel)


@router.command(
    "watches", usage="watches", does="Show what is watched, and alerts that got stuck", requires=Role.VIEWER
)
async def watches(_ask: Ask, services: Services) -> Reply:
    """List every watch with its channels, and every alert that could not be posted."""
    seen = {one.space_id: one for one in await services.store.watches()}
    subscriptions = await services.store.subscriptions()
    settings = services.settings
    spaces = sorted(review.spaces_to_poll(subscriptions, settings.default_space, settings.alert_channel))
    problems = await services.store.post_problems(PROBLEMS_MAX)
    if not spaces:
        return Reply(f"Nothing is watched yet. {how_to_watch()}")
    rows = [_row(space, seen.get(space), subscriptions, settings.alert_channel) for space in spaces[:SHOWN_MAX]]
    text = f"Watched spaces: {len(spaces)}" + (f"; alerts that got stuck: {len(problems)}" if problems else "")
    shown = [blocks.header(text), blocks.lines(*rows), *_problems(problems)]
    if len(spaces) > SHOWN_MAX:
        shown.append(blocks.context(f"The first {SHOWN_MAX} of {len(spaces)} are shown."))
    return Reply(text, shown)


def _row(space: str, seen: Watch | None, subscriptions: list[Subscription], fallback: str) -> list[Part]:
    channels = [one.channel_id for one in subscriptions if one.space_id == space] or [fallback]
    row: list[Part] = [blocks.code(blocks.shorten(space, NAME_MAX)), " ", *_state(seen), " → "]
    for channel_id in channels:
        row += [blocks.channel(channel_id), " "]
    return row


def _state(seen: Watch | None) -> list[Part]:
    if seen is None or seen.looked_at is None:
        return ["not looked at yet"]
    state: list[Part] = [
        blocks.emoji(meaning(seen.review_status).emoji),
        f" {blocks.shorten(seen.waba_name, NAME_MAX)} ",
        blocks.bold(blocks.shorten(seen.review_status, STATUS_MAX)),
        ", last look ",
        blocks.date(seen.looked_at),
    ]
    if seen.failing_since:
        state += [", failing since ", blocks.date(seen.failing_since)]
    return state


def _problems(problems: list[Post]) -> list[Block]:
    if not problems:
        return []
    rows: list[list[Part]] = [
        [
            blocks.emoji("no_entry" if one.state == "dropped" else "hourglass_flowing_sand"),
            " ",
            blocks.channel(one.meant_for),
            f" {blocks.shorten(Message.loads(one.content).text, PROBLEM_MAX)} ",
            blocks.bold("Not posted: " if one.state == "dropped" else "Not posted yet: "),
            blocks.shorten(one.error, PROBLEM_MAX),
        ]
        for one in problems
    ]
    return [blocks.header("Alerts that got stuck"), blocks.lines(*rows)]
