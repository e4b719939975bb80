"""The demo's terminal."""

import io
from collections.abc import Mapping

from PIL import Image
from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from bot.demo.blocktext import Painter
from bot.qr import MARGIN_MODULES, MODULE_PIXELS
from sandbox.slack.model import Message, View

HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
QUIET = 2


class Screen:
    """Prints what people type and what Slack shows them."""

    def __init__(self, console: Console, names: Mapping[str, str]) -> None:
        self._console = console
        self._painter = Painter(names)

    def scene(self, number: int, title: str) -> None:
        self._console.print()
        self._console.rule(Text(f"{number}. {title}", style="bold"), align="left")

    def note(self, text: str) -> None:
        self._console.print(Text(text, style="dim"))

    def did(self, who: str, what: str) -> None:
        """Somebody types or presses something."""
        self._console.print(Text.assemble((f"{who} ▸ ", "bold magenta"), what))

    def message(self, message: Message, channel: str) -> None:
        """A message as it stands in the channel."""
        title = f"cams-bot in {channel}" + (", seen by nobody else" if message.ephemeral_to else "")
        body = self._painter.draw(message.blocks) if message.blocks else Text(message.text)
        self._console.print(Panel(body, title=Text(title), title_align="left", border_style="blue"))

    def view(self, view: View) -> None:
        """A modal as it is open now, with Slack's complaints."""
        buttons = [view.body[name]["text"] for name in ("close", "submit") if name in view.body]
        lines = [Text(f"⚠ {name}: {words}", style="red") for name, words in view.errors.items()]
        self._console.print(
            Panel(
                Group(self._painter.draw(view.blocks, view.state), *lines),
                title=Text(f"modal: {view.title}"),
                title_align="left",
                subtitle=Text("  ".join(f"( {button} )" for button in buttons)),
                border_style="yellow",
            )
        )

    def picture(self, png: bytes) -> None:
        """A QR picture, two modules to a character."""
        with Image.open(io.BytesIO(png)) as image:
            size = image.width // MODULE_PIXELS
            small = image.convert("1").resize((size, size), Image.Resampling.NEAREST)
            first, last = MARGIN_MODULES - QUIET, size - MARGIN_MODULES + QUIET
            light = [[bool(small.getpixel((x, y))) for x in range(first, last)] for y in range(first, last)]
        light += [[True] * len(light[0])] * (len(light) % 2)
        for upper, lower in zip(light[::2], light[1::2], strict=True):
            row = "".join(HALVES[pair] for pair in zip(upper, lower, strict=True))
            self._console.print(Text(row, style="white on black"), no_wrap=True)

    def summary(self, shown: list[str]) -> None:
        """What was shown, one line each."""
        self._console.print()
        self._console.rule(Text("What you have seen", style="bold"), align="left")
        for line in shown:
            self._console.print(Text.assemble(("✓ ", "green"), line))

    def failed(self, why: str, log: str) -> None:
        """What a scene lacked, and the end of the bot's log."""
        self._console.print(Panel(Text(f"{why}\n\n{log}"), title="This scene failed", border_style="red"))
