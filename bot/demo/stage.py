"""What the tour is played with: the sandbox, the screen, the bot's process, and ways to act and to look."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.demo.screen import Screen
from bot.errors import BotError
from sandbox import Sandbox
from sandbox.slack.model import Message, View
from sandbox.slack.people import Person

SHOP = "#shop"
PATIENCE_SECONDS = 20.0


class TourError(BotError):
    """A scene did not show what it is there for."""


@dataclass
class Stage:
    """Where the tour plays: the sandbox, the screen, a folder for pictures, and the bot's process."""

    sandbox: Sandbox
    screen: Screen
    folder: Path
    # Kills the bot with SIGKILL, and starts it again.
    crash: Callable[[], Awaitable[None]]
    restart: Callable[[], Awaitable[None]]

    def person(self, name: str) -> Person:
        return self.sandbox.slack.person(name)

    async def command(self, who: Person, line: str) -> str:
        """Type a command; return the ts behind which its answers come."""
        last = last_seen(who)
        self.screen.did(f"{who.user.name} in {SHOP}", line)
        ack = await who.command(line, SHOP)
        check(ack.ok, f"Slack would have shown: {ack.problem}")
        return last

    async def answer(self, who: Person, after: str) -> Message:
        """Wait for the next message that this person sees, and show it."""
        message = await who.next_message(SHOP, after, timeout=PATIENCE_SECONDS)
        self.screen.message(message, SHOP)
        return message

    async def asks(self, who: Person, line: str) -> Message:
        """Type a command and show its answer."""
        return await self.answer(who, await self.command(who, line))

    async def form(self, who: Person, after: View | None = None) -> View:
        """Wait for a modal, and show it."""
        view = await who.opened_view(after, timeout=PATIENCE_SECONDS)
        self.screen.view(view)
        return view

    async def sends(self, who: Person, view: View, **values: str) -> None:
        """Fill fields in and send a modal."""
        filled = ", ".join(f"{name} = {value}" for name, value in values.items())
        self.screen.did(who.user.name, f"fills in {filled} and sends the form" if filled else "sends the form")
        ack = await who.submit(view, values)
        check(ack.ok, f"Slack would have shown: {ack.problem}")

    def keep_picture(self, message: Message) -> bytes:
        """Save and draw the picture of a message; return its bytes."""
        check(len(message.files) == 1, "The message has no picture.")
        file = self.sandbox.slack.workspace.files[message.files[0]]
        path = self.folder / file.name
        path.write_bytes(file.content or b"")
        self.screen.picture(path.read_bytes())
        self.screen.note(f"Saved as {path}. Alt text: {file.alt_text}")
        return path.read_bytes()


def check(holds: object, otherwise: str) -> None:
    """Raise TourError where something does not hold."""
    if not holds:
        raise TourError(otherwise)


def text_of(item: Message | View) -> str:
    """All that is written in a message or a modal."""
    return f"{getattr(item, 'text', '')} {item.blocks}"


def last_seen(who: Person) -> str:
    """The ts of the newest message that somebody sees."""
    return max((message.ts for message in who.messages(SHOP)), default="")
