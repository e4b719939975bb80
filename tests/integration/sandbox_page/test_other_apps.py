"""Any Slack app meets the sandbox as it is; what it does is seen on the page."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.integration.sandbox_page.support import Page, Stream
from tests.integration.sandbox_slack.support import over_http

README = Path("README.md")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def example(language: str) -> str:
    """Return the README's example of another app in a language."""
    section = README.read_text(encoding="utf-8").split("\n#### How to point another app at it\n", 1)[1]
    return section.split(f"```{language}\n", 1)[1].split("```", 1)[0]


async def test_the_readmes_bolt_app_of_ten_lines_answers_on_the_page(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    manifest = tmp_path / "hello.yml"
    manifest.write_text(example("yaml"), encoding="utf-8")
    async with Sandbox.start(manifest=manifest) as sandbox:
        page = Page(sandbox.page_url, session)
        environment = {"PATH": os.environ["PATH"], **sandbox.environment()}
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", example("python"), env=environment)
        try:
            await sandbox.slack.connected(timeout=30)
            async with page.watching() as stream:
                await stream.snapshot()
                await page.post("command", person="operator", channel="#shop", line="/hello world")
                message = (await stream.change("message"))["message"]
        finally:
            process.kill()
            await process.wait()

    assert (message["user_name"], message["ephemeral"]) == ("hello", True)
    assert message["text"].startswith("Hello world, says <@U")


async def test_a_file_uploaded_by_the_sdk_is_looked_at_on_the_page(
    sandbox: Sandbox, page: Page, client: AsyncWebClient, stream: Stream
) -> None:
    shop = sandbox.slack.channel("#shop").id
    await client.files_upload_v2(channel=shop, content=PICTURE, filename="code.png", alt_txt="A code")
    file = (await stream.change("file"))["file"]
    message = (await stream.change("message"))["message"]
    async with page.get(file["url"]) as answer:
        content = await answer.read()

    assert message["files"] == [file["id"]]
    assert (file["name"], file["alt_text"], file["size"]) == ("code.png", "A code", len(PICTURE))
    assert (answer.content_type, content) == ("image/png", PICTURE)


async def test_an_app_that_is_asked_to_connect_anew_answers_on_the_page(
    sandbox: Sandbox, page: Page, app: AsyncApp, stream: Stream
) -> None:
    @app.command("/test")
    async def test(ack: AsyncAck) -> None:
        await ack("still here")

    await page.post("weather", id="slack-refresh", on=True)
    await sandbox.slack.wait_for(lambda: [one for one in sandbox.slack.socket.connections if not one.leaving])
    await page.post("command", person="operator", channel="#shop", line="/test")
    message = (await stream.change("message"))["message"]

    assert message["text"] == "still here"


async def test_an_app_behind_a_request_url_answers_on_the_page(
    sandbox: Sandbox, page: Page, client: AsyncWebClient, stream: Stream
) -> None:
    async with over_http(sandbox.slack, client) as app:

        @app.command("/test")
        async def test(ack: AsyncAck) -> None:
            await ack("signed and sealed")

        shown = await stream.change("app")
        ack = await page.post("command", person="operator", channel="#shop", line="/test")
        message = (await stream.change("message"))["message"]

    assert shown["app"]["connected"]
    assert ack["ok"]
    assert (message["text"], message["ephemeral"]) == ("signed and sealed", True)


async def test_a_forged_delivery_is_seen_to_fail_on_the_page(
    sandbox: Sandbox, page: Page, client: AsyncWebClient, stream: Stream
) -> None:
    async with over_http(sandbox.slack, client) as app:

        @app.command("/test")
        async def test(ack: AsyncAck) -> None:
            await ack()

        sandbox.slack.http.signing_secret = "wrong"
        ack = await page.post("command", person="operator", channel="#shop", line="/test")
        message = (await stream.change("message"))["message"]

    assert (ack["ok"], ack["problem"]) == (False, "dispatch_failed")
    assert (message["user_name"], message["text"]) == ("Slackbot", '/test failed with the error "dispatch_failed"')
