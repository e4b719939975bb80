"""`/cams history` and `/cams why`: what happened, who was told, and why not."""

from bot import blocks
from bot.access import Role
from bot.alerts import history_view
from bot.alerts.why import Known, why
from bot.alerts.words import unknown_space
from bot.errors import UserError
from bot.services import Services
from bot.slack import File
from handlers.fields import SPACE
from handlers.routes import Ask, Reply, Router
from handlers.words import space_only

router = Router()
CSV_MAX = 1000


@router.command(
    "history",
    usage="history [space]",
    does="Show what changed in a space, who was told when, and who did what",
    requires=Role.VIEWER,
    reads=space_only,
)
async def history(ask: Ask, services: Services) -> Reply:
    """Show the time line of a space."""
    space = SPACE.check(services.space_or_default(ask["space"]))
    moments = await services.store.history(space, history_view.SHOWN)
    if not moments:
        is_watched = await services.store.watch(space) is not None
        is_known = services.register.get(space) is not None
        return Reply(history_view.nothing(space, is_watched=is_watched, is_known=is_known))
    told = history_view.history(space, moments, blocks.button("Share as CSV", "history.csv", space))
    return Reply(told.said, told.blocks)


@router.press("history.csv", requires=Role.VIEWER, posts=True)
async def as_csv(ask: Ask, services: Services) -> Reply:
    """Share the time line of a space as a file in the channel."""
    space = ask["value"]
    content = history_view.table(await services.store.history(space, CSV_MAX))
    title = f"Time line of {space}"
    day = f"{services.clock():%Y-%m-%d}"
    shown = [blocks.lines([f"{title}, asked for by ", blocks.user(ask.user_id)])]
    return Reply(title, shown, file=File(content, f"alerts-{day}.csv", blocks.shorten(title, blocks.HEADER_MAX)))


@router.command(
    "why",
    usage="why [space]",
    does="Show for each channel why an alert of a space came, or did not",
    requires=Role.VIEWER,
    reads=space_only,
)
async def explain(ask: Ask, services: Services) -> Reply:
    """Show what is stored of who is told what of a space."""
    store, settings = services.store, services.settings
    space = SPACE.check(services.space_or_default(ask["space"]))
    registered = services.register.get(space)
    known = Known(
        space_id=space,
        watch=await store.watch(space),
        subscriptions=await store.subscriptions(space_id=space),
        fallback=settings.alert_channel if space == settings.default_space else "",
        channels={one.channel_id: one for one in await store.channels()},
        cards=await store.open_cards(space_id=space),
        moments=await store.history(space, 1),
        alarms=await store.alarms(),
        name=registered.name if registered else "",
    )
    if not (registered or known.watch or known.moments):
        raise UserError(unknown_space(space))
    told = why(known, services.clock())
    return Reply(told.said, told.blocks)
