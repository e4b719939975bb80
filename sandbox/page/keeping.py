"""What a person does on the page to channels and messages, to see what the app makes of it."""

from collections.abc import Mapping

from sandbox.page.acts import DONE, Act
from sandbox.page.asked import Asked
from sandbox.page.desk import Desk
from sandbox.slack import Person
from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Json


class Keeping:
    """The acts by their names below /api/. Each may raise BadAskError, CannotActError and KeyError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def by_name(self) -> Mapping[str, Act]:
        return {
            "channel/archive": self.archive,
            "channel/unarchive": self.unarchive,
            "channel/rename": self.rename,
            "channel/kick": self.kick,
            "channel/invite": self.invite,
            "message/delete": self.delete,
        }

    async def archive(self, asked: Asked) -> Json:
        """{person, channel}."""
        self._person(asked).archive(asked.text("channel"))
        return DONE

    async def unarchive(self, asked: Asked) -> Json:
        """{person, channel}."""
        self._person(asked).unarchive(asked.text("channel"))
        return DONE

    async def rename(self, asked: Asked) -> Json:
        """{person, channel, name}."""
        self._person(asked).rename(asked.text("channel"), asked.text("name").strip())
        return DONE

    async def kick(self, asked: Asked) -> Json:
        """{person, channel, who?}: the app, or the person of that name."""
        self._person(asked).kick(asked.text("channel"), asked.text("who", ""))
        return DONE

    async def invite(self, asked: Asked) -> Json:
        """{person, channel, who?}: the app, or the person of that name."""
        self._person(asked).invite(asked.text("channel"), asked.text("who", ""))
        return DONE

    async def delete(self, asked: Asked) -> Json:
        """{person, channel, ts}."""
        message = self._desk.slack.workspace.timeline.get(asked.text("channel"), asked.text("ts"))
        if message is None:
            raise CannotActError("the message is not there any more")
        self._person(asked).delete(message)
        return DONE

    def _person(self, asked: Asked) -> Person:
        return self._desk.slack.person(asked.text("person", "operator"))
