"""The README's pictures, from the live sandbox with the real bot in it.

a person types on the page -> local Slack -> bot -> local CAMS -> bot -> local Slack -> the page is photographed
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page
from rich.console import Console

from benchmarks.browser import looking_at
from bot.demo.play import TITLES
from bot.demo.process import running_bot
from sandbox import Sandbox

FOLDER = Path("docs/pictures")
MANIFEST = Path("manifest.yml")
MOST_BYTES = 300_000
SPACE = "cams-demo2"
NUMBER = "+86 138 0000 1234"


class TooLargeError(Exception):
    """A picture is too large for a README."""


async def main() -> None:
    """Render all pictures.

    Raises:
        TooLargeError: one has more bytes than a README should load.
        NoBrowserError: there is no Chromium.
    """
    async with _sandbox() as sandbox, looking_at(sandbox.page_url) as page:
        sandbox.slack.person("viewer").say("Can we have a code for the table cards?")
        await _qr(page)
        await _command(page)
        await _alert(page, sandbox)
        await _page(page, sandbox)


@asynccontextmanager
async def _sandbox() -> AsyncIterator[Sandbox]:
    """Start the sandbox with the real bot, its people titled by what they may do."""
    async with Sandbox.start(manifest=MANIFEST) as sandbox:
        workspace = sandbox.slack.workspace
        for name, title in TITLES.items():
            workspace.change_user(workspace.user_named(name), title=title)
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **sandbox.environment(),
                "DATABASE_URL": f"sqlite:///{folder}/cams-bot.db",
                "BOT_ADMINS": workspace.user_named("admin").id,
                "BOT_OPERATORS": workspace.user_named("operator").id,
                "BOT_REVIEW_POLL_SECONDS": "1",
                "BOT_HTTP_PORT": "0",
            }
            async with running_bot(environment, Path(folder) / "bot.log"):
                await sandbox.slack.connected(timeout=60)
                yield sandbox


async def _qr(page: Page) -> None:
    """A QR code, made by a command, as a picture in the channel, and what a telephone makes of it."""
    await _types(page, f"/cams qr create {NUMBER} Hello! Is a table free tonight?")
    await page.get_by_test_id("tab-phone").click()
    await _messages(page).get_by_role("button", name="Scan with the phone").click()
    await page.get_by_test_id("phone").get_by_role("textbox").wait_for()
    await _keep(page, "qr")


async def _command(page: Page) -> None:
    """A command with a letter O in its number, and the form that opens with what was understood."""
    await page.get_by_test_id("tab-console").click()
    await _types(page, "/cams qr create 8613800O01234 Two for one until Sunday")
    await page.get_by_test_id("modal").get_by_text("no “O” in it").wait_for()
    await _keep(page, "command")
    await page.get_by_test_id("modal-close").first.click()
    await page.get_by_test_id("modal").wait_for(state="hidden")


async def _alert(page: Page, sandbox: Sandbox) -> None:
    """A watched account that Meta rejects, by hand in the console; somebody has taken it on."""
    sandbox.slack.person("viewer").say("That was quick, thank you!")
    await _asks(sandbox, f"/cams watch {SPACE}")
    await page.get_by_test_id(f"review-{SPACE}").get_by_role("button", name="REJECTED").click()
    await _messages(page).get_by_text("PENDING → REJECTED").wait_for()
    admin = sandbox.slack.person("admin")
    [card] = [message for message in admin.messages("#shop") if "PENDING → REJECTED" in message.text]
    await admin.press(card, "card.ack")
    await _messages(page).get_by_text("Acknowledged by").wait_for()
    await _keep(page, "alert")


async def _page(page: Page, sandbox: Sandbox) -> None:
    """The whole page: the channel with the alert, a command half typed, and the calls to CAMS."""
    for line in (f"/cams waba {SPACE}", f"/cams qr list {NUMBER}", f"/cams profile {NUMBER}"):
        await _asks(sandbox, line)
    await page.get_by_test_id("tab-calls").click()
    await page.get_by_test_id("calls").get_by_text("QueryPhoneBusinessProfile").wait_for()
    await page.get_by_test_id("composer").press_sequentially("/cams-v")
    await page.get_by_test_id("composer-hints").wait_for()
    await _keep(page, "page")


async def _asks(sandbox: Sandbox, line: str) -> None:
    """Let the admin ask for something, so that the answer is out of the picture."""
    admin = sandbox.slack.person("admin")
    last = max((message.ts for message in admin.messages("#shop")), default="")
    await admin.command(line)
    await admin.next_message("#shop", last)


def _messages(page: Page) -> Locator:
    return page.locator("#messages")


async def _types(page: Page, line: str) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill(line)
    await composer.press("Enter")


async def _keep(page: Page, name: str) -> None:
    """Photograph the page."""
    await page.mouse.move(0, 0)
    await page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    path = FOLDER / f"{name}.png"
    picture = await page.screenshot(path=path, animations="disabled", caret="hide")
    if len(picture) > MOST_BYTES:
        raise TooLargeError(f"{path} has {len(picture):,} bytes; {MOST_BYTES:,} are the most.")
    Console(highlight=False).print(f"{path}  {len(picture):,} bytes")


if __name__ == "__main__":
    asyncio.run(main())
