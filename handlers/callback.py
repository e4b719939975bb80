"""`/cams callback`: where CAMS pushes to, whether it does, and how much sooner a change is seen for it."""

import json
from datetime import timedelta
from statistics import median

from bot import blocks
from bot.access import Role
from bot.alerts.words import shortly
from bot.blocks import Block, Part
from bot.callbacks import PATH
from bot.errors import UserError
from bot.services import Services
from bot.settings import Settings
from bot.store import Callbacks
from handlers.fields import SPACE
from handlers.routes import Ask, Reply, Router
from handlers.words import space_only

router = Router()
# Over so many changes it is told how far pushes were ahead.
LEADS_MAX = 50
UNREADABLE = (
    "CAMS does not tell which address is set. Whoever wants to be sure sets it anew: twice is the same as once."
)
SECRET_NOTE = "The address holds a secret, for CAMS signs nothing: show it to nobody who may not push."  # noqa: S105 - no secret
HOW = {
    "BOT_CALLBACK_SECRET": (
        "BOT_CALLBACK_SECRET to 16 to 256 letters, digits, hyphens and underscores that nobody can guess "
        '(`python3 -c "import secrets; print(secrets.token_urlsafe(32))"` makes one)'
    ),
    "BOT_PUBLIC_URL": "BOT_PUBLIC_URL to the http or https address under which CAMS reaches this bot's HTTP port",
}


@router.command(
    "callback",
    usage="callback [space]",
    does="Show where CAMS pushes review changes to, and set it",
    requires=Role.ADMIN,
    reads=space_only,
)
async def show(ask: Ask, services: Services) -> Reply:
    """Show the address, what came, and a button that sets it for the space."""
    address = address_of(services.settings)
    space = SPACE.check(services.space_or_default(ask["space"]))
    latest = await services.store.latest_callbacks(1)
    text = "CAMS has pushed to this bot." if latest else "CAMS has not pushed to this bot yet."
    facts = [
        ("Address", blocks.code(address)),
        ("Space", blocks.code(space)),
        ("Last callback", _latest(latest[0]) if latest else "none yet"),
        ("Ahead of the poll", _ahead(await services.store.push_leads(LEADS_MAX))),
    ]
    notes = [blocks.context(f"{UNREADABLE} {SECRET_NOTE}"), blocks.actions(_button(space))]
    return Reply(text, [blocks.header("Callbacks of CAMS"), blocks.lines([text]), blocks.facts(facts), *notes])


@router.press("callback.set", requires=Role.ADMIN)
async def put(ask: Ask, services: Services) -> Reply:
    """Set the address at CAMS."""
    await services.cams.set_account_webhook(address_of(services.settings), ask["space"])
    return Reply(
        f"CAMS has taken the address for {ask['space']}. The next review change is pushed; "
        "`/cams callback` tells when one came."
    )


def address_of(settings: Settings) -> str:
    """Return the address that CAMS is to push to.

    Raises:
        UserError: a variable that it is made of is not set; says which, and to what.
    """
    secret = settings.callback_secret.get_secret_value() if settings.callback_secret else ""
    given = {"BOT_CALLBACK_SECRET": secret, "BOT_PUBLIC_URL": settings.public_url}
    if missing := [HOW[name] for name, value in given.items() if not value]:
        raise UserError(f"CAMS cannot push to this bot yet. Set {', and '.join(missing)}; then start the bot again.")
    return f"{settings.public_url}{PATH}{secret}"


def _latest(came: Callbacks) -> list[Part]:
    return [blocks.date(came.at), f"; WABAs named: {came.named}, of those watched: {came.known}"]


def _ahead(leads: list[timedelta]) -> str:
    if not leads:
        return "not known yet: no change was pushed"
    middle = shortly(timedelta(seconds=median(lead.total_seconds() for lead in leads)))
    return f"{middle}, the median of the latest changes that were pushed ({len(leads)})"


def _button(space: str) -> Block:
    confirm = {
        "title": blocks.plain("Set the address at CAMS?", 100),
        "text": blocks.plain(
            f"Status reports of {blocks.shorten(space, 128)} go to this bot then. An address that is set there "
            "already gets none any more.",
            300,
        ),
        "confirm": blocks.plain("Set it", 30),
        "deny": blocks.plain("Leave it", 30),
    }
    return blocks.button("Set it at CAMS", "callback.set", json.dumps({"space": space}), confirm=confirm)
