"""`/cams waba`: where a WhatsApp Business Account stands."""

from bot import cards, review
from bot.access import Role
from bot.services import Services
from handlers.fields import SPACE
from handlers.modals import Form
from handlers.routes import Ask, Reply, Router
from handlers.words import space_only

router = Router()
WABA = Form("waba", "Check a WABA", "Check", (SPACE,))


@router.command(
    "waba",
    usage="waba [space]",
    does="Show a WhatsApp Business Account and its review status",
    requires=Role.VIEWER,
    reads=space_only,
    form=WABA,
    shortcut="check_waba",
)
async def show(ask: Ask, services: Services) -> Reply:
    """Show the WABA of a space. What is seen here counts as a look of the watch."""
    return await _look(services, services.space_or_default(ask["space"]))


@router.press("waba.refresh", requires=Role.VIEWER)
async def refresh(ask: Ask, services: Services) -> Reply:
    """Look again at the WABA of an alert."""
    return await _look(services, ask["value"])


async def _look(services: Services, space: str) -> Reply:
    account = await review.look(
        services.store, services.cams.get_waba, space, services.settings.alert_channel, services.clock
    )
    return Reply(cards.waba_sentence(account), cards.waba(account, space), shareable=True)
