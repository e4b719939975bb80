"""What can be asked, and who answers: the tables behind every command, form, button and list.

A feature makes a `Router` and puts its handlers into it; `handlers/__init__.py` names all routers. Nothing here
talks to Slack: `router.py` hands requests in, `acts.py` carries them out.
"""

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import blocks
from bot.access import Role
from bot.blocks import Block
from bot.errors import UserError
from bot.register import Register
from bot.services import Services
from bot.slack import File, Picture
from handlers.modals import Form
from handlers.words import Understood, split

COMMAND = "/cams"
NAMED_MAX = 100


@dataclass(frozen=True)
class Ask:
    """What somebody wants done: who, where, and the checked values of the form or the button."""

    user_id: str
    channel_id: str
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class Opening:
    """A form to be opened, filled in with what is known."""

    form: Form
    filled: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What to tell who asked. Shown to them alone, but for a picture or a file, which goes into the channel."""

    text: str
    blocks: Sequence[Block] = ()
    picture: Picture | None = None
    # Goes into the channel, with the blocks beside it.
    file: File | None = None
    # Opened instead of saying anything; only where the answer is quick, for a trigger lives three seconds.
    opens: Opening | None = None
    # The answer can be posted in the channel with a button, which asks for it again.
    shareable: bool = False
    # Called when the answer was given.
    then: Callable[[], Awaitable[object]] | None = None
    # The answer takes the place of the message whose button was pressed.
    replaces: bool = False


Handler = Callable[[Ask, Services], Awaitable[Reply]]


@dataclass(frozen=True)
class Route:
    """One command, or one button."""

    name: str
    answer: Handler
    requires: Role
    usage: str = ""
    does: str = ""
    reads: Callable[[str], Understood] = field(default=lambda _: Understood())
    form: Form | None = None
    # Says what will happen before it does: a second page of the form, which has to be sent too.
    confirm: Callable[[Mapping[str, str]], list[Block]] | None = None
    # The answer is posted, so the bot has to be in the channel before anything is done.
    posts: bool = False
    shortcut: str = ""

    @property
    def command(self) -> str:
        return f"{COMMAND} {self.usage}".rstrip()


@dataclass(frozen=True)
class OptionList:
    """A list that is asked for while somebody types. It rides on the ack, so it is made of what is in memory."""

    answer: Callable[[str, Register], list[Block]]
    requires: Role


@dataclass
class Router:
    """A feature's handlers, by what calls them."""

    commands: dict[str, Route] = field(default_factory=dict)
    presses: dict[str, Route] = field(default_factory=dict)
    forms: dict[str, Route] = field(default_factory=dict)

    def command(self, name: str, **facts: Any) -> Callable[[Handler], Handler]:
        """Let a function answer `/cams <name>`; `facts` are those of Route."""

        def add(answer: Handler) -> Handler:
            self.commands[name] = Route(name, answer, **facts)
            return answer

        return add

    def press(self, name: str, *, requires: Role, posts: bool = False) -> Callable[[Handler], Handler]:
        """Let a function answer a button with this action_id."""

        def add(answer: Handler) -> Handler:
            self.presses[name] = Route(name, answer, requires, posts=posts)
            return answer

        return add

    def form(self, form: Form, name: str, *, requires: Role) -> Callable[[Handler], Handler]:
        """Let a function answer a form that an answer opens; `name` is what its audit rows call it."""

        def add(answer: Handler) -> Handler:
            self.forms[form.id] = Route(name, answer, requires, form=form)
            return answer

        return add


class Routes:
    """All routers together."""

    def __init__(self, routers: Sequence[Router]) -> None:
        self.commands = {name: route for router in routers for name, route in router.commands.items()}
        self.presses = {name: route for router in routers for name, route in router.presses.items()}
        self.shortcuts = {route.shortcut: route for route in self.commands.values() if route.shortcut}
        self.forms = {route.form.id: route for route in self.commands.values() if route.form}
        self.forms |= {form_id: route for router in routers for form_id, route in router.forms.items()}
        self.lists = {
            f"{form_id}.{one.name}": OptionList(one.options, route.requires)
            for form_id, route in self.forms.items()
            for one in (route.form.fields if route.form else ())
            if one.options
        }

    def find(self, text: str) -> tuple[Route, str]:
        """Return the route that the first words name, and the words behind them.

        Raises:
            UserError: there is none; the sentence names the nearest.
        """
        noun, rest = split(text)
        verb, behind = split(rest)
        if route := self.commands.get(f"{noun} {verb}".lower()):
            return route, behind
        if route := self.commands.get(noun.lower() or "help"):
            return route, rest
        raise UserError(self._unknown(noun, verb))

    def _unknown(self, noun: str, verb: str) -> str:
        of_noun = [route for name, route in self.commands.items() if name.split()[0] == noun.lower()]
        if of_noun and not verb:
            return "Say what to do: " + " or ".join(f"`{route.command}`" for route in of_noun) + "."
        said = blocks.shorten(f"{noun} {verb}".strip(), NAMED_MAX)
        near = difflib.get_close_matches(said.lower(), self.commands, n=1, cutoff=0.5)
        near = near or difflib.get_close_matches(noun.lower(), self.commands, n=1, cutoff=0.5)
        nearest = near or [route.name for route in of_noun[:1]]
        hint = f" Did you mean `{self.commands[nearest[0]].command}`?" if nearest else ""
        return f"There is no `{COMMAND} {said}`.{hint} `{COMMAND} help` lists everything."
