"""What a handler or a job may reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.cams.client import CamsClient
from bot.drawing import Drawer
from bot.errors import FieldErrors
from bot.journal import Journal
from bot.people import People
from bot.register import Register
from bot.settings import Settings
from bot.slack import Slack
from bot.store import Store


@dataclass(frozen=True)
class Services:
    """Opened and closed by `app`, handed to everybody."""

    cams: CamsClient
    store: Store
    register: Register
    slack: Slack
    people: People
    drawer: Drawer
    settings: Settings
    clock: Callable[[], datetime]

    @property
    def journal(self) -> Journal:
        """What makes QR codes, each once."""
        return Journal(self.store, self.cams, self.clock)

    def space_or_default(self, given: str) -> str:
        """Return the space that is meant where no number can tell.

        Raises:
            FieldErrors: none was given, and there is no default.
        """
        space = given or self.settings.default_space
        if not space:
            raise FieldErrors({"space": "Give the space: no default one is set (CAMS_SPACE_ID)."})
        return space

    async def space_if_known(self, phone_number: str, given: str) -> str:
        """Return the space of a number: the one given, else the one it was last seen in, else the default, else ""."""
        known = given or self.register.space_of(phone_number)
        return known or await self.store.space_of(phone_number) or self.settings.default_space

    async def space_of(self, phone_number: str, given: str) -> str:
        """Return the same for an operation that does not work without a space.

        Raises:
            FieldErrors: none is known.
        """
        return self.space_or_default(await self.space_if_known(phone_number, given))

    async def remember(self, phone_number: str, space_id: str) -> None:
        """Note that a number belongs to a space, after CAMS has said so."""
        if space_id:
            self.register.note(phone_number, space_id)
            await self.store.remember_number(phone_number, space_id, self.clock())
