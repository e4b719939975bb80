"""What a person does on the page in the workspace."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from sandbox.page.asked import Asked, BadAskError
from sandbox.page.choices import Offered, Where, given
from sandbox.page.desk import Desk
from sandbox.slack import Ack, Message, Person, View, forms
from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Json

Act = Callable[[Asked], Awaitable[Json]]
DONE: Json = asdict(Ack(ok=True))


class Acts:
    """The acts by their names below /api/. Each may raise BadAskError, CannotActError and KeyError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._offered = Offered()

    def by_name(self) -> Mapping[str, Act]:
        return {
            "command": self.command,
            "say": self.say,
            "shortcut": self.shortcut,
            "press": self.press,
            "options": self.options,
            "submit": self.submit,
            "close": self.close,
            "home": self.home,
            "read": self.read,
        }

    async def command(self, asked: Asked) -> Json:
        """{person, channel, line}; one that the manifest does not know reaches no app."""
        line = asked.text("line").strip()
        command = line.partition(" ")[0]
        known = [item["command"] for item in self._desk.slack.manifest.commands]
        if not command.startswith("/") or (known and command not in known):
            raise CannotActError(f"{command!r} is not a valid command")
        return asdict(await self._person(asked).command(line, asked.text("channel", "#shop")))

    async def say(self, asked: Asked) -> Json:
        """{person, channel, text, thread_ts?}."""
        text = asked.text("text")
        if not text.strip():
            raise BadAskError("There is nothing to say.")
        self._person(asked).say(text, asked.text("channel", "#shop"), asked.text("thread_ts", ""))
        return DONE

    async def shortcut(self, asked: Asked) -> Json:
        """{person, callback_id, where?}: a global one, or that of a message."""
        person, callback_id = self._person(asked), asked.text("callback_id")
        if "where" not in asked:
            return asdict(await person.shortcut(callback_id))
        where = self._where(asked)
        if isinstance(where, View):
            raise BadAskError("A shortcut belongs to a message or to none.")
        return asdict(await person.message_shortcut(where, callback_id))

    async def press(self, asked: Asked) -> Json:
        """{person, where, action_id, block_id, choice?, values?}; the page has shown the confirm dialog before.

        `values` are what the other fields of a view hold by then, as for submit.
        """
        where, action_id, block_id = self._where(asked), asked.text("action_id"), asked.text("block_id", "")
        person, choice = self._person(asked), asked.any("choice")
        if "values" in asked and isinstance(where, View):
            where = await person.fill(where, self._values(where, asked))
        for block, element in forms.elements(where.blocks):
            if element["action_id"] == action_id and block_id in {"", block["block_id"]}:
                choice = given(element, choice, self._offered.of(where, block, element))
        return asdict(await person.press(where, action_id, choice, block_id=block_id))

    async def options(self, asked: Asked) -> Json:
        """{person, where, action_id, query, block_id?} -> {options} or {option_groups}."""
        where, action_id = self._where(asked), asked.text("action_id")
        person, query = self._person(asked), asked.text("query", "")
        said = await person.suggestions(where, action_id, query, block_id=asked.text("block_id", ""))
        self._offered.remember(where, action_id, forms.options_of(said))
        return {"ok": True, **said}

    async def submit(self, asked: Asked) -> Json:
        """{person, view, values}: values by block_id."""
        view = self._view(asked)
        return asdict(await self._person(asked).submit(view, self._values(view, asked)))

    def _values(self, view: View, asked: Asked) -> Json:
        """Return `values` as Person.fill takes them."""
        fields = {block["block_id"]: (block, element) for block, element in forms.elements(view.blocks)}
        values = asked.object("values").items()
        if unknown := [name for name in values if name not in fields]:
            raise CannotActError(f"the view {view.title!r} has no field {unknown[0]!r}")
        return {
            name: given(fields[name][1], value, self._offered.of(view, *fields[name])) for name, value in values.items()
        }

    async def close(self, asked: Asked) -> Json:
        """{person, view}."""
        return asdict(await self._person(asked).close(self._view(asked)))

    async def home(self, asked: Asked) -> Json:
        """{person}: opens the Home tab; an app that did not ask to hear of it does not."""
        events = self._desk.slack.manifest.events
        person = self._person(asked)
        if events and "app_home_opened" not in events:
            return DONE
        return asdict(await person.open_home())

    async def read(self, asked: Asked) -> Json:
        """{person, channel}."""
        channel = self._desk.slack.channel(asked.text("channel"))
        self._desk.read(self._person(asked).user, channel.id)
        return DONE

    def _person(self, asked: Asked) -> Person:
        return self._desk.slack.person(asked.text("person", "operator"))

    def _where(self, asked: Asked) -> Where:
        """The message {channel, ts} or the view {view} of `where`, as it now stands."""
        where = asked.object("where")
        return self._view(where) if "view" in where else self._message(where)

    def _view(self, asked: Asked) -> View:
        view = self._desk.slack.workspace.modals.get(asked.text("view"))
        if view is None:
            raise CannotActError("the view is not open any more")
        return view

    def _message(self, asked: Asked) -> Message:
        message = self._desk.slack.workspace.timeline.get(asked.text("channel"), asked.text("ts"))
        if message is None:
            raise CannotActError("the message is not there any more")
        return message
