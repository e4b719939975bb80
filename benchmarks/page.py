"""From a message posted in the local Slack until the page has painted it, as its channel grows.

an app calls chat.postMessage -> the message's ts -> event stream -> DOM -> two frames -> the time of day in the browser

Both clocks are this machine's.
"""

import asyncio
from statistics import median
from typing import Any

from playwright.async_api import Page
from rich.console import Console
from rich.table import Table
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.browser import looking_at
from sandbox import Sandbox

MESSAGES = 1000
ROW = 100
# A frame's callbacks run before it is painted; so it is the second one's that tell that the first is on screen.
WATCH = """
const painted = new Map();
const waiting = new Map();
function told(ts) {
  const now = performance.timeOrigin + performance.now();
  painted.set(ts, now);
  waiting.get(ts)?.(now);
}
function seen(node) {
  for (const one of node.querySelectorAll?.("article[data-ts]") ?? [])
    requestAnimationFrame(() => requestAnimationFrame(() => told(one.dataset.ts)));
}
new MutationObserver((records) => records.forEach((record) => record.addedNodes.forEach(seen)))
  .observe(document, { childList: true, subtree: true });
globalThis.paintedAt = (ts) => painted.get(ts) ?? new Promise((resolve) => waiting.set(ts, resolve));
"""


async def main() -> None:
    """Measure and print a table; a row for each hundred messages."""
    async with Sandbox.start() as sandbox:
        environment = sandbox.environment()
        client = AsyncWebClient(base_url=environment["SLACK_API_URL"], token=environment["SLACK_BOT_TOKEN"])
        channel = sandbox.slack.channel("#shop").id
        async with looking_at(sandbox.page_url, script=WATCH) as page:
            times = [await _until_painted(client, page, channel, number) for number in range(1, MESSAGES + 1)]
    Console(highlight=False).print(_table(times))


async def _until_painted(client: AsyncWebClient, page: Page, channel: str, number: int) -> float:
    """Post a message and return how many milliseconds later the page has painted it."""
    text = f"*Message {number}* with `code`, a <https://example.com|link> and :wave:"
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Number {number} of {MESSAGES}"}]},
    ]
    said = await client.chat_postMessage(channel=channel, text=text, blocks=blocks)
    painted = await page.evaluate("(ts) => paintedAt(ts)", said["ts"])
    return float(painted) - float(said["ts"]) * 1000


def _table(times: list[float]) -> Table:
    """Draw a row for each hundred messages, and one for all."""
    table = Table("messages in the channel", "median ms", "worst ms", title="From event to picture")
    for start in range(0, len(times), ROW):
        _add(table, f"{start + 1}-{start + ROW}", times[start : start + ROW])
    table.add_section()
    _add(table, "all", times)
    return table


def _add(table: Table, name: str, times: list[float]) -> None:
    table.add_row(name, f"{median(times):.0f}", f"{max(times):.0f}")


if __name__ == "__main__":
    asyncio.run(main())
