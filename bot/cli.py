"""The command line, and the only reader of the environment."""

import asyncio
import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import structlog
import typer

from bot import logs, settings
from bot.errors import BotError

app = typer.Typer(
    help="WhatsApp Business numbers on Alibaba Cloud's CAMS, run from Slack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
MANIFEST_HELP = "The manifest of the app. Default: manifest.yml here, or that of cams-bot."
WINDOW_HELP = "How the local CAMS counts calls per second: by the clock, in any second, or as tokens that come back."
# Bolt reads these by itself: it warns of the first, and the presence of the others switches its OAuth on.
READ_BY_BOLT = ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


@app.command()
def run() -> None:
    """Run the bot, with the settings in the environment."""
    # Imports leave next to no garbage, and looking for it makes up a part of the start. bot.app enables it again.
    gc.disable()
    from bot.app import run as run_bot  # noqa: PLC0415 - a wrong setting is told before half a second of imports

    read = settings.read(os.environ)
    logs.configure(read.log_level, read.log_format, read.secrets())
    for name in settings.unknown(os.environ):
        structlog.get_logger().warning("a variable is not one of ours", variable=name)
    for name in READ_BY_BOLT:
        os.environ.pop(name, None)
    asyncio.run(run_bot(read))


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema. `run` does it too."""
    from bot.store import open_store  # noqa: PLC0415 - as above

    read = settings.read(os.environ)

    async def work() -> None:
        async with open_store(read.database_url.get_secret_value()):
            typer.echo("The database is at this version's schema.")

    asyncio.run(work())


@app.command()
def demo(
    stay: Annotated[bool, typer.Option("--stay", help="Leave everything running at the end.")] = False,
    show: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser, and leave everything running.")
    ] = False,
) -> None:
    """Play a tour: the real bot between a local Slack and a local CAMS, without any account."""
    from bot.demo.play import play  # noqa: PLC0415 - as above

    raise typer.Exit(asyncio.run(play(stay=stay or show, show=show)))


@app.command()
def sandbox(
    slack_port: Annotated[int, typer.Option(help="0 takes any free port.")] = 0,
    cams_port: Annotated[int, typer.Option(help="0 takes any free port.")] = 0,
    page_port: Annotated[int, typer.Option(help="0 takes any free port.")] = 0,
    http: Annotated[bool, typer.Option("--http", help="Print the variables of HTTP mode.")] = False,
    manifest: Annotated[Path | None, typer.Option(help=MANIFEST_HELP, exists=True, dir_okay=False)] = None,
    window: Annotated[Literal["fixed", "sliding", "bucket"], typer.Option(help=WINDOW_HELP)] = "sliding",
) -> None:
    """Start a local Slack, a local CAMS and a page over both; print the variables that point any bot at them."""
    from bot.demo.manifest import find_manifest  # noqa: PLC0415 - as above
    from sandbox import Sandbox  # noqa: PLC0415 - as above

    async def work() -> None:
        async with Sandbox.start(slack_port, cams_port, page_port, manifest or find_manifest(), window) as started:
            for name, value in started.environment(http=http).items():
                typer.echo(f"export {name}={value}")
            typer.echo(started.how_to_act(), err=True)
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work())


def main() -> None:
    """Run a command; what is wrong with the environment is a sentence, not a traceback."""
    try:
        app()
    except (BotError, ValueError) as exc:
        typer.echo(str(exc), err=True)
        sys.exit(2)
