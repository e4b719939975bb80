"""Debian's Chromium looking at the sandbox's page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MILLISECONDS = 15_000
WIDTH, HEIGHT = 1280, 800


class NoBrowserError(Exception):
    """There is no Chromium on PATH."""


@asynccontextmanager
async def looking_at(url: str, person: str = "operator", script: str = "") -> AsyncIterator[Page]:
    """Open the sandbox's page as a person, 1280 by 800, light, in UTC; `script` runs in it before its own.

    Raises:
        NoBrowserError: there is no Chromium.
    """
    path = shutil.which("chromium")
    if path is None:
        raise NoBrowserError("This needs Chromium on PATH: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = await browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB", timezone_id="UTC", color_scheme="light"
        )
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        await page.add_init_script(script)
        await page.goto(f"{url}#as={person}&in=shop")
        await page.get_by_test_id("composer").wait_for()
        yield page
        await browser.close()
