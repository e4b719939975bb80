"""`/cams help`, made of the routes themselves."""

from collections.abc import Sequence

from bot import blocks
from bot.access import Role, role_of
from bot.blocks import Part
from bot.services import Services
from handlers.routes import Ask, Reply, Route, Router


def about(routers: Sequence[Router]) -> Router:
    """Return a router that explains the commands of others, and itself."""
    router = Router()

    @router.command("help", usage="help", does="Show this list", requires=Role.VIEWER)
    async def show(ask: Ask, services: Services) -> Reply:
        person = await services.people.person(ask.user_id, services.slack.me.team_id)
        role = role_of(person, services.settings.operators, services.settings.admins)
        routes = [route for one in (*routers, router) for route in one.commands.values()]
        intro = (
            f"Your role is {role.name.lower()}. Leave words out and a form asks for them. "
            "A number may be written as you like, with its country code. space=… behind a command names the space."
        )
        shown = [blocks.header("What cams-bot can do"), blocks.lines(*(_line(route, role) for route in routes))]
        return Reply("What cams-bot can do", [*shown, blocks.context(intro)])

    return router


def _line(route: Route, role: Role) -> list[Part]:
    restricted = "" if role >= route.requires else f" (needs the role {route.requires.name.lower()})"
    return [blocks.code(route.command), f" {route.does}{restricted}"]
