"""`/cams profile`: what customers see of a number."""

from bot import cards, phones
from bot.access import Role
from bot.services import Services
from handlers.fields import PHONE, SPACE
from handlers.modals import Form
from handlers.routes import Ask, Reply, Router
from handlers.words import phone_only

router = Router()
PROFILE = Form("profile", "Business profile", "Show", (PHONE, SPACE))


@router.command(
    "profile",
    usage="profile [phone]",
    does="Show a number's business profile",
    requires=Role.VIEWER,
    reads=phone_only,
    form=PROFILE,
)
async def show(ask: Ask, services: Services) -> Reply:
    """Show the business profile of a number."""
    phone = ask["phone"]
    space = await services.space_of(phone, ask["space"])
    shown = await services.cams.get_profile(phone, space)
    await services.remember(phone, space)
    card = cards.profile(shown, phone, space)
    return Reply(f"Business profile of {phones.pretty(phone)}", card, shareable=True)
